package answer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/decision"
)

// Bounds of a message. The engine copies it into an error response and its own log.
const (
	MaxFirstLine = 200      // bytes of the first line
	MaxMessage   = 16 << 10 // bytes of the whole message

	maxValue  = 120     // bytes of one value, as JSON
	maxText   = 1024    // bytes of one text that comes from a policy
	maxBlocks = 9 << 10 // bytes of the blocks
	maxJSON   = 6 << 10 // bytes of the last line
)

// prefix starts the line for programs.
const prefix = "airlock: "

// ErrNoSummary is returned by Parse for a message that holds no line for programs.
var ErrNoSummary = errors.New("no airlock summary in the message")

// Summary is the last line of a message: stable, for programs.
type Summary struct {
	Decision   string      `json:"decision"`
	Operation  string      `json:"operation"` // "unknown" when the request was not understood
	Verdict    string      `json:"verdict"`   // "deny" or "fault"
	Retry      bool        `json:"retry"`     // whether the unchanged request may fare better later: never after a denial
	Code       string      `json:"code,omitempty"`
	Violations []Violation `json:"violations"`
	More       int         `json:"more,omitempty"` // violations left out for length
}

// Violation is one broken rule in a Summary. A value longer than the bound is a JSON string: of a list its first elements
// and how many more there are ("/app/tmp, /cache, ... and 9 more"), of anything else the beginning and an ellipsis.
type Violation struct {
	Rule  string          `json:"rule"`
	Field string          `json:"field"`
	Got   json.RawMessage `json:"got"`
	Want  json.RawMessage `json:"want"`
}

// Message returns the text that goes with a denial or a fault. It is never empty, whatever the outcome holds.
func Message(outcome decision.Outcome) string {
	var m strings.Builder
	if outcome.Verdict == decision.Deny {
		m.WriteString(denied(outcome))
		m.WriteByte('\n')
		writeBlocks(&m, outcome.Violations)
	} else {
		m.WriteString(faulted(outcome))
		m.WriteByte('\n')
	}
	m.WriteString(prefix)
	m.Write(summarise(outcome))
	return m.String()
}

// Parse reads the Summary out of a message, also after a client has put its own words around it.
func Parse(message string) (Summary, error) {
	at := strings.LastIndex("\n"+message, "\n"+prefix+"{")
	if at < 0 {
		return Summary{}, ErrNoSummary
	}
	line, _, _ := strings.Cut(message[at+len(prefix):], "\n")
	decoder := json.NewDecoder(strings.NewReader(line))
	var s Summary
	if err := decoder.Decode(&s); err != nil {
		return Summary{}, fmt.Errorf("read airlock summary: %w", err)
	}
	return s, nil
}

// denied returns the first line of a denial: what, by how many rules, the first of them, and where to look it up.
func denied(o decision.Outcome) string {
	tail := " [decision " + clip(plain(o.ID), 40) + "]"
	head := subject(o) + " denied: "
	var why string
	switch len(o.Violations) {
	case 0:
		why = "no rule allows it"
	case 1:
		why = "1 rule broken, "
	default:
		why = strconv.Itoa(len(o.Violations)) + " rules broken, first "
	}
	if len(o.Violations) > 0 {
		v := o.Violations[0]
		why += plain(v.Rule)
		room := MaxFirstLine - len(head) - len(why) - len(tail)
		place := " (" + plain(v.Field) + ": got " + string(value(v.Got)) + ", want " + string(value(v.Want)) + ")"
		if len(place) > room { // a whole statement or none: half a value misleads
			place = " (" + plain(v.Field) + ")"
		}
		if len(place) <= room {
			why += place
		}
	}
	return clip(head+why, MaxFirstLine-len(tail)) + tail
}

// faulted returns the first line of a fault. The cause stays in the log: it may hold what the caller should not see.
func faulted(o decision.Outcome) string {
	tail := "fault " + string(code(o)) + ", not a policy denial; retry may help [decision " + clip(plain(o.ID), 40) +
		"; the cause is in the airlock log]"
	return clip(subject(o)+" not decided: ", MaxFirstLine-len(tail)) + tail
}

func subject(o decision.Outcome) string {
	s := name(o)
	if o.Subject != "" {
		s += " of " + clip(plain(o.Subject), 64)
	}
	return s
}

func name(o decision.Outcome) string {
	if o.Operation == "" {
		return "unknown"
	}
	return clip(plain(string(o.Operation)), 48)
}

func code(o decision.Outcome) decision.Code {
	if o.Fault == nil || o.Fault.Code == "" {
		return decision.CodeNoVerdict
	}
	return decision.Code(clip(plain(string(o.Fault.Code)), 32))
}

