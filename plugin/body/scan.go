package body

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/airlock-gate/airlock/plugin/refusal"
)

// Limits bound a body before anything is allocated for it. A zero limit refuses every body.
type Limits struct {
	Bytes    int // size of the body
	Depth    int // objects and lists inside each other
	Elements int // entries of one list, keys of one object
	Long     int // the same of the fields that are long in real requests
	Values   int // values in the whole body
}

// DefaultLimits are far above any real request: a thousand published ports, or the largest config of a swarm (1000 KiB,
// in base64). The engine shows a plugin up to 4 MiB (pkg/authorization), which is enough to keep the policies busy for
// seconds. What policies judge one by one, mounts above all, is the dearest: each entry may break several rules.
func DefaultLimits() Limits {
	return Limits{Bytes: 2 << 20, Depth: 64, Elements: 128, Long: 1024, Values: 1 << 13}
}

// longFields are the fields that policies judge as a whole or pass over quickly, and that people fill: variables, labels,
// arguments, ports.
var longFields = []string{
	"Args", "Cmd", "Command", "Entrypoint", "Env", "ExposedPorts", "Labels", "PortBindings", "Ports",
}

// Scan reads a body once and refuses it unless it is one JSON object of the shape, spelled exactly, without duplicates,
// within the limits. An ordinary body costs one small allocation; keys with escapes, addresses and ports cost more.
func Scan(raw []byte, shape *Shape, limits Limits) error {
	if shape == nil {
		return unshaped()
	}
	return read(raw, shape, limits, reflect.Value{})
}

func unshaped() *refusal.Refusal {
	return &refusal.Refusal{Rule: refusal.MalformedBody, Field: place(""), Got: "a body", Want: "a request of a known shape"}
}

// read reads a body once. If there is a value of the shape's type to put it into, it does so.
func read(raw []byte, shape *Shape, limits Limits, into reflect.Value) error {
	if len(raw) > limits.Bytes {
		return &refusal.Refusal{
			Rule: refusal.BodyTooLarge, Field: place(""),
			Got: fmt.Sprintf("%d bytes", len(raw)), Want: fmt.Sprintf("at most %d bytes", limits.Bytes),
		}
	}
	s := scanner{raw: raw, limits: limits, most: limits.Elements}
	s.keys = s.inline[:0]
	r := s.body(shape.root, into)
	if r == nil {
		return nil
	}
	r.Field = place(r.Field)
	return r
}

// place turns the collected path (".HostConfig.Binds[2]") into the name of a place.
func place(path string) string {
	if path == "" {
		return "body"
	}
	if path[0] == '.' {
		return path[1:]
	}
	return path
}

// scanner reads one body. Its refusals collect their place on the way out, so that a clean body never pays for it.
type scanner struct {
	raw    []byte
	pos    int
	limits Limits
	values int
	most   int    // entries that the list or the map to be read next may have
	keys   []span // keys of the free maps that are open
	buf    []byte // unescaped and canonical keys
	inline [32]span
}

// span is a key: in raw, or in buf when it had to be rewritten.
type span struct {
	start, end int
	rewritten  bool
}

func (s *scanner) body(root *node, into reflect.Value) *refusal.Refusal {
	if bytes.HasPrefix(s.raw, []byte("\xef\xbb\xbf")) {
		return malformed("a byte order mark", "a JSON object")
	}
	if s.next() == 'n' {
		return malformed("null", "an object") // it decodes to nothing at all
	}
	if r := s.value(root, into, 0); r != nil {
		return r
	}
	if s.next(); s.pos < len(s.raw) {
		// The engine stops at the first value; newer ones look further, but not past } and ].
		return malformed(fmt.Sprintf("more bytes after the JSON value, at byte %d", s.pos), "one JSON object and nothing after it")
	}
	return nil
}

