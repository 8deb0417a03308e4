package operation

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/airlock-gate/airlock/plugin/refusal"
)

// Bool reads a parameter as the engine reads a boolean (BoolValue in daemon/server/httputils): true unless it is empty
// or says no in one of four words. "off" is true.
func Bool(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "0", "no", "false", "none":
		return false
	}
	return true
}

// readQuery parses the query and holds it against the parameters the endpoint has.
func (r *route) readQuery(raw string) (url.Values, *refusal.Refusal) {
	if raw == "" {
		return url.Values{}, nil
	}
	// Engines built with Go before 1.17 split at semicolons, later ones fail or drop the pair.
	values, err := url.ParseQuery(raw)
	if err != nil {
		got := "an escape that does not decode"
		if strings.Contains(raw, ";") {
			got = "a semicolon that is not percent-encoded"
		}
		return nil, &refusal.Refusal{
			Rule:  refusal.MalformedQuery,
			Field: "query",
			Got:   got,
			Want:  "percent-encoded name=value pairs joined by &",
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) { // sorted: the same request gets the same answer
		parameter, known := r.parameter(name)
		if !known {
			return nil, &refusal.Refusal{
				Rule:  refusal.UnknownParameter,
				Field: "query " + printable(name),
				Got:   "a parameter the engine does not read here",
				Want:  r.wanted(),
			}
		}
		if n := len(values[name]); n > 1 && !parameter.List {
			return nil, &refusal.Refusal{
				Rule:  refusal.AmbiguousQuery,
				Field: "query " + name,
				Got:   fmt.Sprintf("%d values", n),
				Want:  "one value",
			}
		}
		for _, value := range values[name] {
			if !utf8.ValidString(value) {
				return nil, &refusal.Refusal{
					Rule:  refusal.MalformedQuery,
					Field: "query " + name,
					Got:   "a value that is not UTF-8",
					Want:  "UTF-8",
				}
			}
		}
	}
	return values, nil
}

func (r *route) parameter(name string) (Parameter, bool) {
	for _, p := range r.Parameters {
		if p.Name == name {
			return p, true
		}
	}
	return Parameter{}, false
}

// wanted lists what may stand in the query.
func (r *route) wanted() string {
	if len(r.Parameters) == 0 {
		return "no query"
	}
	names := make([]string, len(r.Parameters))
	for i, p := range r.Parameters {
		names[i] = p.Name
	}
	if len(names) == 1 {
		return names[0]
	}
	return "one of " + strings.Join(names, ", ")
}

// printable returns a name as it is when it looks like one, and quoted and cut otherwise.
func printable(name string) string {
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= 0x7f || c == '"' {
			return fmt.Sprintf("%.40q", name)
		}
	}
	if name == "" || len(name) > 40 {
		return fmt.Sprintf("%.40q", name)
	}
	return name
}
