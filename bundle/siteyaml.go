package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"go.yaml.in/yaml/v3"

	"github.com/airlock-gate/airlock/policies"
)

// element is one value of a site file with its place. Exactly one of fields, items and value is in use; a null has none.
type element struct {
	line   int
	path   string
	keys   []string // of fields, in order of the file
	fields map[string]*element
	lines  map[string]int // of the keys
	items  []*element
	value  any // string, bool or json.Number
}

// get returns a member of a mapping; nil when there is none, and of nil too.
func (e *element) get(key string) *element {
	if e == nil {
		return nil
	}
	return e.fields[key]
}

// list returns the items of a sequence, and of anything else none.
func (e *element) list() []*element {
	if e == nil {
		return nil
	}
	return e.items
}

// scalar returns the text of a string or an integer or a decimal number.
func (e *element) scalar() (string, bool) {
	if e == nil {
		return "", false
	}
	switch v := e.value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	default:
		return "", false
	}
}

// plain returns the element as encoding/json would have decoded it.
func (e *element) plain() any {
	switch {
	case e.fields != nil:
		out := make(map[string]any, len(e.fields))
		for key, field := range e.fields {
			out[key] = field.plain()
		}
		return out
	case e.items != nil:
		out := make([]any, len(e.items))
		for i, item := range e.items {
			out[i] = item.plain()
		}
		return out
	default:
		return e.value
	}
}

// at follows a path of keys and indices as a schema validator reports it.
func (e *element) at(location []string) *element {
	for _, segment := range location {
		var next *element
		if e.fields != nil {
			next = e.fields[segment]
		} else if i, err := strconv.Atoi(segment); err == nil && i >= 0 && i < len(e.items) {
			next = e.items[i]
		}
		if next == nil {
			return e
		}
		e = next
	}
	return e
}

// maxSiteFile bounds a site file; aliases are refused, so that it cannot grow when read.
const maxSiteFile = 16 << 20

// tree reads YAML into elements; nil when there is no document or when it cannot be read.
func (p *siteParser) tree(data []byte) *element {
	if len(data) > maxSiteFile {
		p.fail(1, "", "has %d bytes; a site file has at most %d", len(data), maxSiteFile)
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var node, second yaml.Node
	if err := decoder.Decode(&node); err != nil {
		if !errors.Is(err, io.EOF) {
			p.syntax(err)
		}
		return nil
	}
	if err := decoder.Decode(&second); err == nil {
		p.fail(second.Line, "", "a second document; a site file has one")
		return nil
	} else if !errors.Is(err, io.EOF) {
		p.syntax(err)
		return nil
	}
	content := node.Content[0]
	if content.Kind == yaml.ScalarNode && content.ShortTag() == "!!null" && content.Value == "" {
		return nil // only comments
	}
	return p.element(content, "")
}

var syntaxLine = regexp.MustCompile(`^(?:yaml: )?(?:line ([0-9]+): )?(.*)$`)

// syntax turns the YAML reader's message into one with a place.
func (p *siteParser) syntax(err error) {
	line, message := 1, err.Error()
	if m := syntaxLine.FindStringSubmatch(message); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
		message = m[2]
	}
	p.fail(line, "", "not YAML: %s", message)
}

func (p *siteParser) element(node *yaml.Node, place string) *element {
	e := &element{line: node.Line, path: place}
	if node.Anchor != "" || node.Kind == yaml.AliasNode {
		p.fail(node.Line, place, "anchors and aliases are not read; write the value out")
		return e
	}
	switch node.Kind {
	case yaml.MappingNode:
		e.fields, e.lines = map[string]*element{}, map[string]int{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			p.member(e, node.Content[i], node.Content[i+1])
		}
	case yaml.SequenceNode:
		e.items = []*element{}
		for i, item := range node.Content {
			e.items = append(e.items, p.element(item, fmt.Sprintf("%s[%d]", place, i)))
		}
	case yaml.ScalarNode:
		e.value = p.scalar(node, place)
	}
	return e
}

func (p *siteParser) member(e *element, key, value *yaml.Node) {
	if key.Kind != yaml.ScalarNode || key.ShortTag() != "!!str" && key.ShortTag() != "!!int" {
		p.fail(key.Line, e.path, "has a key that is no plain word")
		return
	}
	place := key.Value
	if e.path != "" {
		place = e.path + "." + key.Value
	}
	if first, ok := e.lines[key.Value]; ok {
		p.fail(key.Line, place, "is given twice; the first is in line %d", first)
		return
	}
	e.keys = append(e.keys, key.Value)
	e.lines[key.Value] = key.Line
	field := p.element(value, place)
	if value.Kind != yaml.ScalarNode {
		field.line = key.Line // a block value starts on a later line than its name
	}
	e.fields[key.Value] = field
}

func (p *siteParser) scalar(node *yaml.Node, place string) any {
	switch node.ShortTag() {
	case "!!str", "!!timestamp":
		return node.Value
	case "!!bool":
		return strings.EqualFold(node.Value, "true")
	case "!!int", "!!float":
		text := node.Value
		if !jsonNumber.MatchString(text) {
			p.fail(node.Line, place, "%s is no plain number; write it in decimal", quoted(text))
			return nil
		}
		return json.Number(text)
	case "!!null":
		p.fail(node.Line, place, "is empty; give it a value or remove it")
		return nil
	default:
		p.fail(node.Line, place, "has the tag %s, which is not read", node.Tag)
		return nil
	}
}