// writeBlocks writes one aligned block for each violation, as many as the bound holds.
func writeBlocks(m *strings.Builder, violations []bundle.Violation) {
	room := maxBlocks
	for i := range violations {
		block := block(&violations[i])
		if room -= len(block); room < 0 {
			fmt.Fprintf(m, "\n  and %d more\n", len(violations)-i)
			break
		}
		m.WriteString(block)
	}
	m.WriteByte('\n')
}

func block(v *bundle.Violation) string {
	var b strings.Builder
	b.WriteString("\n  " + clip(plain(v.Rule), 128))
	if v.Title != "" {
		b.WriteString("  " + clip(plain(v.Title), 256))
	}
	if v.Severity != "" {
		b.WriteString(" (" + clip(plain(v.Severity), 16) + ")")
	}
	b.WriteByte('\n')
	row(&b, "field", v.Field)
	row(&b, "got", string(value(v.Got)))
	row(&b, "want", string(value(v.Want)))
	if v.Lapsed != nil {
		row(&b, "expired", v.Lapsed.String())
	}
	row(&b, "docker", v.Fix.Docker)
	row(&b, "compose", v.Fix.Compose)
	row(&b, "root", v.Breakglass)
	return b.String()
}

// row writes one labelled text; the lines of a longer one (a compose fragment) stay below each other.
func row(b *strings.Builder, label, text string) {
	text = strings.TrimSpace(clip(text, maxText))
	if text == "" {
		return
	}
	for line := range strings.SplitSeq(text, "\n") {
		fmt.Fprintf(b, "    %-9s%s\n", label, plain(strings.TrimRight(line, " \t\r")))
		label = ""
	}
}

// summarise returns the last line, with as many violations as the bound holds.
func summarise(o decision.Outcome) []byte {
	s := Summary{
		Decision:   clip(plain(o.ID), 40),
		Operation:  name(o),
		Verdict:    string(decision.Deny),
		Violations: []Violation{},
	}
	if o.Verdict != decision.Deny {
		s.Verdict, s.Retry, s.Code = string(decision.Fault), true, string(code(o))
	} else {
		room := maxJSON
		for i := range o.Violations {
			v := &o.Violations[i]
			entry := Violation{
				Rule:  clip(plain(v.Rule), 128),
				Field: clip(plain(v.Field), 256),
				Got:   value(v.Got),
				Want:  value(v.Want),
			}
			if room -= len(marshal(entry)); room < 0 {
				s.More = len(o.Violations) - i
				break
			}
			s.Violations = append(s.Violations, entry)
		}
	}
	return marshal(s)
}

// value returns v as JSON in ASCII of at most maxValue bytes, in the shorter form that Violation describes if need be.
func value(v any) json.RawMessage {
	literal := marshal(v)
	if len(literal) <= maxValue {
		return literal
	}
	if list, ok := v.([]any); ok {
		if short := beginning(list); short != nil {
			return short
		}
	}
	text, isText := v.(string)
	if !isText {
		text = string(literal)
	}
	for limit := maxValue - len(`"..."`); ; limit -= 8 { // escapes make it longer than it is: shorten until it fits
		if short := marshal(clip(text, limit)); len(short) <= maxValue {
			return short
		}
	}
}

// beginning returns as many elements of a list as the bound holds; nil when it does not hold the first.
func beginning(list []any) (longest json.RawMessage) {
	text := ""
	for i, element := range list {
		word, ok := element.(string)
		if !ok {
			word = string(marshal(element))
		}
		if i > 0 {
			text += ", "
		}
		text += word
		shown := text
		if more := len(list) - i - 1; more > 0 {
			shown += fmt.Sprintf(", ... and %d more", more)
		}
		next := marshal(shown)
		if len(next) > maxValue {
			break
		}
		longest = next
	}
	return longest
}

// marshal returns v as JSON of printable ASCII only, so that no terminal, log or line reader can be misled: no control
// or bidirectional characters, no line separators, no look-alikes. A value that has no JSON form is named as such.
func marshal(v any) []byte {
	var raw bytes.Buffer
	encoder := json.NewEncoder(&raw)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return []byte(`"unprintable"`)
	}
	literal := bytes.TrimSuffix(raw.Bytes(), []byte("\n"))
	out := make([]byte, 0, len(literal))
	for len(literal) > 0 {
		r, size := utf8.DecodeRune(literal)
		switch {
		case r < 0x7f:
			out = append(out, byte(r)) // the encoder has escaped what is below a space
		case r <= 0xffff:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		}
		literal = literal[size:]
	}
	return out
}

// plain replaces what is not visible or changes how the rest is shown. unicode.IsPrint leaves out controls, formats
// (the bidirectional ones among them), line and paragraph separators and every space but the ASCII one.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

// clip shortens text to at most limit bytes, between characters, and marks that it did.
func clip(text string, limit int) string {
	const mark = "..."
	if len(text) <= limit {
		return text
	}
	cut := max(limit-len(mark), 0)
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + mark
}
