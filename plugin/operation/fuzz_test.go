package operation_test

import (
	"errors"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/airlock-gate/airlock/plugin/operation"
	"github.com/airlock-gate/airlock/plugin/refusal"
)

// FuzzParse: the gate and every engine agree where a request goes, or the gate refuses it.
func FuzzParse(f *testing.F) {
	table, dockerds := operation.NewTable(), engines()
	named := map[[2]string]operation.Operation{}
	for _, r := range table.Routes() {
		named[[2]string{r.Method, r.Pattern}] = r.Operation
		method := r.Method
		if method == "" {
			method = "TRACE"
		}
		path := strings.NewReplacer("{name:.*}", "a/b", "{id:.*}", "a", "{id:.+}", "a", "{id}", "a", "{name}", "a",
			"{checkpoint}", "b", "{anyroute:.*}", "a").Replace(r.Pattern)
		f.Add(method, path)
		f.Add(method, "/v1.41"+path)
		f.Add(method, path+"/")
	}
	for _, target := range []string{
		"", "*", "/", "//", "/v", "/v1.41", "/v1.41/", "/v./_ping", "/v1..41/_ping", "/v01.41/_ping", "/v1.41.0.0/_ping",
		"/v1.41/v1.41/_ping", "/%76%31.41/_ping", "/%63ontainers%2Fcreate", "/containers/x%2Fjson", "/containers//json",
		"/containers/%2e%2e/json", "/containers/%0a/json", "/containers/%ff/json", "/containers/#/json", "/containers/?/json",
		"/containers/a/checkpoints/b/checkpoints/c", "/containers/checkpoints/checkpoints/checkpoints", "/networks/", "/volumes/",
		"http://u:p@h/v1.41/_ping", "foo:/v1.41/_ping", "foo:x", "http://h", "/debug/pprof/a/b", "/images/create?fromSrc=-",
		"/images/create?fromImage=a", "/containers/json?all=1;b", "/containers/json?all=1&all=2", "/volumes/%E2%80%A8/json",
		"/exec/0/json?\x95", "/containers/\xff/json", "/containers/ü/json",
	} {
		for _, method := range []string{"GET", "POST", "DELETE", "OPTIONS", "CONNECT", "get"} {
			f.Add(method, target)
		}
	}
	f.Fuzz(func(t *testing.T, method, target string) {
		got, err := table.Parse(method, target)
		again, errAgain := table.Parse(method, target)
		if !reflect.DeepEqual(got, again) || !reflect.DeepEqual(err, errAgain) {
			t.Fatalf("got %+v %v, then %+v %v", got, err, again, errAgain)
		}
		var refused *refusal.Refusal
		if err != nil {
			if !errors.As(err, &refused) || got != nil {
				t.Fatalf("got %+v and %v, want a refusal alone", got, err)
			}
			if refused.Rule == "" || refused.Field == "" || refused.Got == "" || refused.Want == "" {
				t.Fatalf("got an incomplete refusal %+v", *refused)
			}
			if !utf8.ValidString(err.Error()) || strings.ContainsAny(err.Error(), "\r\n\x00") {
				t.Fatalf("got an unprintable refusal %q", err.Error())
			}
		}
		if strings.ContainsAny(method+target, " \r\n") || method == "" {
			return // no request line can carry these
		}
		routed := false
		for _, e := range dockerds {
			h := e.route(t, method, target)
			if h == nil {
				continue
			}
			routed = true
			switch {
			case refused != nil && refused.Rule == refusal.UnknownEndpoint:
				t.Errorf("engine %s serves %s %s, the gate does not know it", e.name, h.Method, h.Pattern)
			case refused != nil && refused.Rule == refusal.MalformedTarget:
				if strings.ContainsFunc(target, raw) {
					continue // the engine's JSON encoder may have changed these bytes on the way to the plugin
				}
				u, err := url.ParseRequestURI(target)
				if err != nil || utf8.ValidString(u.Path) && !strings.ContainsFunc(u.Path, control) {
					t.Errorf("engine %s serves %s %s, the gate says %v", e.name, h.Method, h.Pattern, refused)
				}
			case refused == nil:
				want := operation.Request{
					Operation: named[[2]string{h.Method, h.Pattern}],
					Method:    method,
					Path:      got.Path,
					Version:   got.Version,
					Vars:      h.Vars,
					Query:     got.Query,
					Body:      got.Body,
				}
				if got.Operation == "image.import" && want.Operation == "image.pull" {
					want.Operation = "image.import" // one endpoint
				}
				if !reflect.DeepEqual(*got, want) {
					t.Errorf("engine %s\n got %+v\nwant %+v", e.name, *got, want)
				}
				if h.Version == "" && got.Version != 0 || h.Version != "" && !equal(h.Version, got.Version.String()) {
					t.Errorf("engine %s: got version %s, want %q", e.name, got.Version, h.Version)
				}
			}
		}
		if refused == nil && !routed {
			t.Errorf("the gate says %s for %q %q, no engine serves it", got.Operation, method, target)
		}
	})
}

// raw tells what a request target must percent-encode; a byte that is no UTF-8 counts as U+FFFD.
func raw(r rune) bool { return r <= 0x20 || r >= 0x7f }

func control(r rune) bool { return r < 0x20 || r == 0x7f }

// equal compares versions as the engine does: by component, what is no number counting as zero.
func equal(a, b string) bool {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		var x, y int
		if i < len(as) {
			x, _ = strconv.Atoi(as[i])
		}
		if i < len(bs) {
			y, _ = strconv.Atoi(bs[i])
		}
		if x != y {
			return false
		}
	}
	return true
}