// jsonNumber leaves out what YAML and people read in different ways: 0x10, 010, 1_000, 1e3, .5, .inf.
var jsonNumber = regexp.MustCompile(`^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$`)

const siteSchemaFile = "schemas/site.json"

// schema validates the whole file against the published schema. Its error is a fault of the schema, not of the file.
func (p *siteParser) schema(root *element) error {
	text, err := fs.ReadFile(policies.FS, siteSchemaFile)
	if err != nil {
		return err
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("read %s: %w", siteSchemaFile, err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(siteSchemaFile, schema); err != nil {
		return fmt.Errorf("read %s: %w", siteSchemaFile, err)
	}
	compiled, err := compiler.Compile(siteSchemaFile)
	if err != nil {
		return fmt.Errorf("read %s: %w", siteSchemaFile, err)
	}
	err = compiled.Validate(root.plain())
	if err == nil {
		return nil
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return err
	}
	known := slices.Clone(p.errors)
	reported := func(field string) bool {
		return slices.ContainsFunc(known, func(e SiteError) bool { return e.Field == field })
	}
	p.leaves(root, schema, invalid, reported)
	return nil
}

// leaves reports the innermost complaints of the validator.
func (p *siteParser) leaves(root *element, schema any, e *jsonschema.ValidationError, reported func(string) bool) {
	for _, cause := range e.Causes {
		p.leaves(root, schema, cause, reported)
	}
	if len(e.Causes) > 0 {
		return
	}
	at := root.at(e.InstanceLocation)
	if k, ok := e.ErrorKind.(*kind.AdditionalProperties); ok {
		for _, key := range k.Properties {
			place := key
			if at.path != "" {
				place = at.path + "." + key
			}
			// That it is empty as well helps nobody.
			p.errors = slices.DeleteFunc(p.errors, func(e SiteError) bool { return e.Field == place })
			p.fail(at.lines[key], place, "unknown key%s", didYouMean(key, propertiesAt(schema, e.SchemaURL)))
		}
		return
	}
	if reported(at.path) {
		return
	}
	p.fail(at.line, at.path, "%s", complaint(at, e.ErrorKind))
}

// complaint words what the validator found for somebody who has never seen the schema.
func complaint(at *element, k jsonschema.ErrorKind) string {
	got := ""
	if text, ok := at.scalar(); ok {
		got = quoted(text)
		if _, number := at.value.(json.Number); number {
			got = text
		}
	}
	switch k := k.(type) {
	case *kind.Type:
		want := make([]string, len(k.Want))
		for i := range k.Want {
			want[i] = typeNames[k.Want[i]]
		}
		return fmt.Sprintf("is %s; want %s", typeNames[k.Got], strings.Join(want, " or "))
	case *kind.Minimum:
		return fmt.Sprintf("is %s; want at least %s", got, rational(k.Want))
	case *kind.Maximum:
		return fmt.Sprintf("is %s; want at most %s", got, rational(k.Want))
	case *kind.Enum:
		want := make([]string, len(k.Want))
		for i := range k.Want {
			want[i] = fmt.Sprint(k.Want[i])
		}
		return fmt.Sprintf("is %s; want one of %s", got, strings.Join(want, ", "))
	case *kind.Required:
		return "lacks " + strings.Join(k.Missing, ", ")
	case *kind.MinItems:
		return "is an empty list; name at least one"
	case *kind.MinLength:
		return "is an empty string"
	case *kind.UniqueItems:
		return fmt.Sprintf("has the same entry twice, as number %d and %d", k.Duplicates[0]+1, k.Duplicates[1]+1)
	default:
		return fmt.Sprintf("does not match %s", strings.Join(k.KeywordPath(), "/"))
	}
}

// typeNames are the validator's types in words.
var typeNames = map[string]string{
	"null": "empty", "boolean": "true or false", "number": "a number", "integer": "a whole number", "string": "a string",
	"array": "a list", "object": "a mapping",
}

func rational(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	return r.RatString()
}

// propertiesAt lists the keys a schema knows at the place the validator stopped.
func propertiesAt(schema any, url string) []string {
	_, fragment, _ := strings.Cut(url, "#")
	for segment := range strings.SplitSeq(strings.TrimPrefix(fragment, "/"), "/") {
		if segment == "" {
			continue
		}
		object, ok := schema.(map[string]any)
		if !ok {
			return nil
		}
		schema = object[segment]
	}
	object, _ := schema.(map[string]any)
	properties, _ := object["properties"].(map[string]any)
	keys := make([]string, 0, len(properties))
	for key := range properties {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// didYouMean names the nearest of the known words, if one is near enough to be meant.
func didYouMean(word string, known []string) string {
	best, distance := "", math.MaxInt
	for _, candidate := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(candidate)); d < distance {
			best, distance = candidate, d
		}
	}
	if best != "" && distance <= max(1, len(word)/3) {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	if len(known) > 0 && len(known) <= 16 {
		return "; known are " + strings.Join(known, ", ")
	}
	return ""
}