// next skips white space and returns the byte there, 0 at the end.
func (s *scanner) next() byte {
	for s.pos < len(s.raw) {
		switch c := s.raw[s.pos]; c {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// value reads a value, and puts it into a zero one unless that is invalid.
func (s *scanner) value(n *node, into reflect.Value, depth int) *refusal.Refusal {
	c := s.next()
	if s.values++; s.values > s.limits.Values {
		return tooLarge(fmt.Sprintf("more than %d values in the body", s.limits.Values), "fewer values")
	}
	if n.kind == kindLegacy {
		return s.legacy(n, c)
	}
	if c == 'n' {
		return s.literal("null") // leaves a field as if it were absent
	}
	for into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
	switch n.kind {
	case kindObject, kindMap, kindList:
		open := byte('{')
		if n.kind == kindList {
			open = '['
		}
		if c != open {
			return s.mismatch(n, c)
		}
		if depth >= s.limits.Depth {
			return tooLarge(fmt.Sprintf("more than %d levels", s.limits.Depth), "fewer levels")
		}
		s.pos++
		switch n.kind {
		case kindObject:
			return s.object(n, into, depth)
		case kindMap:
			return s.freeMap(n, into, depth)
		default:
			return s.list(n, into, depth)
		}
	case kindString:
		if c != '"' {
			return s.mismatch(n, c)
		}
		start, end, odd, r := s.str()
		if r == nil && into.IsValid() {
			text, r := s.textOf(start, end, odd)
			into.SetString(text)
			return r
		}
		return r
	case kindText:
		if c != '"' {
			return s.mismatch(n, c)
		}
		return s.text(n, into)
	case kindBool:
		switch c {
		case 't':
			if into.IsValid() {
				into.SetBool(true)
			}
			return s.literal("true")
		case 'f':
			return s.literal("false")
		}
		return s.mismatch(n, c)
	case kindInt, kindUint:
		if c != '-' && (c < '0' || c > '9') {
			return s.mismatch(n, c)
		}
		return s.integer(n, into)
	case kindFloat:
		if c != '-' && (c < '0' || c > '9') {
			return s.mismatch(n, c)
		}
		return s.float(n, into)
	case kindBytes:
		// encoding/json takes a list of numbers for bytes as well; no client writes one.
		if c != '"' {
			return s.mismatch(n, c)
		}
		return s.base64(into)
	}
	return s.mismatch(n, c)
}

func (s *scanner) object(n *node, into reflect.Value, depth int) *refusal.Refusal {
	var seen [maxFields / 64]uint64
	expected := 0 // clients write fields in the order of the type
	if s.next() == '}' {
		s.pos++
		return nil
	}
	for {
		if c := s.next(); c != '"' {
			return s.unexpected("a key")
		}
		start, end, odd, r := s.str()
		if r != nil {
			return r
		}
		key := s.raw[start:end]
		if odd {
			if key, r = s.key(start, end); r != nil {
				return r
			}
		}
		i, known := expected, expected < len(n.fields) && string(key) == n.fields[expected].name
		if !known {
			i, known = n.exact[string(key)]
		}
		child := n.other
		if known {
			if seen[i/64]&(1<<(i%64)) != 0 {
				return at(duplicate(), "."+n.fields[i].name)
			}
			seen[i/64] |= 1 << (i % 64)
			expected, child = i+1, n.fields[i].node
		} else if r := n.strange(key, &seen); child == nil || r.Rule != refusal.UnknownField {
			return r
		}
		if s.next() != ':' {
			return s.unexpected("a colon")
		}
		s.pos++
		s.most = s.limits.Elements
		if known && n.fields[i].long {
			s.most = s.limits.Long
		}
		var field reflect.Value
		if known {
			field = fieldOf(into, n.fields[i].index)
		}
		if r := s.value(child, field, depth+1); r != nil {
			if !known {
				return at(r, "."+printable(key))
			}
			return at(r, "."+n.fields[i].name)
		}
		switch s.next() {
		case ',':
			s.pos++
		case '}':
			s.pos++
			return nil
		default:
			return s.unexpected("a comma or }")
		}
	}
}

// strange refuses a key that is no field. What the engine would match without regard to case is a variant.
func (n *node) strange(key []byte, seen *[maxFields / 64]uint64) *refusal.Refusal {
	i, ok := n.folded[string(foldName(key))]
	switch {
	case !ok:
		return at(&refusal.Refusal{
			Rule: refusal.UnknownField, Got: "a field no supported engine reads", Want: "no such field",
		}, "."+printable(key))
	case seen[i/64]&(1<<(i%64)) != 0:
		return at(duplicate(), "."+n.fields[i].name)
	}
	return at(&refusal.Refusal{
		Rule: refusal.CaseVariantKey, Got: "another spelling of " + n.fields[i].name, Want: n.fields[i].name,
	}, "."+printable(key))
}

func (s *scanner) freeMap(n *node, into reflect.Value, depth int) *refusal.Refusal {
	base, most := len(s.keys), s.most
	all := entriesOf(into, n)
	if s.next() == '}' {
		s.pos++
		return nil
	}
	for {
		if c := s.next(); c != '"' {
			return s.unexpected("a key")
		}
		start, end, odd, r := s.str()
		if r != nil {
			return r
		}
		key, k := s.raw[start:end], span{start: start, end: end}
		if odd {
			if key, r = s.key(start, end); r != nil {
				return r
			}
			k = s.rewrite(key)
		}
		if n.key != nil {
			canonical, err := canonicalText(n.key, key)
			if err != nil || len(key) == 0 {
				return at(malformed("a key that is none", describeText(n.key)), "."+printable(key))
			}
			k = s.rewrite(canonical)
		}
		if s.keys = append(s.keys, k); len(s.keys)-base > most {
			return tooMany(most)
		}
		if s.next() != ':' {
			return s.unexpected("a colon")
		}
		s.pos++
		if n.elemPointer && s.next() == 'n' {
			// A nil entry panics the handler or is skipped, depending on the engine (postContainersCreate).
			return at(malformed("null", n.elem.describe()), "."+printable(key))
		}
		s.most = most
		if r := s.value(n.elem, all.value(), depth+1); r != nil {
			return at(r, "."+printable(key))
		}
		if err := all.put(key); err != nil { // it was read before
			return at(malformed("a key that is none", describeText(n.key)), "."+printable(key))
		}
		switch s.next() {
		case ',':
			s.pos++
		case '}':
			s.pos++
			r := s.repeated(s.keys[base:])
			s.keys = s.keys[:base]
			return r
		default:
			return s.unexpected("a comma or }")
		}
	}
}

func (s *scanner) rewrite(key []byte) span {
	start := len(s.buf)
	s.buf = append(s.buf, key...)
	return span{start: start, end: len(s.buf), rewritten: true}
}

func (s *scanner) bytes(k span) []byte {
	if k.rewritten {
		return s.buf[k.start:k.end]
	}
	return s.raw[k.start:k.end]
}

// repeated refuses a key of a free map that stands there twice. Few keys are compared pairwise, many are sorted.
func (s *scanner) repeated(keys []span) *refusal.Refusal {
	const few = 24
	if len(keys) > few {
		slices.SortFunc(keys, func(a, b span) int { return bytes.Compare(s.bytes(a), s.bytes(b)) })
	}
	for i := 1; i < len(keys); i++ {
		from := 0
		if len(keys) > few {
			from = i - 1
		}
		for j := from; j < i; j++ {
			if bytes.Equal(s.bytes(keys[i]), s.bytes(keys[j])) {
				return at(duplicate(), "."+printable(s.bytes(keys[i])))
			}
		}
	}
	return nil
}

func (s *scanner) list(n *node, into reflect.Value, depth int) *refusal.Refusal {
	count, most := 0, s.most
	if s.next() == ']' {
		s.pos++
	} else {
		for more := true; more; count++ {
			if count >= most {
				return tooMany(most)
			}
			if s.next() == 'n' {
				// A null entry is a nil pointer, which panics the engine, or an empty string nobody wrote.
				return at(malformed("null", n.elem.describe()), "["+strconv.Itoa(count)+"]")
			}
			s.most = most
			if r := s.value(n.elem, elementOf(into, count), depth+1); r != nil {
				return at(r, "["+strconv.Itoa(count)+"]")
			}
			switch s.next() {
			case ',':
				s.pos++
			case ']':
				s.pos++
				more = false
			default:
				return s.unexpected("a comma or ]")
			}
		}
	}
	if n.length > 0 && count != n.length {
		return malformed("a list of "+strconv.Itoa(count), n.describe())
	}
	if count == 0 && into.Kind() == reflect.Slice {
		into.Set(reflect.MakeSlice(into.Type(), 0, 0))
	}
	return nil
}

// legacy accepts a field that means nothing: without a value, no engine acts on it.
func (s *scanner) legacy(n *node, c byte) *refusal.Refusal {
	ok := false
	switch c {
	case 'n':
		return s.literal("null")
	case 'f':
		ok = bytes.HasPrefix(s.raw[s.pos:], []byte("false"))
		s.pos += len("false")
	case '0':
		s.pos++
		ok = s.pos == len(s.raw) || bytes.IndexByte([]byte(",}] \t\r\n"), s.raw[s.pos]) >= 0
	case '"':
		s.pos++
		ok = s.pos < len(s.raw) && s.raw[s.pos] == '"'
		s.pos++
	case '[', '{':
		s.pos++
		ok = s.next() == c+2 // the closing bracket, in ASCII
		s.pos++
	}
	if jsonKind(c) == "" {
		return s.unexpected("a value")
	}
	if ok && !n.nullOnly {
		return nil
	}
	want := "no such field"
	if n.want != "" {
		want = "the value in " + n.want
	}
	return &refusal.Refusal{Rule: refusal.LegacyField, Got: jsonKind(c), Want: want}
}

// str reads a string and returns the bounds of what is between the quotes, and whether that needs a closer look: it
// has escapes or bytes beyond ASCII.
func (s *scanner) str() (start, end int, odd bool, r *refusal.Refusal) {
	raw := s.raw
	start = s.pos + 1
	for i := start; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			s.pos = i + 1
			return start, i, odd, nil
		case c < 0x20:
			s.pos = i
			return 0, 0, false, s.unexpected("an escaped control character")
		case c >= utf8.RuneSelf:
			odd = true
		case c == '\\':
			odd = true
			i++
			if i < len(raw) && raw[i] == 'u' {
				if _, ok := hex4(raw[i+1:]); !ok {
					s.pos = i
					return 0, 0, false, s.unexpected("four hexadecimal digits")
				}
				i += 4
			} else if i < len(raw) && bytes.IndexByte([]byte(`"\/bfnrt`), raw[i]) < 0 {
				s.pos = i
				return 0, 0, false, s.unexpected("an escape of JSON")
			}
		}
	}
	s.pos = len(raw)
	return 0, 0, false, s.unexpected("a closing quote")
}

func hex4(b []byte) (v rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		v = v<<4 | rune(c)
	}
	return v, true
}

