package body

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"reflect"
	"strconv"
)

// repeats tells whether a body is one JSON object that says again what the query says and nothing else, each parameter
// once. dockerode sends the options of a POST both ways, for one endpoint like another (docker-modem lib/modem.js).
func repeats(raw []byte, query url.Values) bool {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return false
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok || seen[name] {
			return false
		}
		seen[name] = true
		var value any
		if d.Decode(&value) != nil || len(query[name]) != 1 || !says(query[name][0], value) {
			return false
		}
	}
	if _, err := d.Token(); err != nil {
		return false
	}
	_, err := d.Token()
	return errors.Is(err, io.EOF)
}

// says tells whether a parameter of the query has a value of JSON: scalars as they are written, others as JSON.
func says(parameter string, value any) bool {
	switch v := value.(type) {
	case string:
		return parameter == v
	case bool:
		return parameter == strconv.FormatBool(v)
	case json.Number:
		return parameter == v.String()
	case nil:
		return false
	}
	d := json.NewDecoder(bytes.NewReader([]byte(parameter)))
	d.UseNumber()
	var given any
	if d.Decode(&given) != nil || !reflect.DeepEqual(given, value) {
		return false
	}
	_, err := d.Token()
	return errors.Is(err, io.EOF)
}
