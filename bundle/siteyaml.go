package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
	"go.yaml.in/yaml/v3"
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
