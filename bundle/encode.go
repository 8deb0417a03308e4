package bundle

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Encoder turns values of one Go type into OPA values, as encoding/json followed by OPA's own reader would, without the
// text in between. The way through the type is worked out once, by NewEncoder. An Encoder is safe for concurrent use.
type Encoder struct {
	typ  reflect.Type
	plan *plan
	root codec
}

// codec is the compiled way through one type.
type codec struct {
	leaves int // fields without parts
	// count returns how many elements the lists and maps of a value have, roughly above maxElements; nil for none.
	count func(v reflect.Value) int

	// term builds the OPA term of a value.
	term func(s *scratch, v reflect.Value) *ast.Term
	// key appends an injective image of a value: two values have the same image only if they have the same term.
	key func(b []byte, v reflect.Value) []byte
	// kind names what kind of OPA value a value has.
	kind func(v reflect.Value) kind
}

// kind is a letter for a kind of OPA value.
type kind byte

const (
	undefined kind = 'u'
	null      kind = '0'
	boolean   kind = 'b'
	number    kind = 'n'
	text      kind = 's'
	array     kind = 'a'
	object    kind = 'o'
)

func (k kind) always(reflect.Value) kind { return k }

// orNull is the kind of what may be nil.
func (k kind) orNull(v reflect.Value) kind {
	if v.IsNil() {
		return null
	}
	return k
}

// NewEncoder works out the encoding of the type of sample. It refuses what JSON and OPA could read in two ways: fields
// without a JSON name, options such as omitempty (every field of an input is always present), interfaces and types that
// marshal themselves.
func NewEncoder(sample any) (*Encoder, error) {
	t := reflect.TypeOf(sample)
	if t == nil {
		return nil, fmt.Errorf("plan encoding: no type")
	}
	p := &plan{terms: &interned{}, known: map[reflect.Type]codec{}}
	root, err := p.of(t, t.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("plan encoding: %w", err)
	}
	return &Encoder{typ: t, plan: p, root: root}, nil
}

// Value returns the OPA value of v, which must be of the encoder's type.
func (e *Encoder) Value(v any) (ast.Value, error) {
	if t := reflect.TypeOf(v); t != e.typ {
		return nil, fmt.Errorf("encode %v: want %v", t, e.typ)
	}
	return e.term(reflect.ValueOf(v)).Value, nil
}

func (e *Encoder) term(v reflect.Value) *ast.Term { return e.root.term(newScratch(), v) }

// Key appends an injective image of v to b: values with equal images have equal OPA values.
func (e *Encoder) Key(b []byte, v any) ([]byte, error) {
	if t := reflect.TypeOf(v); t != e.typ {
		return nil, fmt.Errorf("encode %v: want %v", t, e.typ)
	}
	return e.root.key(b, reflect.ValueOf(v)), nil
}

// scratch is the working memory of one encoding: terms are cut from blocks, pairs and image are stacks shared by all
// levels.
type scratch struct {
	block []ast.Term
	pairs [][2]*ast.Term
	image []byte
}

func newScratch() *scratch {
	return &scratch{pairs: make([][2]*ast.Term, 0, 64), image: make([]byte, 0, maxImage)}
}

func (s *scratch) new(v ast.Value) *ast.Term {
	if len(s.block) == 0 {
		s.block = make([]ast.Term, 16)
	}
	t := &s.block[0]
	s.block = s.block[1:]
	t.Value = v
	return t
}

// text returns the term of a string as encoding/json would carry it: bytes that are no UTF-8 become U+FFFD.
func (s *scratch) text(v string) *ast.Term {
	if v == "" {
		return ast.InternedEmptyString
	}
	if t, ok := commonTerms[v]; ok {
		return t
	}
	if !utf8.ValidString(v) {
		v = string([]rune(v))
	}
	return s.new(ast.String(v))
}

