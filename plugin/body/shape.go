package body

import (
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/moby/moby/api/types/network"
)

// Shape is what a body may look like: every key with its exact spelling, and the JSON kind of every value. It is built
// once from the Go type the engine decodes into, and is safe for concurrent use.
type Shape struct {
	goType reflect.Type
	root   *node
}

// Extra is a field some client sends or some supported engine reads, and the Go type of the newest engine lacks.
type Extra struct {
	In   string // place of the object that holds it: "" for the top, "HostConfig"
	Name string // "" for every key that is no field in any spelling
	// Inert is the type of a field no supported engine acts on: any value of that type is accepted, and dropped. Nil
	// makes it a legacy field, accepted only without a value.
	Inert reflect.Type
	// Want says where a legacy field's value belongs today. An empty Want asks for no value.
	Want string
	// NullOnly says that an empty value of a legacy field still means something to the engines that read it.
	NullOnly bool
}

type kind uint8

const (
	kindObject kind = iota + 1 // fixed keys
	kindMap                    // free keys
	kindList
	kindString
	kindText // a string with a grammar: address, port
	kindBool
	kindInt
	kindUint
	kindFloat
	kindBytes  // a string in base64
	kindLegacy // no value
)

// node is one value of a body.
type node struct {
	kind kind

	fields []field        // object
	exact  map[string]int // object: name → field
	folded map[string]int // object: folded name → field
	other  *node          // object: value of a key that is no field in any spelling, nil to refuse such keys

	elem        *node        // list, map
	elemPointer bool         // list, map: entries are pointers, so a null entry becomes nil inside the engine
	key         reflect.Type // map: type of keys with a grammar, else nil
	length      int          // list: exact number of entries, 0 for any

	text     reflect.Type // text
	emptyOK  bool         // text: the empty string means "not given"
	bits     int          // int, uint, float
	nullOnly bool         // legacy
	want     string       // legacy: the right place
}

type field struct {
	name  string
	node  *node
	long  bool  // may have more entries than others
	index []int // of the struct's field, through structs embedded in it; nil for what is not decoded
}

// maxFields bounds the keys of one object; a scan keeps one bit for each.
const maxFields = 256

// NewShape builds the shape of a Go type with the rules of encoding/json. Types whose JSON form cannot be known from
// the outside, those with a decoder of their own, are an error.
func NewShape(t reflect.Type, extras ...Extra) (*Shape, error) {
	root, err := (&builder{nodes: map[reflect.Type]*node{}}).node(t)
	if err != nil {
		return nil, fmt.Errorf("shape of %s: %w", t, err)
	}
	if root.kind != kindObject {
		return nil, fmt.Errorf("shape of %s: a body is an object", t)
	}
	shape := &Shape{goType: t, root: root}
	for _, extra := range extras {
		if err := shape.add(extra); err != nil {
			return nil, fmt.Errorf("shape of %s: extra field %q: %w", t, extra.Name, err)
		}
	}
	return shape, nil
}

// mustShape builds a shape known when this package was written.
func mustShape(t reflect.Type, extras ...Extra) *Shape {
	shape, err := NewShape(t, extras...)
	if err != nil {
		panic(err) // every such shape is built by the tests
	}
	return shape
}

func (s *Shape) add(extra Extra) error {
	object := s.root
	if extra.In != "" {
		for name := range strings.SplitSeq(extra.In, ".") {
			i, ok := object.exact[name]
			if !ok || object.fields[i].node.kind != kindObject {
				return fmt.Errorf("%s is no object", extra.In)
			}
			object = object.fields[i].node
		}
	}
	n := &node{kind: kindLegacy, nullOnly: extra.NullOnly, want: extra.Want}
	if extra.Inert != nil {
		var err error
		if n, err = (&builder{nodes: map[reflect.Type]*node{}}).node(extra.Inert); err != nil {
			return err
		}
	}
	if extra.Name == "" {
		object.other = n
		return nil
	}
	return object.add(field{name: extra.Name, node: n})
}

func (n *node) add(f field) error {
	fold := string(foldName([]byte(f.name)))
	if i, ok := n.folded[fold]; ok {
		return fmt.Errorf("%s and %s fold to one key", n.fields[i].name, f.name)
	}
	if len(n.fields) == maxFields {
		return fmt.Errorf("more than %d fields", maxFields)
	}
	n.exact[f.name] = len(n.fields)
	n.folded[fold] = len(n.fields)
	n.fields = append(n.fields, f)
	return nil
}

// builder keeps one node per type, so that a type that contains itself ends.
type builder struct{ nodes map[reflect.Type]*node }

func (b *builder) node(t reflect.Type) (*node, error) {
	if t.Kind() == reflect.Pointer {
		return b.node(t.Elem())
	}
	if n, ok := b.nodes[t]; ok {
		return n, nil
	}
	n := &node{}
	b.nodes[t] = n
	return n, b.fill(n, t)
}

