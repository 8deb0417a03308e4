package bundle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/airlock-gate/airlock/policies"
)

// siteSchema is the JSON Schema (draft 7) of site data, in the keywords it is written in; one that uses others cannot be
// read. A general validator takes longer to get ready than the gate takes to read its site data, and loses the lines.
type siteSchema struct {
	Ref         string                 `json:"$ref"` // nothing beside it counts
	Type        siteTypes              `json:"type"`
	Enum        []string               `json:"enum"`
	Properties  map[string]*siteSchema `json:"properties"`
	Additional  siteAdditional         `json:"additionalProperties"`
	Required    []string               `json:"required"`
	Items       *siteSchema            `json:"items"`
	MinItems    int                    `json:"minItems"`
	UniqueItems bool                   `json:"uniqueItems"`
	MinLength   int                    `json:"minLength"`
	Minimum     *json.Number           `json:"minimum"`
	Maximum     *json.Number           `json:"maximum"`

	Definitions map[string]*siteSchema `json:"definitions"`
	Schema      string                 `json:"$schema"`
	Title       string                 `json:"title"`
	Description string                 `json:"description"`
}

// siteTypes is one type or several.
type siteTypes []string

// UnmarshalJSON reads a name or a list of names.
func (t *siteTypes) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("[")) {
		return json.Unmarshal(text, (*[]string)(t))
	}
	*t = make([]string, 1)
	return json.Unmarshal(text, &(*t)[0])
}

// siteAdditional says what the members that have no name in the schema are.
type siteAdditional struct {
	forbidden bool
	schema    *siteSchema // nil for anything
}

// UnmarshalJSON reads false, true or a schema.
func (a *siteAdditional) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case "false":
		a.forbidden = true
		return nil
	case "true":
		return nil
	}
	a.schema = new(siteSchema)
	return strictly(text, a.schema)
}

// strictly decodes JSON of which every key is known.
func strictly(text []byte, to any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(to)
}

const siteSchemaFile = "schemas/site.json"

// readSiteSchema reads the published schema.
func readSiteSchema() (*siteSchema, error) {
	text, err := fs.ReadFile(policies.FS, siteSchemaFile)
	if err != nil {
		return nil, err
	}
	schema := new(siteSchema)
	if err := strictly(text, schema); err != nil {
		return nil, fmt.Errorf("read %s: %w", siteSchemaFile, err)
	}
	return schema, nil
}

// schema validates the whole file against the published schema. Its error is a fault of the schema, not of the file.
func (p *siteParser) schema(root *element) error {
	schema, err := readSiteSchema()
	if err != nil {
		return err
	}
	// Where the readers of values have said what is wrong, the schema's complaint is left out.
	reported := map[string]bool{}
	for _, e := range p.errors {
		reported[e.Field] = true
	}
	v := siteValidator{siteParser: p, definitions: schema.Definitions, reported: reported}
	return v.validate(root, schema)
}

// siteValidator reports what does not conform. Of a value of a wrong type it says nothing else.
type siteValidator struct {
	*siteParser
	definitions map[string]*siteSchema
	reported    map[string]bool
}

func (v *siteValidator) complain(e *element, format string, args ...any) {
	if !v.reported[e.path] {
		v.fail(e.line, e.path, format, args...)
	}
}

func (v *siteValidator) validate(e *element, s *siteSchema) error {
	for s.Ref != "" {
		name, ok := strings.CutPrefix(s.Ref, "#/definitions/")
		definition := v.definitions[name]
		if !ok || definition == nil || definition.Ref != "" {
			return fmt.Errorf("read %s: $ref %s leads nowhere", siteSchemaFile, s.Ref)
		}
		s = definition
	}
	kind := e.kind()
	if len(s.Type) > 0 && !slices.Contains(s.Type, kind) && !(kind == "integer" && slices.Contains(s.Type, "number")) {
		want := make([]string, len(s.Type))
		for i := range s.Type {
			want[i] = typeNames[s.Type[i]]
		}
		if kind == "integer" {
			kind = "number"
		}
		v.complain(e, "is %s; want %s", typeNames[kind], strings.Join(want, " or "))
		return nil
	}
	if text, ok := e.value.(string); len(s.Enum) > 0 && (!ok || !slices.Contains(s.Enum, text)) {
		v.complain(e, "is %s; want one of %s", e.shown(), strings.Join(s.Enum, ", "))
		return nil
	}
	switch kind {
	case "object":
		return v.object(e, s)
	case "array":
		return v.array(e, s)
	case "string":
		if text, _ := e.value.(string); s.MinLength > 0 && utf8.RuneCountInString(text) < s.MinLength {
			v.complain(e, "is an empty string")
		}
	case "integer", "number":
		return v.number(e, s)
	}
	return nil
}

