package body

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/airlock-gate/airlock/plugin/operation"
	"github.com/airlock-gate/airlock/plugin/refusal"
)

// Presence refuses a request whose body the engine may read and the gate was not shown, or that lacks the body it needs.
// It comes before any Decode; a body it admits for an endpoint that takes JSON has been shown whole.
//
// The engine shows a body only when the first Content-Type is application/json, and hands headers over flattened, the
// last duplicate winning: the type seen here may not be the type the engine acts on (pkg/authorization sendBody,
// headers). A form body is never shown, and its values come before those of the query (http.Request.ParseForm). What
// proves that there is no such body is the absence of a Content-Type, or Content-Length: 0, which HTTP/1.1 allows only
// once. Over HTTP/2, which engines from 29.2 speak on the same socket, a second Content-Length can hide the first: there
// the proof needs a front door that speaks HTTP/1.1 only.
//
// Where the engine reads no body, one that says again what the query says is admitted.
//
// GET and HEAD pass: the engine reads neither body nor form there.
func Presence(method string, kind operation.Body, headers map[string]string, query url.Values, body []byte) error {
	if method == http.MethodGet || method == http.MethodHead {
		return nil
	}
	h, r := readHeaders(headers)
	if r == nil {
		r = h.transport(kind)
	}
	if r == nil {
		switch kind {
		case operation.NoBody:
			r = h.noBody(method, query, body)
		case operation.JSONBody, operation.OptionalJSON:
			r = h.json(kind, body)
		case operation.StreamBody:
			// A stream is never shown; policies judge the operation by its name alone.
		default:
			r = &refusal.Refusal{
				Rule: refusal.HiddenBody, Field: place(""), Got: "an endpoint whose body is not known", Want: "a known endpoint",
			}
		}
	}
	if r == nil {
		return nil
	}
	return r
}

// framing is what the headers say about the body.
type framing struct {
	values map[string]string // by canonical name, values as given
	media  string            // media type, "" without Content-Type
	length int               // Content-Length, -1 without
}

// relevant are the headers that frame or reinterpret a body, or leave HTTP/1.1.
func relevant(name string) bool {
	switch name {
	case "Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Upgrade", "Http2-Settings":
		return true
	}
	return false
}

func readHeaders(headers map[string]string) (*framing, *refusal.Refusal) {
	f := &framing{values: map[string]string{}, length: -1}
	for name, value := range headers {
		canonical := http.CanonicalHeaderKey(name)
		if !relevant(canonical) {
			continue
		}
		if _, ok := f.values[canonical]; ok {
			return nil, hidden(canonical, "two spellings of one header", "the header once")
		}
		f.values[canonical] = value
	}
	if value, ok := f.values["Content-Type"]; ok {
		media, _, err := mime.ParseMediaType(value)
		if err != nil { // the engine reads no JSON then, and shows none
			return nil, hidden("Content-Type", quote(value), "application/json")
		}
		f.media = media
	}
	if value, ok := f.values["Content-Length"]; ok {
		length, err := strconv.ParseUint(value, 10, 31)
		if err != nil {
			return nil, hidden("Content-Length", quote(value), "the number of bytes")
		}
		f.length = int(length)
	}
	return f, nil
}

// transport refuses what hides a body from any gate, whatever the endpoint.
func (f *framing) transport(kind operation.Body) *refusal.Refusal {
	for _, name := range []string{"Transfer-Encoding", "Content-Encoding", "Http2-Settings"} {
		if value, ok := f.values[name]; ok {
			return hidden(name, quote(value), "no such header")
		}
	}
	// Attach and exec start take over the connection as "tcp"; h2c would carry further requests past the gate.
	if value, ok := f.values["Upgrade"]; ok && (!strings.EqualFold(value, "tcp") || kind == operation.NoBody) {
		return hidden("Upgrade", quote(value), "no upgrade")
	}
	switch {
	case f.media == "application/x-www-form-urlencoded", strings.HasPrefix(f.media, "multipart/"),
		strings.HasPrefix(f.media, "application/grpc"):
		return hidden("Content-Type", quote(f.media), "application/json; parameters go in the query")
	}
	return nil
}

func (f *framing) noBody(method string, query url.Values, body []byte) *refusal.Refusal {
	if f.media != "" && f.media != "application/json" && f.media != "text/plain" {
		return hidden("Content-Type", quote(f.media), "no Content-Type, or application/json")
	}
	if len(body) > 0 {
		if r := f.shown(body); r != nil {
			return r
		}
		if r, ok := Empty(body).(*refusal.Refusal); ok && !repeats(body, query) {
			return r
		}
		return nil // the engine shows what it took for JSON, and then reads no form from it
	}
	switch {
	case f.length > 0:
		return hidden("Content-Length", strconv.Itoa(f.length)+" bytes the engine did not show", "0: this endpoint takes no body")
	case f.length < 0 && f.media != "" && method != http.MethodDelete: // forms are read on POST, PUT and PATCH
		return hidden("Content-Length", "none, beside a Content-Type", "Content-Length: 0, or no Content-Type")
	}
	return nil
}

func (f *framing) json(kind operation.Body, body []byte) *refusal.Refusal {
	idle := kind == operation.OptionalJSON && f.length == 0 && f.media == "text/plain" // docker CLI up to 27
	if f.media != "" && f.media != "application/json" && !idle {
		return hidden("Content-Type", quote(f.media), "application/json")
	}
	switch {
	case len(body) > 0:
		return f.shown(body)
	case f.length > 0:
		// Engines before 25.0.16 and 29.3.1 withhold JSON from 1 MiB on and execute it (CVE-2026-34040).
		return &refusal.Refusal{
			Rule: refusal.AbsentBody, Field: place(""), Got: strconv.Itoa(f.length) + " bytes the engine did not show",
			Want: "a JSON body below 1 MiB with Content-Type: application/json",
		}
	case kind == operation.JSONBody:
		return &refusal.Refusal{
			Rule: refusal.AbsentBody, Field: place(""), Got: "no body", Want: "a JSON body with Content-Type: application/json",
		}
	case f.length < 0:
		return hidden("Content-Length", "none", "Content-Length: 0, or a JSON body with Content-Type: application/json")
	}
	return nil
}

// shown refuses a body that came although its headers say it could not, or that is not the whole one: the headers seen
// are then not those the engine went by.
func (f *framing) shown(body []byte) *refusal.Refusal {
	switch {
	case f.media != "application/json":
		return hidden("Content-Type", quote(f.media), "application/json, once")
	case f.length >= 0 && f.length != len(body):
		return hidden("Content-Length", fmt.Sprintf("%d, with %d bytes shown", f.length, len(body)), "the length of the body, once")
	}
	return nil
}

func hidden(header, got, want string) *refusal.Refusal {
	return &refusal.Refusal{Rule: refusal.HiddenBody, Field: "header " + header, Got: got, Want: want}
}

func quote(value string) string {
	if value == "" {
		return "nothing"
	}
	return `"` + printable([]byte(value)) + `"`
}
