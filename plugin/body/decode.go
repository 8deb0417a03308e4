package body

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/airlock-gate/airlock/plugin/refusal"
)

// Decode scans a body and decodes it into the engine's own type with the engine's own decoder. The shape must have been
// built for that type.
func Decode[T any](raw []byte, shape *Shape) (*T, error) {
	if shape == nil || shape.goType != reflect.TypeFor[T]() {
		return nil, &refusal.Refusal{
			Rule: refusal.MalformedBody, Field: place(""), Got: "a body", Want: "a request of a known shape",
		}
	}
	if err := Scan(raw, shape, DefaultLimits()); err != nil {
		return nil, err
	}
	value := new(T)
	if err := json.Unmarshal(raw, value); err != nil {
		return nil, undecodable(err)
	}
	return value, nil
}

// undecodable turns an error of encoding/json into a refusal. A scanned body decodes; should the decoder ever be
// stricter than the scan, its own words may repeat a value and are not passed on.
func undecodable(err error) *refusal.Refusal {
	r := malformed("a value the engine's decoder refuses", "a value of the right kind")
	r.Field = place("")
	if typed, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		r.Field = place(typed.Field)
		r.Want = "a value for " + typed.Type.String()
	}
	return r
}

// Empty refuses a body where the endpoint takes none. White space, {} and null say nothing and pass: dockerode sends an
// empty object with every POST, and an engine that still reads a host configuration at start takes no body shorter than
// seven bytes for one (postContainersStart up to 24.0).
func Empty(raw []byte) error {
	switch trimmed := bytes.Trim(raw, " \t\r\n"); {
	case len(raw) >= 7 && len(trimmed) > 0:
	case len(trimmed) == 0, string(trimmed) == "{}", string(trimmed) == "null":
		return nil
	}
	return &refusal.Refusal{
		Rule: refusal.UnexpectedBody, Field: place(""), Got: fmt.Sprintf("%d bytes", len(raw)), Want: "no body",
	}
}