// key unescapes a key and refuses one the decoder would have to repair: the repaired keys of two requests, or of two
// engines, need not be the same.
func (s *scanner) key(start, end int) ([]byte, *refusal.Refusal) {
	quoted := s.raw[start:end]
	if !utf8.Valid(quoted) {
		return nil, malformed("a key that is not UTF-8", "keys in UTF-8")
	}
	for i := 0; i < len(quoted); i++ {
		if quoted[i] != '\\' {
			continue
		}
		i++
		if quoted[i] != 'u' {
			continue
		}
		first, _ := hex4(quoted[i+1:])
		i += 4
		if !utf16.IsSurrogate(first) {
			continue
		}
		var second rune
		if rest := quoted[i+1:]; len(rest) >= 6 && rest[0] == '\\' && rest[1] == 'u' {
			second, _ = hex4(rest[2:])
		}
		if utf16.DecodeRune(first, second) == utf8.RuneError {
			return nil, malformed("a key with half of a surrogate pair", "keys in UTF-8")
		}
		i += 6
	}
	return s.unquote(start, end)
}

func (s *scanner) unquote(start, end int) ([]byte, *refusal.Refusal) {
	if bytes.IndexByte(s.raw[start:end], '\\') < 0 {
		return s.raw[start:end], nil
	}
	text, r := s.textOf(start, end, true)
	return []byte(text), r
}

