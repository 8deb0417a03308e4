package operation_test

import (
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/plugin/operation"
	"github.com/airlock-gate/airlock/plugin/refusal"
)

func v(minor int) operation.Version { return operation.Version(1<<16 | minor) }

func TestParse(t *testing.T) {
	type vars = map[string]string
	create := func(path string, version operation.Version) operation.Request {
		return operation.Request{
			Operation: "container.create", Method: "POST", Path: path, Version: version,
			Vars: vars{}, Query: url.Values{}, Body: operation.JSONBody,
		}
	}
	get := func(op operation.Operation, path string, version operation.Version, vs vars) operation.Request {
		return operation.Request{
			Operation: op, Method: "GET", Path: path, Version: version, Vars: vs, Query: url.Values{},
			Body: operation.NoBody,
		}
	}
	for _, tc := range []struct {
		name, method, target string
		want                 operation.Request
	}{
		{"versioned", "POST", "/v1.41/containers/create", create("/containers/create", v(41))},
		{"unversioned", "POST", "/containers/create", create("/containers/create", 0)},
		{"newest", "POST", "/v1.56/containers/create", create("/containers/create", v(56))},
		{"leading zeros", "POST", "/v01.041/containers/create", create("/containers/create", v(41))},
		{"escaped route", "POST", "/v1.41/%63ontainers%2Fcreate", create("/containers/create", v(41))},
		{"escaped version", "POST", "/%76%31.41/containers/create", create("/containers/create", v(41))},
		{"absolute form", "POST", "http://docker/v1.41/containers/create", create("/containers/create", v(41))},
		{"absolute form with user", "POST", "http://u:p@h/v1.41/containers/create", create("/containers/create", v(41))},
		{"absolute form of any scheme", "POST", "foo:/v1.41/containers/create", create("/containers/create", v(41))},
		{"empty query", "POST", "/v1.41/containers/create?", create("/containers/create", v(41))},
		{"name", "GET", "/v1.41/containers/web/json", get("container.inspect", "/containers/web/json", v(41), vars{"name": "web"})},
		{"escaped slash", "GET", "/containers/x%2Fjson", get("container.inspect", "/containers/x/json", 0, vars{"name": "x"})},
		{"name with slashes", "GET", "/containers/a/b/json", get("container.inspect", "/containers/a/b/json", 0, vars{"name": "a/b"})},
		{"name that is a route", "GET", "/containers/json/json", get("container.inspect", "/containers/json/json", 0, vars{"name": "json"})},
		{"list beside inspect", "GET", "/containers/json", get("container.list", "/containers/json", 0, vars{})},
		{"escaped question mark", "GET", "/containers/x%3Fsize=1/json", get("container.inspect", "/containers/x?size=1/json", 0, vars{"name": "x?size=1"})},
		{"hash is no fragment", "GET", "/containers/x#/json", get("container.inspect", "/containers/x#/json", 0, vars{"name": "x#"})},
		{"double escape stays", "GET", "/containers/x%252Fy/json", get("container.inspect", "/containers/x%2Fy/json", 0, vars{"name": "x%2Fy"})},
		{"semicolon in a path", "GET", "/containers/x;y/json", get("container.inspect", "/containers/x;y/json", 0, vars{"name": "x;y"})},
		{"plus in a path", "GET", "/containers/x+y/json", get("container.inspect", "/containers/x+y/json", 0, vars{"name": "x+y"})},
		{"exec variable is id", "GET", "/exec/e1/json", get("exec.inspect", "/exec/e1/json", 0, vars{"id": "e1"})},
		{"image with registry", "GET", "/images/r.internal:5000/a/b@sha256:0/json",
			get("image.inspect", "/images/r.internal:5000/a/b@sha256:0/json", 0, vars{"name": "r.internal:5000/a/b@sha256:0"})},
		{"networks", "GET", "/networks", get("network.list", "/networks", 0, vars{})},
		{"networks with slash", "GET", "/networks/", get("network.list", "/networks/", 0, vars{})},
		{"network", "GET", "/networks/n", get("network.inspect", "/networks/n", 0, vars{"id": "n"})},
		{"network with trailing slash", "GET", "/networks/n/", get("network.inspect", "/networks/n/", 0, vars{"id": "n/"})},
		{"volume without name", "GET", "/volumes/", get("volume.inspect", "/volumes/", 0, vars{"name": ""})},
		{"service", "GET", "/services/s", get("service.inspect", "/services/s", 0, vars{"id": "s"})},
		{"checkpoints before containers", "GET", "/containers/c/checkpoints", get("checkpoint.list", "/containers/c/checkpoints", 0, vars{"name": "c"})},
		{"debug versioned", "GET", "/v1.51/debug/vars", get("debug.read", "/debug/vars", v(51), vars{})},
		{"debug profile", "GET", "/debug/pprof/heap", get("debug.read", "/debug/pprof/heap", 0, vars{"name": "heap"})},
		{"debug of any method", "PATCH", "/debug/pprof/cmdline", operation.Request{
			Operation: "debug.read", Method: "PATCH", Path: "/debug/pprof/cmdline",
			Vars: vars{}, Query: url.Values{}, Body: operation.NoBody,
		}},
		{"checkpoint removal", "DELETE", "/containers/c/checkpoints/p", operation.Request{
			Operation: "checkpoint.remove", Method: "DELETE", Path: "/containers/c/checkpoints/p",
			Vars: vars{"name": "c", "checkpoint": "p"}, Query: url.Values{}, Body: operation.NoBody,
		}},
		{"checkpoint removal with slash is a container", "DELETE", "/containers/c/checkpoints/p/q", operation.Request{
			Operation: "container.remove", Method: "DELETE", Path: "/containers/c/checkpoints/p/q",
			Vars: vars{"name": "c/checkpoints/p/q"}, Query: url.Values{}, Body: operation.NoBody,
		}},
		{"options", "OPTIONS", "/v1.41/anything/at/all", operation.Request{
			Operation: "system.options", Method: "OPTIONS", Path: "/anything/at/all", Version: v(41),
			Vars: vars{"anyroute": "anything/at/all"}, Query: url.Values{}, Body: operation.NoBody,
		}},
		{"options on debug", "OPTIONS", "/debug/vars", operation.Request{
			Operation: "system.options", Method: "OPTIONS", Path: "/debug/vars",
			Vars: vars{"anyroute": "debug/vars"}, Query: url.Values{}, Body: operation.NoBody,
		}},
		{"options on a version", "OPTIONS", "/v1.41", operation.Request{
			Operation: "system.options", Method: "OPTIONS", Path: "/v1.41",
			Vars: vars{"anyroute": "v1.41"}, Query: url.Values{}, Body: operation.NoBody,
		}},
		{"head ping", "HEAD", "/_ping", operation.Request{
			Operation: "system.ping", Method: "HEAD", Path: "/_ping",
			Vars: vars{}, Query: url.Values{}, Body: operation.NoBody,
		}},
		{"legacy copy", "POST", "/containers/c/copy", operation.Request{
			Operation: "container.copy", Method: "POST", Path: "/containers/c/copy",
			Vars: vars{"name": "c"}, Query: url.Values{}, Body: operation.JSONBody,
		}},
		{"query", "GET", "/v1.41/containers/json?all=1&filters=%7B%7D&limit=", operation.Request{
			Operation: "container.list", Method: "GET", Path: "/containers/json", Version: v(41), Vars: vars{},
			Query: url.Values{"all": {"1"}, "filters": {"{}"}, "limit": {""}}, Body: operation.NoBody,
		}},
		{"query with empty pairs and plus", "GET", "/containers/c/top?&ps_args=-o+pid&", operation.Request{
			Operation: "container.top", Method: "GET", Path: "/containers/c/top", Vars: vars{"name": "c"},
			Query: url.Values{"ps_args": {"-o pid"}}, Body: operation.NoBody,
		}},
		{"list parameter", "GET", "/images/get?names=a&names=b", operation.Request{
			Operation: "image.export", Method: "GET", Path: "/images/get", Vars: vars{},
			Query: url.Values{"names": {"a", "b"}}, Body: operation.NoBody,
		}},
		{"pull", "POST", "/images/create?fromImage=r/a&tag=1", operation.Request{
			Operation: "image.pull", Method: "POST", Path: "/images/create", Vars: vars{},
			Query: url.Values{"fromImage": {"r/a"}, "tag": {"1"}}, Body: operation.NoBody,
		}},
		{"import", "POST", "/images/create?fromImage=&fromSrc=-", operation.Request{
			Operation: "image.import", Method: "POST", Path: "/images/create", Vars: vars{},
			Query: url.Values{"fromImage": {""}, "fromSrc": {"-"}}, Body: operation.StreamBody,
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := operation.Parse(tc.method, tc.target)
			if err != nil {
				t.Fatalf("Parse(%q, %q): %v", tc.method, tc.target, err)
			}
			if !reflect.DeepEqual(*got, tc.want) {
				t.Errorf("Parse(%q, %q)\n got %+v\nwant %+v", tc.method, tc.target, *got, tc.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tc := range []struct {
		name, method, target string
		want                 refusal.Refusal
	}{
		{"empty", "GET", "", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "path", Got: "a target that is no URL", Want: "an absolute path, percent-encoded"}},
		{"bad escape", "GET", "/containers/%zz/json", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "path", Got: "a target that is no URL", Want: "an absolute path, percent-encoded"}},
		{"relative", "GET", "containers/json", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "path", Got: "a target that is no URL", Want: "an absolute path, percent-encoded"}},
		{"asterisk", "OPTIONS", "*", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "path", Got: "a target without a path", Want: "an absolute path"}},
		{"opaque", "GET", "foo:containers/json", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "path", Got: "a target without a path", Want: "an absolute path"}},
		{"host alone", "GET", "http://docker", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "path", Got: "a target without a path", Want: "an absolute path"}},
		{"double slash", "GET", "/v1.41//containers/json", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "path", Got: "a path with empty, . or .. segments", Want: "a clean path"}},
		{"leading double slash", "GET", "//containers/json", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "path", Got: "a path with empty, . or .. segments", Want: "a clean path"}},
		{"two slashes alone", "OPTIONS", "//", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "path", Got: "a path with empty, . or .. segments", Want: "a clean path"}},
		{"two trailing slashes", "GET", "/networks//", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "path", Got: "a path with empty, . or .. segments", Want: "a clean path"}},
		{"dot segment", "GET", "/containers/./json", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "path", Got: "a path with empty, . or .. segments", Want: "a clean path"}},
		{"escaped dot segments", "GET", "/containers/%2e%2e/json", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "path", Got: "a path with empty, . or .. segments", Want: "a clean path"}},
		{"escaped double slash", "GET", "/containers/%2Fjson", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "path", Got: "a path with empty, . or .. segments", Want: "a clean path"}},
		{"escaped newline", "GET", "/containers/x%0A/json", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "path", Got: "a control character", Want: "printable characters"}},
		{"escaped null", "GET", "/containers/x%00/json", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "path", Got: "a control character", Want: "printable characters"}},
		{"path not UTF-8", "GET", "/containers/%ff/json", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "path", Got: "a path that is not UTF-8", Want: "UTF-8"}},

		{"no method", "", "/debug/vars", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "method", Got: "a method that is no HTTP token",
			Want: "GET, HEAD, POST, PUT, DELETE or OPTIONS"}},
		{"strange method", "GE\nT", "/debug/vars", refusal.Refusal{
			Rule: refusal.MalformedTarget, Field: "method", Got: "a method that is no HTTP token",
			Want: "GET, HEAD, POST, PUT, DELETE or OPTIONS"}},

		{"no such endpoint", "GET", "/v1.41/nothing", refusal.Refusal{
			Rule: refusal.UnknownEndpoint, Field: "path", Got: `"GET /nothing"`, Want: "an endpoint of the Engine API up to 1.56"}},
		{"root", "GET", "/", refusal.Refusal{
			Rule: refusal.UnknownEndpoint, Field: "path", Got: `"GET /"`, Want: "an endpoint of the Engine API up to 1.56"}},
		{"trailing slash", "GET", "/containers/json/", refusal.Refusal{
			Rule: refusal.UnknownEndpoint, Field: "method", Got: `"GET /containers/json/"`, Want: "method DELETE on this path"}},
		{"upper case path", "GET", "/Containers/json", refusal.Refusal{
			Rule: refusal.UnknownEndpoint, Field: "path", Got: `"GET /Containers/json"`, Want: "an endpoint of the Engine API up to 1.56"}},
		{"lower case method", "get", "/_ping", refusal.Refusal{
			Rule: refusal.UnknownEndpoint, Field: "method", Got: `"get /_ping"`, Want: "method GET or HEAD on this path"}},
		{"head on a list", "HEAD", "/containers/json", refusal.Refusal{
			Rule: refusal.UnknownEndpoint, Field: "method", Got: `"HEAD /containers/json"`, Want: "method DELETE or GET on this path"}},
		{"upper case version", "GET", "/V1.41/_ping", refusal.Refusal{
			Rule: refusal.UnknownEndpoint, Field: "path", Got: `"GET /V1.41/_ping"`, Want: "an endpoint of the Engine API up to 1.56"}},
		{"version twice", "GET", "/v1.41/v1.41/_ping", refusal.Refusal{
			Rule: refusal.UnknownEndpoint, Field: "path", Got: `"GET /v1.41/_ping"`, Want: "an endpoint of the Engine API up to 1.56"}},
		{"service with slash", "GET", "/services/a/b", refusal.Refusal{
			Rule: refusal.UnknownEndpoint, Field: "path", Got: `"GET /services/a/b"`, Want: "an endpoint of the Engine API up to 1.56"}},
		{"service without name", "GET", "/services/", refusal.Refusal{
			Rule: refusal.UnknownEndpoint, Field: "path", Got: `"GET /services/"`, Want: "an endpoint of the Engine API up to 1.56"}},
		{"debug of any method is unversioned", "POST", "/v1.41/debug/vars", refusal.Refusal{
			Rule: refusal.UnknownEndpoint, Field: "method", Got: `"POST /debug/vars"`, Want: "method GET on this path"}},
		{"long path", "GET", "/" + strings.Repeat("x", 500), refusal.Refusal{
			Rule: refusal.UnknownEndpoint, Field: "path", Got: `"GET /` + strings.Repeat("x", 115) + `"`, Want: "an endpoint of the Engine API up to 1.56"}},

		{"older than the minimum", "POST", "/v1.12/containers/x/start", refusal.Refusal{
			Rule: refusal.UnsupportedVersion, Field: "version", Got: `"1.12"`, Want: "an API version from 1.41 to 1.56"}},
		{"just older", "GET", "/v1.40/_ping", refusal.Refusal{
			Rule: refusal.UnsupportedVersion, Field: "version", Got: `"1.40"`, Want: "an API version from 1.41 to 1.56"}},
		{"just newer", "GET", "/v1.57/_ping", refusal.Refusal{
			Rule: refusal.UnsupportedVersion, Field: "version", Got: `"1.57"`, Want: "an API version from 1.41 to 1.56"}},
		{"compared as numbers", "GET", "/v1.5/_ping", refusal.Refusal{
			Rule: refusal.UnsupportedVersion, Field: "version", Got: `"1.5"`, Want: "an API version from 1.41 to 1.56"}},
		{"next major", "GET", "/v2.41/_ping", refusal.Refusal{
			Rule: refusal.UnsupportedVersion, Field: "version", Got: `"2.41"`, Want: "an API version from 1.41 to 1.56"}},
		{"two dots", "GET", "/v1..41/_ping", refusal.Refusal{
			Rule: refusal.UnsupportedVersion, Field: "version", Got: `"1..41"`, Want: "an API version from 1.41 to 1.56"}},
		{"four components", "GET", "/v1.41.0.0/_ping", refusal.Refusal{
			Rule: refusal.UnsupportedVersion, Field: "version", Got: `"1.41.0.0"`, Want: "an API version from 1.41 to 1.56"}},
		{"one component", "GET", "/v1/_ping", refusal.Refusal{
			Rule: refusal.UnsupportedVersion, Field: "version", Got: `"1"`, Want: "an API version from 1.41 to 1.56"}},
		{"beyond 16 bits", "GET", "/v1.65577/_ping", refusal.Refusal{
			Rule: refusal.UnsupportedVersion, Field: "version", Got: `"1.65577"`, Want: "an API version from 1.41 to 1.56"}},

		{"semicolon", "GET", "/containers/json?all=1;size=1", refusal.Refusal{
			Rule: refusal.MalformedQuery, Field: "query", Got: "a semicolon that is not percent-encoded",
			Want: "percent-encoded name=value pairs joined by &"}},
		{"bad escape in the query", "GET", "/containers/json?all=%zz", refusal.Refusal{
			Rule: refusal.MalformedQuery, Field: "query", Got: "an escape that does not decode",
			Want: "percent-encoded name=value pairs joined by &"}},
		{"value not UTF-8", "GET", "/containers/json?filters=%ff", refusal.Refusal{
			Rule: refusal.MalformedQuery, Field: "query filters", Got: "a value that is not UTF-8", Want: "UTF-8"}},
		{"unknown parameter", "GET", "/containers/json?all=1&nope=1", refusal.Refusal{
			Rule: refusal.UnknownParameter, Field: "query nope", Got: "a parameter the engine does not read here",
			Want: "one of all, before, filters, limit, since, size, trunc_cmd"}},
		{"parameter in another case", "POST", "/containers/x/kill?Signal=9", refusal.Refusal{
			Rule: refusal.UnknownParameter, Field: "query Signal", Got: "a parameter the engine does not read here",
			Want: "signal"}},
		{"parameter where there are none", "GET", "/info?x=/auth", refusal.Refusal{
			Rule: refusal.UnknownParameter, Field: "query x", Got: "a parameter the engine does not read here",
			Want: "no query"}},
		{"nameless parameter", "GET", "/info?=1", refusal.Refusal{
			Rule: refusal.UnknownParameter, Field: `query ""`, Got: "a parameter the engine does not read here",
			Want: "no query"}},
		{"strange parameter", "GET", "/info?%0a%ff=1", refusal.Refusal{
			Rule: refusal.UnknownParameter, Field: `query "\n\xff"`, Got: "a parameter the engine does not read here",
			Want: "no query"}},
		{"parameter twice", "GET", "/containers/json?all=1&all=0", refusal.Refusal{
			Rule: refusal.AmbiguousQuery, Field: "query all", Got: "2 values", Want: "one value"}},
		{"parameter twice, escaped", "POST", "/containers/create?name=a&n%61me=b", refusal.Refusal{
			Rule: refusal.AmbiguousQuery, Field: "query name", Got: "2 values", Want: "one value"}},
		{"pull and import", "POST", "/images/create?fromImage=a&fromSrc=-", refusal.Refusal{
			Rule: refusal.AmbiguousQuery, Field: "query fromSrc", Got: "fromImage and fromSrc together",
			Want: "fromImage to pull or fromSrc to import"}},
		{"neither pull nor import", "POST", "/images/create", refusal.Refusal{
			Rule: refusal.MalformedQuery, Field: "query fromImage", Got: "neither fromImage nor fromSrc",
			Want: "fromImage to pull or fromSrc to import"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			request, err := operation.Parse(tc.method, tc.target)
			if request != nil {
				t.Errorf("got request %+v, want none", *request)
			}
			var got *refusal.Refusal
			if !errors.As(err, &got) {
				t.Fatalf("Parse(%q, %q): got %v, want a refusal", tc.method, tc.target, err)
			}
			if *got != tc.want {
				t.Errorf("Parse(%q, %q)\n got %+v\nwant %+v", tc.method, tc.target, *got, tc.want)
			}
		})
	}
}

