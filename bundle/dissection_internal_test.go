package bundle

import (
	"bytes"
	"math/rand"
	"reflect"
	"testing"
	"testing/quick"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/airlock-gate/airlock/bundle/sieve"
	"github.com/airlock-gate/airlock/plugin/view"
)

// somewhere are places of every kind: fields of structs, what lies in maps and lists, what is not there.
func somewhere() []sieve.Place {
	var places []sieve.Place
	for _, text := range []string{
		"input", "input.version", "input.operation", "input.subject", "input.time", "input.request.query", "input.request.vars.name",
		"input.request.query.all", "input.container", "input.container.name", "input.container.user", "input.container.user.uid",
		"input.container.mounts", "input.container.mounts[0].target", "input.container.privileges.capabilities.drop",
		"input.container.rootfs.storage_opt", "input.container.rootfs.storage_opt.size", "input.container.resources",
		"input.container.image.evidence", "input.engine", "input.engine.enforces", "input.network", "input.volume.live",
		"input.absent", "input.container.absent", "input.container.name.absent", "input.container[0]", "input.topology.networks",
		"input.breakglass.operations", "input.service.specified", "input.exec",
	} {
		path := ast.MustParseRef(text)[len(ast.InputRootRef):]
		places = append(places, sieve.Place{Path: path}, sieve.Place{Path: path, Kind: true})
	}
	return places
}

// TestDissection holds what is told of each place of an input to the OPA value of the whole: the value that stands there, and
// an image that two inputs have in common only if they have the same there.
func TestDissection(t *testing.T) {
	e, err := NewEncoder((*view.Input)(nil))
	if err != nil {
		t.Fatal(err)
	}
	places := somewhere()
	d := newDissector(e, places)
	type look struct {
		value ast.Value
		image []byte
	}
	looks := func(in *view.Input) []look {
		apart := d.take(in)
		defer apart.release()
		whole := e.term(reflect.ValueOf(in)).Value
		if got := apart.term().Value; got.Compare(whole) != 0 {
			t.Errorf("got %v, want %v", got, whole)
		}
		var all []look
		for i, place := range places {
			want, err := whole.Find(place.Path)
			if err != nil {
				want = nil
			}
			got := apart.Part(i)
			if (got == nil) != (want == nil) || got != nil && got.Compare(want) != 0 {
				t.Errorf("%v: got %v, want %v", place.Path, got, want)
			}
			all = append(all, look{got, d.ways[i].appendImage(nil, reflect.ValueOf(in))})
		}
		return all
	}
	name := func(v ast.Value) string {
		if v == nil {
			return "undefined"
		}
		return ast.ValueName(v)
	}
	alike, unlike := 0, 0
	compare := func(a, b *view.Input) bool {
		one, other := looks(a), looks(b)
		for i, place := range places {
			same := (one[i].value == nil) == (other[i].value == nil) &&
				(one[i].value == nil || one[i].value.Compare(other[i].value) == 0)
			if place.Kind && len(d.ways[i].beyond) == 0 { // otherwise the image is of more, which is stricter
				same = name(one[i].value) == name(other[i].value)
			}
			equal := bytes.Equal(one[i].image, other[i].image)
			if equal && !same {
				t.Errorf("%v, kind %t: the same image of %v and %v", place.Path, place.Kind, one[i].value, other[i].value)
			}
			if same && !equal && len(d.ways[i].beyond) == 0 {
				t.Errorf("%v, kind %t: two images of %v", place.Path, place.Kind, one[i].value)
			}
			if equal {
				alike++
			} else {
				unlike++
			}
		}
		return !t.Failed()
	}
	for _, config := range []*quick.Config{
		{MaxCount: 60, Rand: rand.New(rand.NewSource(1))},
		{MaxCount: 60, Rand: rand.New(rand.NewSource(2)), Values: func(values []reflect.Value, r *rand.Rand) {
			whole, ok := quick.Value(reflect.TypeFor[view.Input](), r)
			if !ok {
				t.Fatal("no values")
			}
			one := whole.Interface().(view.Input)
			other := one // the same but for something at the top
			field := reflect.ValueOf(&other).Elem().Field(r.Intn(whole.NumField()))
			field.Set(reflect.Zero(field.Type()))
			values[0], values[1] = reflect.ValueOf(&one), reflect.ValueOf(&other)
		}},
	} {
		if err := quick.Check(compare, config); err != nil {
			t.Fatal(err)
		}
	}
	compare(&view.Input{}, &view.Input{Container: &view.Container{}})
	if alike == 0 || unlike == 0 {
		t.Errorf("%d places alike and %d unlike: that compares nothing", alike, unlike)
	}
}
