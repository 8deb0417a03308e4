package body

import (
	"encoding"
	"encoding/json"
	"reflect"

	"github.com/airlock-gate/airlock/plugin/refusal"
)

// What is read goes into a value of the engine's own type as the engine's decoder, encoding/json, would put it there. That
// is simple, as nothing is read that decoders disagree about: each key stands there once, in its own letters, with a value
// of its own kind. FuzzDecodesAsTheEngine holds all of it to what encoding/json makes of the same body.

// fieldOf returns a field of a struct, and makes the embedded structs on the way. The place of what is not decoded is
// invalid.
func fieldOf(into reflect.Value, index []int) reflect.Value {
	if !into.IsValid() || len(index) == 0 {
		return reflect.Value{}
	}
	for _, i := range index {
		if into.Kind() == reflect.Pointer {
			if into.IsNil() {
				into.Set(reflect.New(into.Type().Elem()))
			}
			into = into.Elem()
		}
		into = into.Field(i)
	}
	return into
}

// elementOf returns the next element of a list, which grows, or of an array, which has no more than there are.
func elementOf(into reflect.Value, count int) reflect.Value {
	switch into.Kind() {
	case reflect.Slice:
		if count >= into.Cap() {
			into.Grow(max(4, 3*count))
		}
		into.SetLen(count + 1)
		return into.Index(count)
	case reflect.Array:
		if count < into.Len() {
			return into.Index(count)
		}
	}
	return reflect.Value{}
}

// entries is a map that is being filled; the zero value is none.
type entries struct {
	strings map[string]string // most are of this type
	other   reflect.Value
	next    reflect.Value // place of the next value
	text    bool          // the keys have a grammar
}

func entriesOf(into reflect.Value, n *node) entries {
	switch {
	case !into.IsValid():
		return entries{}
	case into.Type() == reflect.TypeFor[map[string]string]():
		m := map[string]string{}
		into.Set(reflect.ValueOf(m))
		return entries{strings: m, next: reflect.New(into.Type().Elem()).Elem()}
	}
	into.Set(reflect.MakeMap(into.Type()))
	return entries{other: into, next: reflect.New(into.Type().Elem()).Elem(), text: n.key != nil}
}

// value returns an empty place for the next value.
func (e *entries) value() reflect.Value {
	if e.next.IsValid() {
		e.next.SetZero()
	}
	return e.next
}

// put puts the value into the map.
func (e *entries) put(key []byte) error {
	switch {
	case e.strings != nil:
		e.strings[string(key)] = e.next.String()
	case e.text:
		k := reflect.New(e.other.Type().Key())
		if err := k.Interface().(encoding.TextUnmarshaler).UnmarshalText(key); err != nil {
			return err
		}
		e.other.SetMapIndex(k.Elem(), e.next)
	case e.other.IsValid():
		e.other.SetMapIndex(reflect.ValueOf(string(key)).Convert(e.other.Type().Key()), e.next)
	}
	return nil
}

// textOf returns what a string says. Bytes that are no UTF-8, and halves of surrogate pairs, become U+FFFD.
func (s *scanner) textOf(start, end int, odd bool) (string, *refusal.Refusal) {
	if !odd {
		return string(s.raw[start:end]), nil
	}
	var text string
	if err := json.Unmarshal(s.raw[start-1:end+1], &text); err != nil {
		return "", malformed("a string that cannot be read", "a string")
	}
	return text, nil
}