// TestParseKeepsUserinfoOut: the user part of an absolute-form target may be a password.
func TestParseKeepsUserinfoOut(t *testing.T) {
	for _, target := range []string{"http://u:canary@h/nothing", "http://u:canary@h", "http://u:canary%zz@h/_ping"} {
		_, err := operation.Parse("GET", target)
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("Parse(GET, %q): got %v, want a refusal without the user part", target, err)
		}
	}
}

func TestVersion(t *testing.T) {
	for _, tc := range []struct {
		given string
		want  operation.Version
		text  string
		ok    bool
	}{
		{"1.41", v(41), "1.41", true},
		{"01.041", v(41), "1.41", true},
		{"1.9", v(9), "1.9", true},
		{"0.0", 0, "", true},
		{"1", 0, "", false},
		{"", 0, "", false},
		{".", 0, "", false},
		{"1.", 0, "", false},
		{".41", 0, "", false},
		{"1..41", 0, "", false},
		{"1.41.0", 0, "", false},
		{"+1.41", 0, "", false},
		{"1.4_1", 0, "", false},
		{"1.65536", 0, "", false},
		{"65536.1", 0, "", false},
	} {
		t.Run(tc.given, func(t *testing.T) {
			got, ok := operation.ParseVersion(tc.given)
			if got != tc.want || ok != tc.ok || got.String() != tc.text {
				t.Errorf("got %v %v, want %s %v", got, ok, tc.text, tc.ok)
			}
		})
	}
	if v(9) >= v(41) || operation.MinVersion.String() != "1.41" || operation.MaxVersion.String() != "1.56" {
		t.Errorf("got order or bounds wrong: %s to %s", operation.MinVersion, operation.MaxVersion)
	}
}

