package adversarial

import (
	"reflect"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
)

// spellings returns creates that name one key of the engine's own types in another way that the engine reads as that
// key: in lower case, with a letter that folds to it, or twice. What the gate would not see, the engine would do.
func spellings() []Case {
	var cases []Case
	add := func(outcome, place, text string) {
		body, err := placed(place, text)
		if err != nil {
			panic(err) // the places are constants of this file
		}
		cases = append(cases, Case{
			Family: "denied/spellings", Outcome: outcome, Line: "POST {v}/containers/create", Body: body, describe: place + " " + text,
		})
	}
	for _, o := range []struct {
		of    reflect.Type
		place string
		wrap  func(string) string
	}{
		{reflect.TypeFor[container.Config](), "top", func(s string) string { return s }},
		{reflect.TypeFor[container.HostConfig](), "host", func(s string) string { return s }},
		{reflect.TypeFor[network.EndpointSettings](), "top", func(s string) string {
			return `"NetworkingConfig":{"EndpointsConfig":{"agents":{` + s + `}}}`
		}},
	} {
		for _, key := range keys(o.of) {
			add("api/duplicate-key", o.place, o.wrap(`"`+key+`":null,"`+key+`":null`))
			if lower := strings.ToLower(key); lower != key {
				add("api/case-variant-key", o.place, o.wrap(`"`+lower+`":null`))
			}
			if folded := fold(key); folded != key {
				add("api/case-variant-key", o.place, o.wrap(`"`+folded+`":null`))
			}
		}
	}
	return cases
}

// fold replaces the last letter that another one folds to: the long s, and the sign for kelvin.
func fold(key string) string {
	for i := len(key) - 1; i >= 0; i-- {
		switch key[i] {
		case 's', 'S':
			return key[:i] + "ſ" + key[i+1:]
		case 'k', 'K':
			return key[:i] + "K" + key[i+1:]
		}
	}
	return key
}

// keys lists the JSON keys of a struct, those of embedded structs included.
func keys(t reflect.Type) []string {
	var found []string
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case field.Anonymous && name == "" && field.Type.Kind() == reflect.Struct:
			found = append(found, keys(field.Type)...)
		case name == "":
			found = append(found, field.Name)
		default:
			found = append(found, name)
		}
	}
	return found
}
