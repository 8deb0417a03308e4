package body

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/airlock-gate/airlock/plugin/refusal"
)

// Decode reads a body once and returns it as the engine's own type, as the engine's own decoder would.
func Decode[T any](raw []byte, shape *Shape) (*T, error) {
	if shape == nil || shape.goType != reflect.TypeFor[T]() {
		return nil, unshaped()
	}
	value := new(T)
	if err := read(raw, shape, DefaultLimits(), reflect.ValueOf(value).Elem()); err != nil {
		return nil, err
	}
	return value, nil
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
