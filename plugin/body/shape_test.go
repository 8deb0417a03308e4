package body_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/plugin/body"
	"github.com/airlock-gate/airlock/plugin/refusal"
)

// letter is a byte with a JSON form of its own.
type letter byte

func (*letter) UnmarshalText([]byte) error { return nil }

func TestNewShapeRefuses(t *testing.T) {
	type decoder struct{ At time.Time }
	type open struct{ Value any }
	type quoted struct {
		N int `json:",string"`
	}
	type folded struct {
		A int `json:"key"`
		B int `json:"KEY"`
	}
	type numbered struct{ M map[int]string }
	type binary struct{ Data [4]byte }
	type letters struct{ Data []letter }
	type fine struct{ A, B string }
	for _, tc := range []struct {
		name   string
		given  reflect.Type
		extras []body.Extra
		want   string
	}{
		{name: "own decoder", given: reflect.TypeFor[decoder](), want: "time.Time has a decoder of its own"},
		{name: "anything", given: reflect.TypeFor[open](), want: "cannot be read strictly"},
		{name: "number in a string", given: reflect.TypeFor[quoted](), want: "a value inside a string"},
		{name: "two names", given: reflect.TypeFor[folded](), want: "key and KEY fold to one key"},
		{name: "number keys", given: reflect.TypeFor[numbered](), want: "keys that are no strings"},
		{name: "bytes", given: reflect.TypeFor[binary](), want: "is bytes"},
		{name: "bytes that decode themselves", given: reflect.TypeFor[letters](), want: "is bytes"},
		{name: "no object", given: reflect.TypeFor[[]string](), want: "a body is an object"},
		{name: "extra in no object", given: reflect.TypeFor[fine](), extras: []body.Extra{{In: "A", Name: "x"}}, want: "A is no object"},
		{name: "extra that folds", given: reflect.TypeFor[fine](), extras: []body.Extra{{Name: "b"}}, want: "B and b fold to one key"},
	} {
		if _, err := body.NewShape(tc.given, tc.extras...); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q", tc.name, err, tc.want)
		}
	}
	if _, err := body.NewShape(reflect.TypeFor[fine](), body.Extra{Name: "C"}); err != nil {
		t.Errorf("fine: %v", err)
	}
}

func TestScanDeniesByDefault(t *testing.T) {
	type request struct{ A, Env []string }
	type other struct{ A []string }
	shape, err := body.NewShape(reflect.TypeFor[request]())
	if err != nil {
		t.Fatal(err)
	}
	noShape := malformed("body", "a body", "a request of a known shape")
	_, otherShape := body.Decode[other]([]byte(`{}`), shape)
	_, nilShape := body.Decode[request]([]byte(`{}`), nil)
	for _, tc := range []struct {
		name string
		err  error
		want refusal.Refusal
	}{
		{"no limits", body.Scan([]byte(`{}`), shape, body.Limits{}), tooLarge("body", "2 bytes", "at most 0 bytes")},
		{"no values", body.Scan([]byte(`{}`), shape, body.Limits{Bytes: 99}),
			tooLarge("body", "more than 0 values in the body", "fewer values")},
		{"no depth", body.Scan([]byte(`{}`), shape, body.Limits{Bytes: 99, Values: 9}),
			tooLarge("body", "more than 0 levels", "fewer levels")},
		{"depth", body.Scan([]byte(`{"A":[]}`), shape, body.Limits{Bytes: 99, Values: 9, Depth: 1}),
			tooLarge("A", "more than 1 levels", "fewer levels")},
		{"no elements", body.Scan([]byte(`{"A":[""]}`), shape, body.Limits{Bytes: 99, Values: 9, Depth: 2}),
			tooLarge("A", "more than 0 entries", "at most 0 entries")},
		{"no long elements", body.Scan([]byte(`{"Env":[""]}`), shape, body.Limits{Bytes: 99, Values: 9, Depth: 2, Elements: 9}),
			tooLarge("Env", "more than 0 entries", "at most 0 entries")},
		{"no shape", body.Scan([]byte(`{}`), nil, body.DefaultLimits()), noShape},
		{"nil shape", nilShape, noShape},
		{"shape of another type", otherShape, noShape},
	} {
		if r, ok := errors.AsType[*refusal.Refusal](tc.err); !ok || *r != tc.want {
			t.Errorf("%s: got %v, want %v", tc.name, tc.err, &tc.want)
		}
	}
	if got, err := body.Decode[request]([]byte(`{"A":["x"]}`), shape); err != nil || len(got.A) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}