func (b *builder) fill(n *node, t reflect.Type) (err error) {
	pointer := reflect.PointerTo(t)
	if pointer.Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return fmt.Errorf("%s has a decoder of its own", t)
	}
	if pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		n.kind, n.text = kindText, t
		n.emptyOK = readText(t, nil) == nil
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		n.kind = kindObject
		return b.object(n, t)
	case reflect.Map:
		n.kind = kindMap
		switch {
		case reflect.PointerTo(t.Key()).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
			n.key = t.Key()
		case t.Key().Kind() != reflect.String:
			return fmt.Errorf("%s has keys that are no strings", t)
		}
		n.elemPointer = t.Elem().Kind() == reflect.Pointer
		n.elem, err = b.node(t.Elem())
		return err
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			if t.Kind() == reflect.Array || !plainBytes(t) {
				return fmt.Errorf("%s is bytes of a form of their own", t)
			}
			n.kind = kindBytes
			return nil
		}
		n.kind = kindList
		if t.Kind() == reflect.Array {
			n.length = t.Len()
		}
		n.elemPointer = t.Elem().Kind() == reflect.Pointer
		n.elem, err = b.node(t.Elem())
		return err
	case reflect.String:
		n.kind = kindString
	case reflect.Bool:
		n.kind = kindBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n.kind, n.bits = kindInt, t.Bits()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n.kind, n.bits = kindUint, t.Bits()
	case reflect.Float32, reflect.Float64:
		n.kind, n.bits = kindFloat, t.Bits()
	default:
		return fmt.Errorf("%s cannot be read strictly", t)
	}
	return nil
}

// plainBytes tells whether encoding/json reads the bytes of a type from base64, as it does unless they decode themselves.
func plainBytes(t reflect.Type) bool {
	element := reflect.PointerTo(t.Elem())
	return !element.Implements(reflect.TypeFor[json.Unmarshaler]()) && !element.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// object collects the fields of a struct and of the structs embedded in it. Where encoding/json would hide one field
// behind another of the same name, the shape is refused instead.
func (b *builder) object(n *node, t reflect.Type) error {
	n.exact, n.folded = map[string]int{}, map[string]int{}
	return b.fields(n, t, nil)
}

func (b *builder) fields(n *node, t reflect.Type, above []int) error {
	for i := range t.NumField() {
		f, index := t.Field(i), append(slices.Clone(above), i)
		tag := f.Tag.Get("json")
		if tag == "-" {
			continue
		}
		tagged, options, _ := strings.Cut(tag, ",")
		if slices.Contains(strings.Split(options, ","), "string") {
			return fmt.Errorf("%s.%s is a value inside a string", t, f.Name)
		}
		if f.Anonymous && tagged == "" {
			embedded := f.Type
			if embedded.Kind() == reflect.Pointer {
				embedded = embedded.Elem()
			}
			if embedded.Kind() == reflect.Struct {
				if err := b.fields(n, embedded, index); err != nil {
					return err
				}
				continue
			}
		}
		if !f.IsExported() {
			continue
		}
		value, err := b.node(f.Type)
		if err != nil {
			return err
		}
		name := jsonName(f)
		if err := n.add(field{name: name, node: value, long: slices.Contains(longFields, name), index: index}); err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
	}
	return nil
}

// jsonName is the key of a struct field.
func jsonName(f reflect.StructField) string {
	tagged, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return cmp.Or(tagged, f.Name)
}

// readText decodes text into a new value of a type with a grammar.
func readText(t reflect.Type, text []byte) error {
	return reflect.New(t).Interface().(encoding.TextUnmarshaler).UnmarshalText(text)
}

// canonicalText returns the one spelling of a key with a grammar: the engine merges keys that are spelled differently
// and mean the same ("80" and "80/tcp").
func canonicalText(t reflect.Type, text []byte) ([]byte, error) {
	v := reflect.New(t).Interface()
	if err := v.(encoding.TextUnmarshaler).UnmarshalText(text); err != nil {
		return nil, err
	}
	m, ok := v.(encoding.TextMarshaler)
	if !ok {
		return nil, fmt.Errorf("%s has no canonical text", t)
	}
	return m.MarshalText()
}

// foldName folds a key as encoding/json does when it matches keys: every rune becomes the smallest of its simple-folding
// orbit, so K (U+212A) is k and ſ (U+017F) is s.
func foldName(name []byte) []byte {
	folded := make([]byte, 0, len(name))
	for len(name) > 0 {
		r, size := utf8.DecodeRune(name)
		name = name[size:]
		for last := r; ; last = r { // the orbit ascends until it starts again at its smallest
			if r = unicode.SimpleFold(r); r <= last {
				break
			}
		}
		folded = utf8.AppendRune(folded, r)
	}
	return folded
}

// describe says in words what a value should be.
func (n *node) describe() string {
	switch n.kind {
	case kindObject, kindMap:
		return "an object"
	case kindList:
		plural := map[kind]string{
			kindString: "strings", kindObject: "objects", kindMap: "objects", kindList: "lists", kindInt: "integers",
			kindUint: "integers", kindText: "strings", kindBool: "booleans", kindFloat: "numbers", kindBytes: "strings",
		}
		if n.length > 0 {
			return fmt.Sprintf("a list of %d %s", n.length, plural[n.elem.kind])
		}
		return "a list of " + plural[n.elem.kind]
	case kindString:
		return "a string"
	case kindText:
		return describeText(n.text)
	case kindBool:
		return "true or false"
	case kindInt:
		return fmt.Sprintf("a %d-bit integer", n.bits)
	case kindUint:
		return fmt.Sprintf("a %d-bit integer that is not negative", n.bits)
	case kindFloat:
		return "a number"
	case kindBytes:
		return "a string in base64"
	}
	return "no value"
}

func describeText(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[netip.Addr]():
		return "an IP address"
	case reflect.TypeFor[netip.Prefix]():
		return "a subnet in CIDR notation"
	case reflect.TypeFor[network.HardwareAddr]():
		return "a MAC address"
	case reflect.TypeFor[network.Port]():
		return "a port and protocol such as 80/tcp"
	}
	return "a " + t.Name()
}
