package body_test

import (
	"errors"
	"testing"

	"github.com/airlock-gate/airlock/plugin/body"
	"github.com/airlock-gate/airlock/plugin/operation"
	"github.com/airlock-gate/airlock/plugin/refusal"
)

type headers = map[string]string

// What docker CLI 20.10.24 and 29.9.3, docker compose 5.6.0, docker-py 7.1.0 and curl send.
func TestPresenceAdmitsClients(t *testing.T) {
	const json = "application/json"
	for _, tc := range []struct {
		name    string
		method  string
		kind    operation.Body
		headers headers
		body    string
	}{
		{"create", "POST", operation.JSONBody, headers{"Content-Type": json, "Content-Length": "2", "User-Agent": "x"}, `{}`},
		{"create with charset", "POST", operation.JSONBody, headers{"Content-Type": json + "; charset=utf-8", "Content-Length": "2"}, `{}`},
		{"create chunked", "POST", operation.JSONBody, headers{"Content-Type": json}, `{}`},
		{"start, CLI 20.10", "POST", operation.NoBody, headers{"Content-Type": "text/plain", "Content-Length": "0"}, ""},
		{"start, CLI 29", "POST", operation.NoBody, headers{"Content-Length": "0"}, ""},
		{"start, docker-py", "POST", operation.NoBody, headers{"Connection": "keep-alive", "Content-Length": "0", "Accept": "*/*"}, ""},
		{"start, JSON type", "POST", operation.NoBody, headers{"Content-Type": json, "Content-Length": "0"}, ""},
		{"start, empty object", "POST", operation.NoBody, headers{"Content-Type": json, "Content-Length": "2"}, "{}"},
		{"start, curl", "POST", operation.NoBody, headers{"User-Agent": "curl/8", "Accept": "*/*"}, ""},
		{"start, no headers", "POST", operation.NoBody, nil, ""},
		{"exec start, CLI", "POST", operation.JSONBody,
			headers{"Content-Type": json, "Content-Length": "2", "Connection": "Upgrade", "Upgrade": "tcp"}, "{}"},
		{"exec start, optional", "POST", operation.OptionalJSON,
			headers{"Content-Type": json, "Content-Length": "2", "Connection": "Upgrade", "Upgrade": "tcp"}, "{}"},
		{"attach, CLI", "POST", operation.StreamBody,
			headers{"Content-Type": "text/plain", "Content-Length": "0", "Connection": "Upgrade", "Upgrade": "tcp"}, ""},
		{"attach, docker-py", "POST", operation.StreamBody, headers{"Content-Length": "0", "Connection": "Upgrade", "Upgrade": "tcp"}, ""},
		{"build", "POST", operation.StreamBody, headers{"Content-Type": "application/x-tar"}, ""},
		{"commit without body", "POST", operation.OptionalJSON, headers{"Content-Length": "0"}, ""},
		{"commit, CLI 20.10", "POST", operation.OptionalJSON, headers{"Content-Type": "text/plain", "Content-Length": "0"}, ""},
		{"remove, CLI", "DELETE", operation.NoBody, headers{"User-Agent": "x"}, ""},
		{"remove, JSON type", "DELETE", operation.NoBody, headers{"Content-Type": json}, ""},
		{"inspect", "GET", operation.NoBody, headers{"User-Agent": "x"}, ""},
		{"inspect with anything", "GET", operation.NoBody,
			headers{"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "5", "Upgrade": "websocket"}, "a=b&c"},
		{"ping", "HEAD", operation.NoBody, headers{"Upgrade": "h2c"}, ""},
	} {
		if err := body.Presence(tc.method, tc.kind, tc.headers, nil, []byte(tc.body)); err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

func TestPresenceRefuses(t *testing.T) {
	const (
		json = "application/json"
		form = "application/x-www-form-urlencoded"
	)
	hidden := func(header, got, want string) refusal.Refusal {
		return refusal.Refusal{Rule: refusal.HiddenBody, Field: "header " + header, Got: got, Want: want}
	}
	absent := func(got, want string) refusal.Refusal {
		return refusal.Refusal{Rule: refusal.AbsentBody, Field: "body", Got: got, Want: want}
	}
	const (
		noForm  = "application/json; parameters go in the query"
		wantAll = "a JSON body with Content-Type: application/json"
		noType  = "no Content-Type, or application/json"
	)
	for _, tc := range []struct {
		name    string
		method  string
		kind    operation.Body
		headers headers
		body    string
		twin    headers // admitted with the same method, kind and body
		want    refusal.Refusal
	}{
		// JSON that is not there.
		{"no body", "POST", operation.JSONBody, headers{"Content-Type": json, "Content-Length": "0"}, "", nil, absent("no body", wantAll)},
		{"nothing", "POST", operation.JSONBody, nil, "", nil, absent("no body", wantAll)},
		{"withheld", "POST", operation.JSONBody, headers{"Content-Type": json, "Content-Length": "1048576"}, "", nil,
			absent("1048576 bytes the engine did not show", "a JSON body below 1 MiB with Content-Type: application/json")},
		{"optional withheld", "POST", operation.OptionalJSON, headers{"Content-Type": json, "Content-Length": "1048576"}, "",
			headers{"Content-Type": json, "Content-Length": "0"},
			absent("1048576 bytes the engine did not show", "a JSON body below 1 MiB with Content-Type: application/json")},
		{"optional of unknown length", "POST", operation.OptionalJSON, nil, "", headers{"Content-Length": "0"},
			hidden("Content-Length", "none", "Content-Length: 0, or "+wantAll)},
		// JSON under another name: 20.10 decodes some bodies whatever their type.
		{"plain text", "POST", operation.JSONBody, headers{"Content-Type": "text/plain", "Content-Length": "9"}, "", nil,
			hidden("Content-Type", `"text/plain"`, json)},
		{"problem JSON", "POST", operation.JSONBody, headers{"Content-Type": "application/merge-patch+json"}, "{}",
			headers{"Content-Type": json}, hidden("Content-Type", `"application/merge-patch+json"`, json)},
		{"bad parameter", "POST", operation.JSONBody, headers{"Content-Type": json + "; charset"}, "{}",
			headers{"Content-Type": json + "; charset=utf-8"}, hidden("Content-Type", `"application/json; charset"`, json)},
		{"two types", "POST", operation.JSONBody, headers{"Content-Type": json + ", " + form}, "{}", headers{"Content-Type": json},
			hidden("Content-Type", `"application/json, application/x-www-form-urlencoded"`, json)},
		// A body shown although its flattened headers deny it: there were two.
		{"shown as text", "POST", operation.NoBody, headers{"Content-Type": "text/plain"}, "{}", headers{"Content-Type": json},
			hidden("Content-Type", `"text/plain"`, json+", once")},
		{"shown without type", "POST", operation.JSONBody, headers{}, "{}", headers{"Content-Type": json},
			hidden("Content-Type", "nothing", json+", once")},
		{"shown in part", "POST", operation.JSONBody, headers{"Content-Type": json, "Content-Length": "9"}, "{}",
			headers{"Content-Type": json, "Content-Length": "2"},
			hidden("Content-Length", "9, with 2 bytes shown", "the length of the body, once")},
		{"shown with length 0", "POST", operation.NoBody, headers{"Content-Type": json, "Content-Length": "0"}, "{}",
			headers{"Content-Type": json, "Content-Length": "2"},
			hidden("Content-Length", "0, with 2 bytes shown", "the length of the body, once")},
		// Forms override the query.
		{"form on pull", "POST", operation.NoBody, headers{"Content-Type": form, "Content-Length": "12"}, "",
			headers{"Content-Type": json, "Content-Length": "0"}, hidden("Content-Type", `"`+form+`"`, noForm)},
		{"empty form", "POST", operation.NoBody, headers{"Content-Type": form + "; charset=utf-8", "Content-Length": "0"}, "",
			headers{"Content-Length": "0"}, hidden("Content-Type", `"`+form+`"`, noForm)},
		{"form in capitals", "POST", operation.NoBody, headers{"content-type": "Application/X-WWW-Form-URLEncoded"}, "",
			headers{}, hidden("Content-Type", `"`+form+`"`, noForm)},
		{"form on build", "POST", operation.StreamBody, headers{"Content-Type": form}, "", headers{"Content-Type": "application/x-tar"},
			hidden("Content-Type", `"`+form+`"`, noForm)},
		{"multipart", "POST", operation.NoBody, headers{"Content-Type": "multipart/form-data; boundary=x"}, "", headers{},
			hidden("Content-Type", `"multipart/form-data"`, noForm)},
		{"form behind a second type", "POST", operation.NoBody, headers{"Content-Type": "text/plain"}, "",
			headers{"Content-Type": "text/plain", "Content-Length": "0"},
			hidden("Content-Length", "none, beside a Content-Type", "Content-Length: 0, or no Content-Type")},
		{"form behind an empty type", "POST", operation.NoBody, headers{"Content-Type": ""}, "", headers{},
			hidden("Content-Type", "nothing", json)},
		{"form behind a length", "POST", operation.NoBody, headers{"Content-Type": "text/plain", "Content-Length": "12"}, "",
			headers{"Content-Type": "text/plain", "Content-Length": "0"},
			hidden("Content-Length", "12 bytes the engine did not show", "0: this endpoint takes no body")},
		{"length alone", "POST", operation.NoBody, headers{"Content-Length": "12"}, "", headers{"Content-Length": "0"},
			hidden("Content-Length", "12 bytes the engine did not show", "0: this endpoint takes no body")},
		{"other type", "POST", operation.NoBody, headers{"Content-Type": "application/x-tar", "Content-Length": "0"}, "",
			headers{"Content-Length": "0"}, hidden("Content-Type", `"application/x-tar"`, noType)},
		{"host configuration at start", "POST", operation.NoBody, headers{"Content-Type": json}, `{"Binds":["/:/h"]}`, nil,
			refusal.Refusal{Rule: refusal.UnexpectedBody, Field: "body", Got: "18 bytes", Want: "no body"}},
		// Headers that change what the rest means.
		{"no number", "POST", operation.NoBody, headers{"Content-Length": "+0"}, "", headers{"Content-Length": "0"},
			hidden("Content-Length", `"+0"`, "the number of bytes")},
		{"header in two spellings", "POST", operation.NoBody, headers{"Content-Length": "0", "content-length": "0"}, "",
			headers{"Content-Length": "0"}, hidden("Content-Length", "two spellings of one header", "the header once")},
		{"encoded", "POST", operation.JSONBody, headers{"Content-Type": json, "Content-Encoding": "gzip"}, "{}",
			headers{"Content-Type": json}, hidden("Content-Encoding", `"gzip"`, "no such header")},
		{"transfer encoding", "POST", operation.NoBody, headers{"Transfer-Encoding": "chunked"}, "", headers{},
			hidden("Transfer-Encoding", `"chunked"`, "no such header")},
		{"h2c", "POST", operation.StreamBody, headers{"Upgrade": "h2c", "Connection": "Upgrade"}, "", headers{"Upgrade": "TCP"},
			hidden("Upgrade", `"h2c"`, "no upgrade")},
		{"h2c settings", "POST", operation.NoBody, headers{"HTTP2-Settings": "AAMAAABk"}, "", headers{},
			hidden("Http2-Settings", `"AAMAAABk"`, "no such header")},
		{"upgrade at start", "POST", operation.NoBody, headers{"Upgrade": "tcp"}, "", headers{}, hidden("Upgrade", `"tcp"`, "no upgrade")},
		{"grpc", "POST", operation.StreamBody, headers{"Content-Type": "application/grpc+proto"}, "", headers{},
			hidden("Content-Type", `"application/grpc+proto"`, noForm)},
		{"form on remove", "DELETE", operation.NoBody, headers{"Content-Type": form}, "", headers{},
			hidden("Content-Type", `"`+form+`"`, noForm)},
		{"unknown kind", "POST", "", nil, "", nil,
			refusal.Refusal{Rule: refusal.HiddenBody, Field: "body", Got: "an endpoint whose body is not known", Want: "a known endpoint"}},
	} {
		err := body.Presence(tc.method, tc.kind, tc.headers, nil, []byte(tc.body))
		if r, ok := errors.AsType[*refusal.Refusal](err); !ok || *r != tc.want {
			t.Errorf("%s:\ngot  %v\nwant %v", tc.name, err, &tc.want)
		}
		if tc.twin != nil {
			if err := body.Presence(tc.method, tc.kind, tc.twin, nil, []byte(tc.body)); err != nil {
				t.Errorf("%s: twin: %v", tc.name, err)
			}
		}
	}
}