func (s *scratch) integer(v int64) *ast.Term {
	if v >= -1 && v <= 512 { // the range OPA interns
		return ast.InternedTerm(v)
	}
	return s.new(ast.Number(strconv.FormatInt(v, 10)))
}

// commonTerms are the strings most inputs carry; sharing their terms saves two allocations each. Terms are immutable.
var commonTerms = func() map[string]*ast.Term {
	terms := map[string]*ast.Term{}
	for _, s := range []string{
		"container", "image", "none", "request", "default", "private", "host", "network", "bridge", "uid:gid", "builtin",
		"unconfined", "digest", "tag", "tmpfs", "bind", "volume", "mounts", "binds", "volumes", "json-file", "runc", "linux",
		"amd64", "arm64", "x86_64", "aarch64", "overlay2", "overlayfs", "cgroupfs", "systemd", "no", "always",
		"unless-stopped", "on-failure", "disabled", "ALL", "SIGTERM", "TLS", "/", "/tmp", "/run", "1", "2",
		"GET", "HEAD", "POST", "container.create", "container.start", "container.restart", "container.unpause", "image.pull",
		"container.list", "container.inspect", "container.logs", "image.list", "image.inspect", "system.ping", "system.info",
		"system.version", "docker-default", "rprivate", "1777",
		"1001:1001", "size", "PATH", "HOME", "HOSTNAME", "LANG", "TZ", "TERM", "/containers/create", "1.41", "1.44", "1.56", "0700", "nofile", "core",
		"local", "journald", "max-size", "max-file", "HostConfig.Tmpfs./tmp",
		"/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
		"/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
		"/sys/devices/virtual/powercap", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
	} {
		terms[s] = ast.StringTerm(s)
	}
	return terms
}()

// plan works out the way through a type.
type plan struct {
	terms *interned
	types uint64 // whose terms are interned
	known map[reflect.Type]codec
}

// of returns the way through a type, which is the same wherever it stands.
func (p *plan) of(t reflect.Type, at string, open []reflect.Type) (codec, error) {
	if slices.Contains(open, t) {
		return codec{}, fmt.Errorf("%s: %v contains itself", at, t)
	}
	if known, ok := p.known[t]; ok {
		return known, nil
	}
	c, err := p.through(t, at, open)
	if err == nil {
		p.known[t] = c
	}
	return c, err
}

func (p *plan) through(t reflect.Type, at string, open []reflect.Type) (codec, error) {
	if t.Kind() != reflect.Pointer {
		// By constant names: for others the linker would keep every exported method of the program.
		_, asJSON := reflect.PointerTo(t).MethodByName("MarshalJSON")
		_, asText := reflect.PointerTo(t).MethodByName("MarshalText")
		if asJSON || asText {
			return codec{}, fmt.Errorf("%s: %v marshals itself", at, t)
		}
	}
	open = append(open, t)
	switch t.Kind() {
	case reflect.Bool:
		return codec{
			leaves: 1, kind: boolean.always,
			term: func(_ *scratch, v reflect.Value) *ast.Term { return ast.InternedTerm(v.Bool()) },
			key: func(b []byte, v reflect.Value) []byte {
				if v.Bool() {
					return append(b, 1)
				}
				return append(b, 0)
			},
		}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return codec{
			leaves: 1, kind: number.always,
			term: func(s *scratch, v reflect.Value) *ast.Term { return s.integer(v.Int()) },
			key:  func(b []byte, v reflect.Value) []byte { return binary.AppendVarint(b, v.Int()) },
		}, nil
	case reflect.String:
		return codec{
			leaves: 1, kind: text.always,
			term: func(s *scratch, v reflect.Value) *ast.Term { return s.text(v.String()) },
			key:  func(b []byte, v reflect.Value) []byte { return appendText(b, v.String()) },
		}, nil
	case reflect.Pointer:
		return p.pointer(t, at, open)
	case reflect.Slice:
		return p.slice(t, at, open)
	case reflect.Map:
		return p.table(t, at, open)
	case reflect.Struct:
		return p.object(t, at, open)
	default:
		return codec{}, fmt.Errorf("%s: %v is no part of an input", at, t)
	}
}

