package bundle

import (
	"reflect"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/airlock-gate/airlock/bundle/sieve"
)

// dissector takes inputs apart at the places that policies read. Of most inputs nothing more is needed to decide: no rule is a
// suspect, and what is read without suspects is as it was before. To tell that costs less than to build an OPA value.
type dissector struct {
	encoder *Encoder
	ways    []way
	idle    sync.Pool // *dissection
}

// newDissector works out the ways to the places.
func newDissector(e *Encoder, places []sieve.Place) *dissector {
	t := &dissector{encoder: e}
	for _, place := range places {
		t.ways = append(t.ways, e.way(place))
	}
	return t
}

// way leads from a value to a place of it.
type way struct {
	fields  []int // from struct to struct
	codec   codec // of what stands there
	beyond  ast.Ref
	kind    bool
	nowhere bool // no value has anything there
	whole   bool
}

// way works out the way to a place. What lies in a map or a list is looked for in its term.
func (e *Encoder) way(place sieve.Place) way {
	w, t := way{kind: place.Kind, whole: len(place.Path) == 0}, e.typ
	for at, step := range place.Path {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			w.beyond = place.Path[at:]
			break
		}
		name, ok := step.Value.(ast.String)
		field, ok := fieldNamed(t, string(name), ok)
		if !ok {
			return way{nowhere: true}
		}
		w.fields = append(w.fields, field)
		t = t.Field(field).Type
	}
	w.codec = e.plan.known[t]
	return w
}

func fieldNamed(t reflect.Type, name string, is bool) (int, bool) {
	for i := range t.NumField() {
		if tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); is && tag == name {
			return i, true
		}
	}
	return 0, false
}

// from returns what stands at the place, not ok when nothing does.
func (w *way) from(v reflect.Value) (reflect.Value, bool) {
	if w.nowhere {
		return v, false
	}
	for _, field := range w.fields {
		for v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
		v = v.Field(field)
	}
	return v, true
}

// appendImage appends an image of what stands at the place: with the same image it is the same, or of the same kind where
// no more is asked for.
func (w *way) appendImage(b []byte, v reflect.Value) []byte {
	at, ok := w.from(v)
	switch {
	case !ok:
		return append(b, byte(undefined))
	case w.kind && len(w.beyond) == 0:
		return append(b, byte(w.codec.kind(at)))
	default:
		return w.codec.key(append(b, 'v'), at)
	}
}

// dissection is an input taken apart.
type dissection struct {
	dissector *dissector
	of        reflect.Value
	images    sieve.Images
	whole     *ast.Term // once it is asked for
	scratch   *scratch
}

// take takes an input apart. It is to be released after use.
func (t *dissector) take(in any) *dissection {
	apart, ok := t.idle.Get().(*dissection)
	if !ok {
		apart = &dissection{dissector: t, scratch: newScratch()}
	}
	apart.of = reflect.ValueOf(in)
	apart.images.Reset()
	for i := range t.ways {
		w := &t.ways[i]
		apart.images.Add(func(b []byte) []byte {
			if w.whole { // is never the same
				return b
			}
			return w.appendImage(b, apart.of)
		})
	}
	return apart
}

// maxKept is how large images may have been for their memory to be used again.
const maxKept = 64 << 10

func (t *dissection) release() {
	if t.images.Size() > maxKept {
		return
	}
	t.of, t.whole, t.scratch.block = reflect.Value{}, nil, nil
	t.dissector.idle.Put(t)
}

func (t *dissection) Images() *sieve.Images { return &t.images }

func (t *dissection) term() *ast.Term {
	if t.whole == nil {
		t.whole = t.dissector.encoder.root.term(t.scratch, t.of)
	}
	return t.whole
}

func (t *dissection) Value() ast.Value { return t.term().Value }

func (t *dissection) Part(i int) ast.Value {
	w := &t.dissector.ways[i]
	at, ok := w.from(t.of)
	if !ok {
		return nil
	}
	value := w.codec.term(t.scratch, at).Value
	if len(w.beyond) == 0 {
		return value
	}
	below, err := value.Find(w.beyond)
	if err != nil {
		return nil
	}
	return below
}
