package operation

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/airlock-gate/airlock/plugin/refusal"
)

// table is the one table everybody shares; it is never written after it was built.
var table = NewTable()

// Parse names the operation of a request by its method and raw request target. The error is a *refusal.Refusal.
func Parse(method, target string) (*Request, error) {
	return table.Parse(method, target)
}

// Parse names the operation of a request by its method and raw request target, in any form the engine's HTTP server
// takes. The error is a *refusal.Refusal.
func (t *Table) Parse(method, target string) (*Request, error) {
	if !token(method) {
		return nil, &refusal.Refusal{
			Rule:  refusal.MalformedTarget,
			Field: "method",
			Got:   "a method that is no HTTP token",
			Want:  "GET, HEAD, POST, PUT, DELETE or OPTIONS",
		}
	}
	full, rawQuery, r := locate(target)
	if r != nil {
		return nil, r
	}
	rest, version, versioned := split(full)
	var v Version
	if versioned {
		var ok bool
		if v, ok = ParseVersion(version); !ok || v < MinVersion || v > MaxVersion {
			return nil, &refusal.Refusal{
				Rule:  refusal.UnsupportedVersion,
				Field: "version",
				Got:   fmt.Sprintf("%.20q", version),
				Want:  fmt.Sprintf("an API version from %s to %s", MinVersion, MaxVersion),
			}
		}
	}
	found, values, ok := t.find(method, rest, versioned)
	if !ok {
		return nil, t.unknown(method, rest, versioned)
	}
	query, r := found.readQuery(rawQuery)
	if r != nil {
		return nil, r
	}
	request := &Request{
		Operation: found.Operation,
		Method:    method,
		Path:      rest,
		Version:   v,
		Vars:      make(map[string]string, len(found.Vars)),
		Query:     query,
		Body:      found.Body,
	}
	for i, name := range found.Vars {
		request.Vars[name] = values[i]
	}
	if found.Operation == ImagePull {
		if r := request.chooseImport(); r != nil {
			return nil, r
		}
	}
	return request, nil
}

// locate returns the decoded path and the raw query of a target. The engine's router redirects unclean paths before
// any plugin is asked, so one that arrives here was not read by that router.
func locate(target string) (decoded, rawQuery string, _ *refusal.Refusal) {
	for i := range len(target) {
		// The engine's HTTP server takes raw bytes beyond ASCII, and its JSON encoder changes those that are no UTF-8
		// on their way to a plugin: the gate would read another name than the engine.
		if target[i] <= 0x20 || target[i] >= 0x7f {
			return "", "", malformed("a byte that must be percent-encoded", "printable ASCII")
		}
	}
	u, err := url.ParseRequestURI(target) // as net/http does for the engine
	if err != nil {
		return "", "", malformed("a target that is no URL", "an absolute path, percent-encoded")
	}
	p := u.Path
	if p == "" || p[0] != '/' {
		return "", "", malformed("a target without a path", "an absolute path")
	}
	if !utf8.ValidString(p) {
		return "", "", malformed("a path that is not UTF-8", "UTF-8")
	}
	for i := range len(p) {
		if p[i] < 0x20 || p[i] == 0x7f {
			return "", "", malformed("a control character", "printable characters")
		}
	}
	if !clean(p) {
		return "", "", malformed("a path with empty, . or .. segments", "a clean path")
	}
	return p, u.RawQuery, nil
}

// clean says whether the engine's router takes the path as it is: cleanPath in gorilla/mux, which keeps one trailing
// slash.
func clean(p string) bool {
	cleaned := path.Clean(p)
	if cleaned == p {
		return true
	}
	rest, slash := strings.CutSuffix(p, "/")
	return slash && cleaned == rest && cleaned != "/"
}

// token says whether the engine's HTTP server takes the method (RFC 9110, section 5.6.2).
func token(method string) bool {
	for i := range len(method) {
		switch c := method[i]; {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		case strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0:
		default:
			return false
		}
	}
	return method != ""
}

// split takes the version prefix off a path: "/v[0-9.]+" before a slash, versionMatcher in daemon/server/server.go.
func split(p string) (rest, version string, versioned bool) {
	if !strings.HasPrefix(p, "/v") {
		return p, "", false
	}
	end := 2
	for end < len(p) && (p[end] == '.' || '0' <= p[end] && p[end] <= '9') {
		end++
	}
	if end == 2 || end == len(p) || p[end] != '/' {
		return p, "", false
	}
	return p[end:], p[2:end], true
}

// chooseImport tells import from pull, which share an endpoint. The engine pulls whenever fromImage is not empty
// (postImagesCreate in daemon/server/router/image), so naming both is refused rather than guessed at, as is naming none.
func (q *Request) chooseImport() *refusal.Refusal {
	pull, load := q.Query.Get("fromImage") != "", q.Query.Get("fromSrc") != ""
	switch {
	case pull && load:
		return &refusal.Refusal{
			Rule:  refusal.AmbiguousQuery,
			Field: "query fromSrc",
			Got:   "fromImage and fromSrc together",
			Want:  "fromImage to pull or fromSrc to import",
		}
	case load:
		q.Operation, q.Body = imageImport, StreamBody
	case !pull:
		return &refusal.Refusal{
			Rule:  refusal.MalformedQuery,
			Field: "query fromImage",
			Got:   "neither fromImage nor fromSrc",
			Want:  "fromImage to pull or fromSrc to import",
		}
	}
	return nil
}

func (t *Table) unknown(method, p string, versioned bool) *refusal.Refusal {
	r := &refusal.Refusal{
		Rule:  refusal.UnknownEndpoint,
		Field: "path",
		Got:   fmt.Sprintf("%.120q", method+" "+p),
		Want:  fmt.Sprintf("an endpoint of the Engine API up to %s", MaxVersion),
	}
	if methods := t.methods(p, versioned); len(methods) > 0 {
		r.Field = "method"
		r.Want = "method " + strings.Join(methods, " or ") + " on this path"
	}
	return r
}

func malformed(got, want string) *refusal.Refusal {
	return &refusal.Refusal{Rule: refusal.MalformedTarget, Field: "path", Got: got, Want: want}
}
