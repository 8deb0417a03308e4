package operation

import "strings"

// maxVars is the most path variables a route of the engine has.
const maxVars = 2

// route matches one pattern by its literal parts. The engine's router, gorilla/mux, tries up to 240 regular expressions
// one after the other; the engine's patterns are plain enough that comparing strings says the same, which FuzzParse
// holds against gorilla/mux itself.
type route struct {
	Route
	literals []string // what stands before, between and after the variables
	kinds    []kind   // what each variable takes
}

// kind is the regular expression of a variable; "" takes one segment.
type kind string

// compile splits a pattern such as "/containers/{name:.*}/json" into literals and variables.
func compile(r Route) route {
	c := route{Route: r}
	rest := r.Pattern
	for {
		literal, after, found := strings.Cut(rest, "{")
		c.literals = append(c.literals, literal)
		if !found {
			return c
		}
		var variable string
		variable, rest, _ = strings.Cut(after, "}")
		name, expression, _ := strings.Cut(variable, ":")
		c.Vars = append(c.Vars, name)
		c.kinds = append(c.kinds, kind(expression))
	}
}

// segment returns the first path segment the pattern fixes, "" when it fixes none.
func (r *route) segment() string {
	segment, _, _ := strings.Cut(r.literals[0][1:], "/")
	return segment
}

// match says whether the path is one of the route's. The path holds no control character, so ".*" spans all of it.
func (r *route) match(path string) (values [maxVars]string, ok bool) {
	switch len(r.kinds) {
	case 0:
		return values, path == r.literals[0]
	case 1:
		rest, ok := between(path, r.literals[0], r.literals[1])
		values[0] = rest
		return values, ok && r.kinds[0].takes(rest)
	case 2:
		// Both are single segments, so the first occurrence of the literal between them is the only one possible.
		rest, ok := between(path, r.literals[0], r.literals[2])
		if !ok {
			return values, false
		}
		values[0], values[1], ok = strings.Cut(rest, r.literals[1])
		return values, ok && r.kinds[0].takes(values[0]) && r.kinds[1].takes(values[1])
	}
	return values, false
}

func (k kind) takes(value string) bool {
	switch k {
	case ".*":
		return true
	case ".+":
		return value != ""
	case "":
		return value != "" && strings.IndexByte(value, '/') < 0
	}
	return false
}

func between(s, prefix, suffix string) (string, bool) {
	if len(s) < len(prefix)+len(suffix) || !strings.HasPrefix(s, prefix) || !strings.HasSuffix(s, suffix) {
		return "", false
	}
	return s[len(prefix) : len(s)-len(suffix)], true
}