func (v *siteValidator) object(e *element, s *siteSchema) error {
	var missing []string
	for _, key := range s.Required {
		if e.fields[key] == nil {
			missing = append(missing, key)
		}
	}
	if len(missing) > 0 {
		v.complain(e, "lacks %s", strings.Join(missing, ", "))
	}
	for _, key := range e.keys {
		field, known := e.fields[key], s.Properties[key]
		switch {
		case known != nil:
		case s.Additional.forbidden:
			v.unknown(e, key, s)
			continue
		case s.Additional.schema == nil:
			continue
		default:
			known = s.Additional.schema
		}
		if err := v.validate(field, known); err != nil {
			return err
		}
	}
	return nil
}

// unknown reports a key the schema has no place for. What else may be wrong with its value helps nobody.
func (v *siteValidator) unknown(e *element, key string, s *siteSchema) {
	place := key
	if e.path != "" {
		place = e.path + "." + key
	}
	v.errors = slices.DeleteFunc(v.errors, func(e SiteError) bool { return e.Field == place })
	v.fail(e.lines[key], place, "unknown key%s", didYouMean(key, slices.Sorted(maps.Keys(s.Properties))))
}

func (v *siteValidator) array(e *element, s *siteSchema) error {
	if len(e.items) < s.MinItems {
		v.complain(e, "is an empty list; name at least one")
	}
	if first, second, twice := e.repeated(); s.UniqueItems && twice {
		v.complain(e, "has the same entry twice, as number %d and %d", first+1, second+1)
	}
	if s.Items == nil {
		return nil
	}
	for _, item := range e.items {
		if err := v.validate(item, s.Items); err != nil {
			return err
		}
	}
	return nil
}

// repeated finds the first entry of a list that is there before. Lists are compared by their scalars alone: the schema
// demands different entries of no others.
func (e *element) repeated() (first, second int, twice bool) {
	seen := make(map[any]int, len(e.items))
	for i, item := range e.items {
		if item.value == nil {
			continue
		}
		if before, ok := seen[item.value]; ok {
			return before, i, true
		}
		seen[item.value] = i
	}
	return 0, 0, false
}

func (v *siteValidator) number(e *element, s *siteSchema) error {
	got, err := ratOf(e.value)
	if err != nil {
		return err
	}
	for _, bound := range []struct {
		at     *json.Number
		beyond int
		words  string
	}{{s.Minimum, -1, "least"}, {s.Maximum, +1, "most"}} {
		if bound.at == nil {
			continue
		}
		limit, err := ratOf(*bound.at)
		if err != nil {
			return fmt.Errorf("read %s: %w", siteSchemaFile, err)
		}
		if got.Cmp(limit) == bound.beyond {
			v.complain(e, "is %s; want at %s %s", e.shown(), bound.words, bound.at)
		}
	}
	return nil
}

func ratOf(number any) (*big.Rat, error) {
	text, _ := number.(json.Number)
	r, ok := new(big.Rat).SetString(text.String())
	if !ok {
		return nil, fmt.Errorf("%q is no number", text)
	}
	return r, nil
}

// kind is the type of an element in the words of JSON Schema.
func (e *element) kind() string {
	switch {
	case e.fields != nil:
		return "object"
	case e.items != nil:
		return "array"
	}
	switch value := e.value.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number:
		if r, err := ratOf(value); err == nil && r.IsInt() {
			return "integer"
		}
		return "number"
	}
	return "null"
}

// shown is the value of a scalar as it stands in a complaint.
func (e *element) shown() string {
	switch value := e.value.(type) {
	case string:
		return quoted(value)
	case json.Number:
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	}
	return ""
}

// typeNames are the types of JSON Schema in words.
var typeNames = map[string]string{
	"null": "empty", "boolean": "true or false", "number": "a number", "integer": "a whole number", "string": "a string",
	"array": "a list", "object": "a mapping",
}
