package secret

import (
	"strconv"
	"strings"
)

// Finding is one secret: where it stands and how it was known.
type Finding struct {
	Field   string // "Config.Env[3] (OPENAI_API_KEY)"; a name that may itself be a secret is left out
	Pattern Pattern
}

// Variable judges NAME=value, the i-th entry of an environment that stands at place.
func Variable(place string, i int, entry string) (Finding, bool) {
	name, value, _ := strings.Cut(entry, "=")
	pattern := inText(name) // NAME= was forgotten, and the secret stands where the name should
	if pattern == none {
		pattern = named(name, value)
	}
	if pattern == none {
		return Finding{}, false
	}
	field := indexed(place, i)
	if shown := Name(name); shown != "" {
		field += " (" + shown + ")"
	}
	return Finding{field, pattern}, true
}

// Label judges one name and value of a map that stands at place.
func Label(place, name, value string) (Finding, bool) {
	pattern := inText(name)
	if pattern == none {
		pattern = named(name, value)
	}
	if pattern == none {
		return Finding{}, false
	}
	if shown := Name(name); shown != "" {
		return Finding{place + "." + shown, pattern}, true
	}
	return Finding{place, pattern}, true
}

// named judges a value by the name beside it, then by itself.
func named(name, value string) Pattern {
	switch {
	case value == "":
		return none
	case len(value) > maxValue:
		return Unscanned
	}
	switch p := promises(name); {
	case (p.secret || p.place) && !p.kept(value):
		return SecretName
	case p.proxy && !strings.Contains(value, "://") && userinfo(value):
		return URLPassword
	}
	return inText(value)
}

func indexed(place string, i int) string { return place + "[" + strconv.Itoa(i) + "]" }