func TestBool(t *testing.T) {
	for _, tc := range []struct {
		given string
		want  bool
	}{
		{"", false}, {" ", false}, {"0", false}, {"no", false}, {"NO", false}, {"false", false}, {" False\t", false},
		{"none", false}, {"1", true}, {"true", true}, {"off", true}, {"n", true}, {"00", true}, {"null", true}, {"f", true},
	} {
		if got := operation.Bool(tc.given); got != tc.want {
			t.Errorf("Bool(%q): got %v, want %v", tc.given, got, tc.want)
		}
	}
}

func TestNames(t *testing.T) {
	want := map[string]string{
		"system":            "ping version info events df auth options",
		"debug":             "read",
		"session":           "open grpc",
		"container":         "list inspect logs stats changes top export attach attach.ws create start restart stop kill pause unpause wait resize rename update remove prune copy commit",
		"container.archive": "get stat put",
		"checkpoint":        "create list remove",
		"exec":              "create start inspect resize",
		"image":             "list inspect history attestations export search pull import load tag push remove prune",
		"build":             "run cancel prune",
		"distribution":      "inspect",
		"network":           "list inspect create connect disconnect remove prune",
		"volume":            "list inspect create update remove prune",
		"plugin":            "list inspect privileges create pull upgrade set enable disable remove push",
		"swarm":             "inspect unlockkey init join leave update unlock",
		"service":           "list inspect logs create update remove",
		"task":              "list inspect logs",
		"node":              "list inspect update remove",
		"secret":            "list inspect create update remove",
		"config":            "list inspect create update remove",
	}
	known := map[operation.Operation]bool{}
	for noun, verbs := range want {
		for verb := range strings.FieldsSeq(verbs) {
			known[operation.Operation(noun+"."+verb)] = true
		}
	}
	names := operation.Names()
	for i, name := range names {
		if !known[name] {
			t.Errorf("got %q, which is not in the vocabulary", name)
		}
		if i > 0 && names[i-1] >= name {
			t.Errorf("got %q before %q, want sorted names without repetition", names[i-1], name)
		}
	}
	if len(names) != len(known) {
		t.Errorf("got %d names, want %d", len(names), len(known))
	}
}

func BenchmarkParse(b *testing.B) {
	for _, bc := range []struct{ name, method, target string }{
		{"ping", "HEAD", "/_ping"},
		{"list", "GET", "/v1.41/containers/json?all=1&limit=10"},
		{"create", "POST", "/v1.41/containers/create?name=worker"},
		{"inspect", "GET", "/v1.41/containers/worker/json"},
		{"unknown", "GET", "/v1.41/nothing"},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r, err := operation.Parse(bc.method, bc.target); r == nil && err == nil {
					b.Fatal("neither a request nor a refusal")
				}
			}
		})
	}
}