func (p *plan) pointer(t reflect.Type, at string, open []reflect.Type) (codec, error) {
	elem, err := p.of(t.Elem(), at, open)
	if err != nil {
		return codec{}, err
	}
	c := codec{
		leaves: elem.leaves,
		kind: func(v reflect.Value) kind {
			if v.IsNil() {
				return null
			}
			return elem.kind(v.Elem())
		},
		term: func(s *scratch, v reflect.Value) *ast.Term {
			if v.IsNil() {
				return ast.InternedNullTerm
			}
			return elem.term(s, v.Elem())
		},
		key: func(b []byte, v reflect.Value) []byte {
			if v.IsNil() {
				return append(b, 0)
			}
			return elem.key(append(b, 1), v.Elem())
		},
	}
	if elem.count != nil {
		c.count = func(v reflect.Value) int {
			if v.IsNil() {
				return 0
			}
			return elem.count(v.Elem())
		}
	}
	return c, nil
}

func (p *plan) slice(t reflect.Type, at string, open []reflect.Type) (codec, error) {
	if t.Elem().Kind() == reflect.Uint8 {
		return codec{}, fmt.Errorf("%s: bytes are no part of an input", at)
	}
	elem, err := p.of(t.Elem(), at+"[]", open)
	if err != nil {
		return codec{}, err
	}
	c := codec{
		leaves: elem.leaves, kind: array.orNull,
		term: func(s *scratch, v reflect.Value) *ast.Term {
			n := v.Len()
			if n == 0 {
				if v.IsNil() {
					return ast.InternedNullTerm
				}
				return ast.InternedEmptyArray
			}
			terms := make([]*ast.Term, n)
			for i := range n {
				terms[i] = elem.term(s, v.Index(i))
			}
			return s.new(ast.NewArray(terms...))
		},
		key: func(b []byte, v reflect.Value) []byte {
			if v.IsNil() {
				return append(b, 0)
			}
			b = binary.AppendUvarint(b, uint64(v.Len())+1)
			for i := range v.Len() {
				b = elem.key(b, v.Index(i))
			}
			return b
		},
	}
	c.count = func(v reflect.Value) int {
		n := v.Len()
		for i := 0; elem.count != nil && n <= maxElements && i < v.Len(); i++ {
			n += elem.count(v.Index(i))
		}
		return n
	}
	if c.leaves == 1 || c.leaves > maxLeaves {
		return c, nil // texts and numbers come with the part they stand in
	}
	return p.interning(c), nil
}

func (p *plan) table(t reflect.Type, at string, open []reflect.Type) (codec, error) {
	if t.Key().Kind() != reflect.String {
		return codec{}, fmt.Errorf("%s: %v has keys that are no strings", at, t)
	}
	elem, err := p.of(t.Elem(), at+"{}", open)
	if err != nil {
		return codec{}, err
	}
	return codec{
		leaves: elem.leaves, kind: object.orNull,
		count: reflect.Value.Len, // elements of maps are texts, or lists of them
		term: func(s *scratch, v reflect.Value) *ast.Term {
			if v.IsNil() {
				return ast.InternedNullTerm
			}
			if v.Len() == 0 {
				return ast.InternedEmptyObject
			}
			// Inserted rather than listed: keys that differ only in bytes that are no UTF-8 fall together.
			built := ast.NewObjectWithCapacity(v.Len())
			for _, key := range orderedKeys(v) {
				built.Insert(s.text(key.String()), elem.term(s, v.MapIndex(key)))
			}
			return s.new(built)
		},
		key: func(b []byte, v reflect.Value) []byte {
			if v.IsNil() {
				return append(b, 0)
			}
			b = binary.AppendUvarint(b, uint64(v.Len())+1)
			if v.Len() == 0 {
				return b
			}
			for _, key := range sortedKeys(v) {
				b = elem.key(appendText(b, key.String()), v.MapIndex(key))
			}
			return b
		},
	}, nil
}