// text reads a string with a grammar.
func (s *scanner) text(n *node, into reflect.Value) *refusal.Refusal {
	start, end, odd, r := s.str()
	if r != nil {
		return r
	}
	if start == end && n.emptyOK && !into.IsValid() {
		return nil
	}
	text := s.raw[start:end]
	if odd {
		if text, r = s.unquote(start, end); r != nil {
			return r
		}
	}
	if !into.IsValid() {
		into = reflect.New(n.text).Elem()
	}
	if into.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText(text) != nil {
		return malformed(`"`+printable(text)+`"`, n.describe())
	}
	return nil
}

// base64 reads bytes in the one alphabet encoding/json takes, without line breaks and escapes. What they say is nobody's
// business here: they may be a secret.
func (s *scanner) base64(into reflect.Value) *refusal.Refusal {
	start, end, odd, r := s.str()
	if r != nil {
		return r
	}
	decoded := make([]byte, base64.StdEncoding.DecodedLen(end-start))
	size, err := base64.StdEncoding.Decode(decoded, s.raw[start:end])
	if odd || err != nil {
		return malformed("a string that is no base64", "a string in base64")
	}
	if into.IsValid() {
		into.SetBytes(decoded[:size])
	}
	return nil
}

// float reads a number in the grammar of JSON that fits.
func (s *scanner) float(n *node, into reflect.Value) *refusal.Refusal {
	start := s.pos
	for s.pos < len(s.raw) && bytes.IndexByte([]byte("+-.0123456789Ee"), s.raw[s.pos]) >= 0 {
		s.pos++
	}
	literal := s.raw[start:s.pos]
	if len(literal) > 64 || !json.Valid(literal) {
		return malformed("a malformed number", n.describe())
	}
	value, err := strconv.ParseFloat(string(literal), n.bits)
	if err != nil {
		return malformed("a number out of range", n.describe())
	}
	if into.IsValid() {
		into.SetFloat(value)
	}
	return nil
}

