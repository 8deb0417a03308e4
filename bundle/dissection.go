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
	d := &dissector{encoder: e}
	for _, place := range places {
		d.ways = append(d.ways, e.way(place))
	}
	return d
}

// way leads from a value to a place of it.
type way struct {
	fields  []int // from struct to struct
	codec   codec // of what stands there
	beyond  ast.Ref
	kind    bool
	nowhere bool // no value has anything there
}

// way works out the way to a place. What lies in a map or a list is looked for in its term.
func (e *Encoder) way(place sieve.Place) way {
	w, t := way{kind: place.Kind}, e.typ
	for at, step := range place.Path {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			w.beyond = place.Path[at:]
			break
		}
		name, _ := step.Value.(ast.String) // no field is named like anything else, or not at all
		field, ok := fieldNamed(t, string(name))
		if !ok {
			return way{nowhere: true}
		}
		w.fields = append(w.fields, field)
		t = t.Field(field).Type
	}
	w.codec = e.plan.known[t]
	return w
}

func fieldNamed(t reflect.Type, name string) (int, bool) {
	for i := range t.NumField() {
		if tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "" && tag == name {
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
func (d *dissector) take(in any) *dissection {
	apart, ok := d.idle.Get().(*dissection)
	if !ok {
		apart = &dissection{dissector: d, scratch: newScratch()}
	}
	apart.of = reflect.ValueOf(in)
	apart.images.Reset()
	for i := range d.ways {
		w := &d.ways[i]
		apart.images.Add(func(b []byte) []byte { return w.appendImage(b, apart.of) })
	}
	return apart
}

// maxKept is how large images may have been for their memory to be used again.
const maxKept = 64 << 10

// release gives the memory back, unless it has grown large.
func (d *dissection) release() {
	if d.images.Size() > maxKept {
		return
	}
	d.of, d.whole, d.scratch.block = reflect.Value{}, nil, nil
	d.dissector.idle.Put(d)
}

func (d *dissection) Images() *sieve.Images { return &d.images }

// term returns the whole.
func (d *dissection) term() *ast.Term {
	if d.whole == nil {
		d.whole = d.dissector.encoder.root.term(d.scratch, d.of)
	}
	return d.whole
}

func (d *dissection) Part(i int) ast.Value {
	w := &d.dissector.ways[i]
	at, ok := w.from(d.of)
	if !ok {
		return nil
	}
	value := w.codec.term(d.scratch, at).Value
	if len(w.beyond) == 0 {
		return value
	}
	below, err := value.Find(w.beyond)
	if err != nil {
		return nil
	}
	return below
}
