package adversarial

import (
	"bytes"
	"fmt"
	"strings"
)

// Outcomes that are no rule.
const (
	Admit  = "admit"  // the gate admits it, whatever the engine then makes of it
	Engine = "engine" // the engine refuses it before it asks any plugin
)

// Case is one request and what must come of it.
type Case struct {
	Family   string // file or generator it is from: "denied/creates"
	Outcome  string // of every engine, or "oldest:OUTCOME newest:OUTCOME"
	Line     string // "POST {v}/containers/create?name=x"
	Body     string
	Headers  []string // nil: what an honest client sends with the body
	describe string
}

// Name tells cases apart.
func (c Case) Name() string { return c.Family + ": " + c.Outcome + " | " + c.describe }

// Expects returns the outcome on an engine, by its name.
func (c Case) Expects(engine string) string {
	for part := range strings.FieldsSeq(c.Outcome) {
		if name, outcome, found := strings.Cut(part, ":"); !found {
			return part
		} else if name == engine {
			return outcome
		}
	}
	return ""
}

// Stage is where it is to be sent.
func (c Case) Stage() Stage {
	switch _, stem, _ := strings.Cut(c.Family, "/"); stem {
	case "cluster", "services":
		return Cluster
	case "opened":
		return Opened
	}
	return Alone
}

// MustPass tells whether any engine's gate is to admit it.
func (c Case) MustPass() bool { return strings.HasPrefix(c.Family, "admitted/") }

// Method of the request.
func (c Case) Method() string { method, _, _ := strings.Cut(c.Line, " "); return method }

// Target is the request target with the words filled in.
func (c Case) Target(words Words) string {
	_, target, _ := strings.Cut(c.Line, " ")
	return words.fill(target)
}

// Filled is the body with the words filled in.
func (c Case) Filled(words Words) string { return words.fill(c.Body) }

// Words are what stands for live objects, by name without braces.
type Words map[string]string

func (w Words) fill(text string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		var padding int
		if value, known := w[name]; known {
			b.WriteString(value)
			text = after
		} else if n, err := fmt.Sscanf(name, "pad %d", &padding); n == 1 && err == nil {
			b.WriteString(strings.Repeat("a", padding))
			text = after
		} else { // a brace of the text itself
			b.WriteByte('{')
			text = rest
		}
	}
}

// Request is the exact text to put on the wire.
func (c Case) Request(words Words) []byte {
	body := c.Filled(words)
	headers := c.Headers
	if headers == nil && body != "" {
		headers = []string{"Content-Type: application/json"}
	}
	var framed, chunked bool
	for _, h := range headers {
		name, value, _ := strings.Cut(strings.ToLower(h), ":")
		framed = framed || name == "content-length"
		chunked = chunked || name == "transfer-encoding" && strings.Contains(value, "chunked")
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n", c.Method(), c.Target(words))
	for _, h := range headers {
		fmt.Fprintf(&b, "%s\r\n", words.fill(h))
	}
	switch {
	case chunked:
		fmt.Fprintf(&b, "\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	case framed:
		fmt.Fprintf(&b, "\r\n%s", body)
	default:
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	return b.Bytes()
}