// integer reads a number that fits. The engine takes integer literals only: 1e3 and 1.0 are errors there too.
func (s *scanner) integer(n *node, into reflect.Value) *refusal.Refusal {
	start := s.pos
	for s.pos < len(s.raw) && bytes.IndexByte([]byte("+-.0123456789Ee"), s.raw[s.pos]) >= 0 {
		s.pos++
	}
	literal := s.raw[start:s.pos]
	digits := bytes.TrimPrefix(literal, []byte("-"))
	if len(digits) == 0 || len(digits) > 1 && digits[0] == '0' {
		return malformed("a malformed number", n.describe())
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return malformed("a number that is no integer literal", n.describe())
		}
	}
	if n.kind == kindUint && len(digits) < len(literal) {
		return malformed("a negative number", n.describe())
	}
	if len(digits) > len("18446744073709551615") {
		return malformed("a number out of range", n.describe())
	}
	var err error
	if n.kind == kindUint {
		var value uint64
		if value, err = strconv.ParseUint(string(literal), 10, n.bits); err == nil && into.IsValid() {
			into.SetUint(value)
		}
	} else {
		var value int64
		if value, err = strconv.ParseInt(string(literal), 10, n.bits); err == nil && into.IsValid() {
			into.SetInt(value)
		}
	}
	if err != nil {
		return malformed("a number out of range", n.describe())
	}
	return nil
}

func (s *scanner) literal(word string) *refusal.Refusal {
	if !bytes.HasPrefix(s.raw[s.pos:], []byte(word)) {
		return s.unexpected(word)
	}
	s.pos += len(word)
	return nil
}

func (s *scanner) unexpected(want string) *refusal.Refusal {
	if s.pos >= len(s.raw) {
		return malformed("the end of the body", want)
	}
	return malformed(fmt.Sprintf("an unexpected character at byte %d", s.pos), want)
}

func (s *scanner) mismatch(n *node, c byte) *refusal.Refusal {
	if jsonKind(c) == "" {
		return s.unexpected(n.describe())
	}
	return malformed(jsonKind(c), n.describe())
}

func tooMany(most int) *refusal.Refusal {
	return tooLarge(fmt.Sprintf("more than %d entries", most), fmt.Sprintf("at most %d entries", most))
}

// jsonKind names the kind of the JSON value that starts with c, "" for none.
func jsonKind(c byte) string {
	switch {
	case c == '{':
		return "an object"
	case c == '[':
		return "a list"
	case c == '"':
		return "a string"
	case c == 't', c == 'f':
		return "a boolean"
	case c == 'n':
		return "null"
	case c == '-', '0' <= c && c <= '9':
		return "a number"
	}
	return ""
}

func at(r *refusal.Refusal, segment string) *refusal.Refusal {
	r.Field = segment + r.Field
	return r
}

func malformed(got, want string) *refusal.Refusal {
	return &refusal.Refusal{Rule: refusal.MalformedBody, Got: got, Want: want}
}

func tooLarge(got, want string) *refusal.Refusal {
	return &refusal.Refusal{Rule: refusal.BodyTooLarge, Got: got, Want: want}
}

func duplicate() *refusal.Refusal {
	return &refusal.Refusal{Rule: refusal.DuplicateKey, Got: "the same key again", Want: "the key once"}
}

// printable returns the first 64 bytes of a key, fit for a message.
func printable(key []byte) string {
	const limit = 64
	if len(key) == 0 {
		return `""`
	}
	cut := len(key) > limit
	if cut {
		key = key[:limit]
		for len(key) > 0 && !utf8.Valid(key) {
			key = key[:len(key)-1]
		}
	}
	quoted := strconv.QuoteToASCII(string(key))
	text := quoted[1 : len(quoted)-1]
	if cut {
		text += "..."
	}
	return text
}