// orderedKeys sorts the keys only where their order tells: of those that fall together the last one stays.
func orderedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	if slices.ContainsFunc(keys, func(key reflect.Value) bool { return !utf8.ValidString(key.String()) }) {
		return sortedKeys(v)
	}
	return keys
}

func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	if len(keys) > 1 {
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	}
	return keys
}

func (p *plan) object(t reflect.Type, at string, open []reflect.Type) (codec, error) {
	type field struct {
		index int
		name  *ast.Term
		codec codec
	}
	fields := make([]field, 0, t.NumField())
	names := map[string]bool{}
	leaves := 0
	for i := range t.NumField() {
		f := t.Field(i)
		at := at + "." + f.Name
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			return codec{}, fmt.Errorf("%s: embedded fields are no part of an input", at)
		case !f.IsExported():
			return codec{}, fmt.Errorf("%s: not exported", at)
		case name == "" || name == "-":
			return codec{}, fmt.Errorf("%s: no JSON name", at)
		case options != "":
			return codec{}, fmt.Errorf("%s: JSON option %q; every field is always present, as it is", at, options)
		case names[name]:
			return codec{}, fmt.Errorf("%s: JSON name %q is taken", at, name)
		}
		names[name] = true
		c, err := p.of(f.Type, at, open)
		if err != nil {
			return codec{}, err
		}
		leaves += c.leaves
		fields = append(fields, field{index: i, name: ast.StringTerm(name), codec: c})
	}
	if len(fields) == 0 {
		return codec{}, fmt.Errorf("%s: %v has no fields", at, t)
	}
	// In key order, so that OPA finds the keys of every object sorted already.
	sorted := slices.Clone(fields)
	slices.SortFunc(sorted, func(a, b field) int { return a.name.Value.Compare(b.name.Value) })
	c := codec{
		leaves: leaves, kind: object.always,
		term: func(s *scratch, v reflect.Value) *ast.Term {
			base := len(s.pairs)
			for i := range sorted {
				f := &sorted[i]
				value := f.codec.term(s, v.Field(f.index))
				s.pairs = append(s.pairs, [2]*ast.Term{f.name, value})
			}
			built := ast.NewObject(s.pairs[base:]...)
			s.pairs = s.pairs[:base]
			return s.new(built)
		},
		key: func(b []byte, v reflect.Value) []byte {
			for i := range fields {
				b = fields[i].codec.key(b, v.Field(fields[i].index))
			}
			return b
		},
	}
	counted := slices.DeleteFunc(slices.Clone(fields), func(f field) bool { return f.codec.count == nil })
	if len(counted) > 0 {
		c.count = func(v reflect.Value) (n int) {
			for i := range counted {
				n += counted[i].codec.count(v.Field(counted[i].index))
			}
			return n
		}
	}
	if leaves > maxLeaves || len(open) == 1 {
		return c, nil
	}
	return p.interning(c), nil
}

// interning looks a value's term up before it is built.
func (p *plan) interning(of codec) codec {
	p.types++
	mark, terms := p.types, p.terms
	build := of.term
	of.term = func(s *scratch, v reflect.Value) *ast.Term {
		if of.count != nil && of.count(v) > maxElements {
			return build(s, v)
		}
		base := len(s.image)
		s.image = of.key(binary.AppendUvarint(s.image, mark), v)
		end := len(s.image)
		defer func() { s.image = s.image[:base] }()
		if end-base > maxImage {
			return build(s, v)
		}
		if known := terms.term(s.image[base:end]); known != nil {
			return known
		}
		// Blocks of its own: what is kept must not keep the rest of the input.
		block := s.block
		s.block = nil
		built := build(s, v)
		s.block = block
		terms.keep(s.image[base:end], built)
		return built
	}
	return of
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
