package bundle_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand"
	"reflect"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/view"
)

// roundTrip is the long way the encoder saves: JSON text, read back, turned into an OPA value.
func roundTrip(t testing.TB, v any) ast.Value {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var plain any
	if err := decoder.Decode(&plain); err != nil {
		t.Fatal(err)
	}
	value, err := ast.InterfaceToValue(plain)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func encoder(t testing.TB, sample any) *bundle.Encoder {
	t.Helper()
	e, err := bundle.NewEncoder(sample)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEncoderEqualsJSON(t *testing.T) {
	e := encoder(t, (*view.Input)(nil))
	same := func(in *view.Input) bool {
		got, err := e.Value(in)
		if err != nil {
			t.Error(err)
			return false
		}
		want := roundTrip(t, in)
		// Text as well as order: the hash and the sorted keys of an object must hold, not only its members.
		if got.Compare(want) != 0 || got.Hash() != want.Hash() || got.String() != want.String() {
			t.Errorf("got %v, want %v", got, want)
			return false
		}
		return true
	}
	same(nil)
	same(&view.Input{})
	same(read())
	same(worker())
	odd := worker()
	odd.Request.Query = map[string][]string{"": {}, "a\xff": {"\xfe\xff", "\u2028<&>"}, "b": nil, "\x00": {"é\xc3"}}
	odd.Container.Resources.Memory, odd.Container.Resources.Shm = math.MaxInt64, math.MinInt64
	odd.Container.Resources.Pids, odd.Container.Resources.CPUShares = -1, 513
	odd.Container.Mounts = nil
	same(odd)
	config := &quick.Config{MaxCount: 150, Rand: rand.New(rand.NewSource(time.Now().UnixNano()))}
	if err := quick.Check(same, config); err != nil {
		t.Error(err)
	}
}

// FuzzEncoderText holds the encoder to JSON for strings and numbers of any kind.
func FuzzEncoderText(f *testing.F) {
	f.Add("plain", "key", int64(0))
	f.Add("\xff\xfe", "\xed\xa0\x80", int64(math.MinInt64))
	f.Add("\u2028</script>&", "", int64(512))
	f.Fuzz(func(t *testing.T, text, key string, number int64) {
		type sample struct {
			Text   string            `json:"text"`
			Map    map[string]string `json:"map"`
			List   []string          `json:"list"`
			Number int64             `json:"number"`
			Maybe  *int64            `json:"maybe"`
		}
		e := encoder(t, sample{})
		v := sample{Text: text, Map: map[string]string{key: text}, List: []string{text, key}, Number: number, Maybe: &number}
		got, err := e.Value(v)
		if err != nil {
			t.Fatal(err)
		}
		if want := roundTrip(t, v); got.Compare(want) != 0 {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// Equal keys must mean equal values; unequal values must have unequal keys.
func TestEncoderKeyIsInjective(t *testing.T) {
	type sample struct {
		A string              `json:"a"`
		B string              `json:"b"`
		L []string            `json:"l"`
		M map[string][]string `json:"m"`
		P *int64              `json:"p"`
		T bool                `json:"t"`
	}
	zero := int64(0)
	e := encoder(t, sample{})
	seen := map[string]sample{}
	for _, v := range []sample{
		{}, {A: "ab"}, {A: "a", B: "b"}, {B: "ab"}, {L: []string{}}, {L: []string{""}}, {L: []string{"a", "b"}},
		{L: []string{"ab"}}, {M: map[string][]string{}}, {M: map[string][]string{"": nil}}, {M: map[string][]string{"": {}}},
		{M: map[string][]string{"a": {"b"}}}, {M: map[string][]string{"a": {}, "b": {}}}, {P: &zero}, {T: true},
	} {
		key, err := e.Key(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[string(key)]; ok {
			t.Errorf("%+v and %+v have the same key", v, other)
		}
		seen[string(key)] = v
		again, err := e.Key([]byte("x"), v)
		if err != nil || string(again) != "x"+string(key) {
			t.Errorf("got %q, %v; want the same key again", again, err)
		}
	}

	inputs := encoder(t, (*view.Input)(nil))
	agree := func(a, b *view.Input) bool {
		one, _ := inputs.Key(nil, a)
		two, _ := inputs.Key(nil, b)
		return bytes.Equal(one, two) == (roundTrip(t, a).Compare(roundTrip(t, b)) == 0)
	}
	if err := quick.Check(agree, &quick.Config{MaxCount: 40}); err != nil {
		t.Error(err)
	}
}

type recursive struct {
	Next *recursive `json:"next"`
}

func TestNewEncoderRefuses(t *testing.T) {
	type inner struct {
		A int `json:"a"`
	}
	for _, tc := range []struct {
		given any
		want  string
	}{
		{nil, "no type"},
		{struct{ A int }{}, ".A: no JSON name"},
		{struct {
			A int `json:"-"`
		}{}, ".A: no JSON name"},
		{struct {
			A int `json:"a,omitempty"`
		}{}, `.A: JSON option "omitempty"; every field is always present, as it is`},
		{reflect.New(reflect.StructOf([]reflect.StructField{
			{Name: "A", Type: reflect.TypeFor[int](), Tag: `json:"x"`},
			{Name: "B", Type: reflect.TypeFor[int](), Tag: `json:"x"`},
		})).Elem().Interface(), `.B: JSON name "x" is taken`},
		{struct{ inner }{}, ".inner: embedded fields are no part of an input"},
		{struct {
			A any `json:"a"`
		}{}, ".A: interface {} is no part of an input"},
		{struct {
			A float64 `json:"a"`
		}{}, ".A: float64 is no part of an input"},
		{struct {
			A []byte `json:"a"`
		}{}, ".A: bytes are no part of an input"},
		{struct {
			A time.Time `json:"a"`
		}{}, ".A: time.Time marshals itself"},
		{struct {
			A map[int]string `json:"a"`
		}{}, "has keys that are no strings"},
		{recursive{}, "contains itself"},
		{struct{}{}, "has no fields"},
	} {
		e, err := bundle.NewEncoder(tc.given)
		if err == nil || !strings.Contains(err.Error(), tc.want) || e != nil {
			t.Errorf("%v: got %v, want %s", reflect.TypeOf(tc.given), err, tc.want)
		}
	}
	if v, err := encoder(t, inner{}).Value(&inner{}); err == nil || v != nil {
		t.Errorf("got %v, %v; want another type refused", v, err)
	}
}
