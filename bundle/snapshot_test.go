package bundle_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/view"
)

var rootfsViolation = bundle.Violation{
	Rule:     "hardening/readonly-rootfs",
	Title:    "Root file system is read-only",
	Severity: "high",
	Field:    "HostConfig.ReadonlyRootfs",
	Got:      false,
	Want:     true,
	Fix:      bundle.Fix{Docker: "--read-only", Compose: "read_only: true"},
}

func TestDecide(t *testing.T) {
	writable := worker()
	writable.Container.Rootfs.ReadOnly = false
	unknown := read()
	unknown.Operation = "container.rename"

	noMetadata := strings.Join([]string{
		`package airlock.rules.image.unnamed`,
		`deny contains {"field": "Image", "got": {"b": [1, 2.5], "a": {"x", "y"}}, "want": null} if input.subject == "container"`,
	}, "\n")
	medium := strings.NewReplacer("severity: high", "severity: medium", `["readonly-rootfs"]`, ".zeta").Replace(ruleRego)
	for _, tc := range []struct {
		name   string
		bundle map[string]string
		given  *view.Input
		want   bundle.Decision
	}{
		{"compliant", nil, worker(), bundle.Decision{Allow: true}},
		{"read", nil, read(), bundle.Decision{Allow: true}},
		{"violating", nil, writable, bundle.Decision{Violations: []bundle.Violation{rootfsViolation}}},
		{
			"denied without a rule is explained", nil, unknown,
			bundle.Decision{Violations: []bundle.Violation{{
				Rule: bundle.Unexplained, Title: "Request is not what the policies expect of its operation", Severity: "high",
				Field: "request", Got: "container.rename", Want: "an operation with the subject its policies judge",
			}}},
		},
		{
			"worst first, and a rule without metadata before all",
			map[string]string{
				"airlock/rules/image/unnamed/unnamed.rego": noMetadata,
				"airlock/rules/hardening/zeta/zeta.rego":   medium,
			},
			writable,
			bundle.Decision{Violations: []bundle.Violation{
				{
					Rule: "image/unnamed", Field: "Image",
					Got: map[string]any{"a": []any{"x", "y"}, "b": []any{json.Number("1"), json.Number("2.5")}},
				},
				rootfsViolation,
				func() bundle.Violation {
					v := rootfsViolation
					v.Rule, v.Severity = "hardening/zeta", "medium"
					return v
				}(),
			}},
		},
		{
			"allow beside a violation denies",
			map[string]string{mainPath: strings.Replace(mainRego, "\tcount(violations) == 0\n", "", 1)},
			writable, bundle.Decision{Violations: []bundle.Violation{rootfsViolation}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := load(t, tc.bundle, bundle.Options{}).Decide(t.Context(), tc.given)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

// hostile is a router that behaves for every operation but "hostile", so that it loads.
func hostile(allow, violations string) map[string]string {
	return map[string]string{mainPath: `package airlock.main

allow := false if input.operation != "hostile"
` + allow + `
violations := set() if input.operation != "hostile"
` + violations + "\n"}
}

func TestDecideFaults(t *testing.T) {
	const ok, none = `allow := true if input.operation == "hostile"`, `violations := set() if input.operation == "hostile"`
	for _, tc := range []struct {
		name   string
		bundle map[string]string
		want   string // of the error; every one is ErrPolicy
	}{
		{"allow undefined", hostile("", none), "no usable decision: 0 results, want 1"},
		{"violations undefined", hostile(ok, ""), "no usable decision: 0 results, want 1"},
		{
			"allow has two values",
			hostile("allow := x if {\n\tinput.operation == \"hostile\"\n\tsome x in {true, false}\n}", none),
			"no usable decision: evaluate policies: airlock/main/main.rego:4: eval_conflict_error: rule data.airlock.main.allow " +
				"produced conflicting values:\n  false at airlock/main/main.rego:4\n  true at airlock/main/main.rego:4",
		},
		{
			"allow is a string", hostile(`allow := "true" if input.operation == "hostile"`, none),
			"no usable decision: allow is of type string, want boolean",
		},
		{
			"allow is a number", hostile(`allow := 1 if input.operation == "hostile"`, none),
			"no usable decision: allow is of type number, want boolean",
		},
		{
			"allow is null", hostile(`allow := null if input.operation == "hostile"`, none),
			"no usable decision: allow is of type null, want boolean",
		},
		{
			"violations is an array", hostile(ok, `violations := [] if input.operation == "hostile"`),
			"no usable decision: violations is of type array, want set",
		},
		{
			"violations is an object", hostile(ok, `violations := {} if input.operation == "hostile"`),
			"no usable decision: violations is of type object, want set",
		},
		{
			"a violation is a string", hostile(ok, `violations := {"no"} if input.operation == "hostile"`),
			"no usable decision: a violation is of type string, want object",
		},
		{
			"a violation without rule", hostile(ok, `violations := {{"field": "x", "got": 1, "want": 2}} if input.operation == "hostile"`),
			`no usable decision: a violation names no rule or no field: {"field": "x", "got": 1, "want": 2}`,
		},
		{
			"a violation with an empty field",
			hostile(ok, `violations := {{"rule": "a/b", "field": ""}} if input.operation == "hostile"`),
			`no usable decision: field of a violation is "", want a non-empty string`,
		},
		{
			"a violation with an unknown key",
			hostile(ok, `violations := {{"rule": "a/b", "field": "c", "msg": "d"}} if input.operation == "hostile"`),
			`no usable decision: a violation has an unknown key "msg"`,
		},
		{
			"a failing built-in is no undefined",
			hostile("allow := false if {\n\tinput.operation == \"hostile\"\n\tto_number(input.request.path) == 1\n}\n"+
				`allow := true if input.operation == "hostile"`, none),
			"no usable decision: evaluate policies: airlock/main/main.rego:6: eval_builtin_error: to_number: strconv.ParseFloat: " +
				"parsing \"/containers/json\": invalid syntax",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := read()
			in.Operation = "hostile"
			got, err := load(t, tc.bundle, bundle.Options{}).Decide(t.Context(), in)
			if !errors.Is(err, bundle.ErrPolicy) || err.Error() != tc.want {
				t.Errorf("got error %q, want %q", err, tc.want)
			}
			if !reflect.DeepEqual(got, bundle.Decision{}) {
				t.Errorf("got %+v beside the error", got)
			}
		})
	}
}

const slowAllow = `allow := true if {
	input.operation == "hostile"
	every x in numbers.range(1, 3000) { every y in numbers.range(1, 3000) { x * y > 0 } }
}
`

func TestDecideKeepsTheDeadline(t *testing.T) {
	s := load(t, hostile(slowAllow, `violations := set() if input.operation == "hostile"`), bundle.Options{})
	in := read()
	in.Operation = "hostile"
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	start := time.Now()
	got, err := s.Decide(ctx, in)
	if !errors.Is(err, context.DeadlineExceeded) || !reflect.DeepEqual(got, bundle.Decision{}) {
		t.Errorf("got %+v, %v; want no decision and the deadline", got, err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
	expired, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := s.Decide(expired, read()); !errors.Is(err, context.Canceled) || got.Allow {
		t.Errorf("got %+v, %v; want no decision after the context's end", got, err)
	}
}

func TestDecideRefusesInputs(t *testing.T) {
	s := load(t, nil, bundle.Options{})
	future := worker()
	future.Version = view.InputVersion + 1
	for _, tc := range []struct {
		name  string
		given *view.Input
		want  string
	}{
		{"none", nil, "unusable input: none"},
		{"empty", &view.Input{}, "unusable input: version 0, want 1"},
		{"of another version", future, "unusable input: version 2, want 1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := s.Decide(t.Context(), tc.given)
			if !errors.Is(err, bundle.ErrInput) || fmt.Sprint(err) != tc.want || got.Allow {
				t.Errorf("got %+v, %v; want %s", got, err, tc.want)
			}
		})
	}
}

// A memo that forgot a part of the input would answer one of these like the one before it.
func TestMemoSeesEveryPartOfTheInput(t *testing.T) {
	admitOnly := map[string]string{mainPath: `package airlock.main

default allow := false

allow if {
	input.operation == "container.list"
	input.request == {
		"method": "GET", "path": "/containers/json", "api_version": "1.41", "query": {"all": ["1"]}, "vars": {},
	}
	input.caller == {"name": "", "auth": ""}
	input.time == 0
	input.breakglass == null
}

violations := set()
`}
	s := load(t, admitOnly, bundle.Options{MemoEntries: 2})
	for range 3 {
		if got, err := s.Decide(t.Context(), read()); err != nil || !got.Allow {
			t.Fatalf("got %+v, %v; want the plain read admitted", got, err)
		}
		for name, change := range map[string]func(*view.Input){
			"operation":   func(in *view.Input) { in.Operation = "image.list" },
			"subject":     func(in *view.Input) { in.Operation, in.Subject = "x", "container" },
			"method":      func(in *view.Input) { in.Request.Method = "HEAD" },
			"path":        func(in *view.Input) { in.Request.Path = "/containers/jsonp" },
			"query key":   func(in *view.Input) { in.Request.Query = map[string][]string{"al": {"1"}} },
			"query value": func(in *view.Input) { in.Request.Query = map[string][]string{"all": {"1", ""}} },
			"query nil":   func(in *view.Input) { in.Request.Query = nil },
			"version":     func(in *view.Input) { in.Request.APIVersion = "" },
			"vars":        func(in *view.Input) { in.Request.Vars = map[string]string{"": ""} },
			"caller":      func(in *view.Input) { in.Caller.Name = "eve" },
			"auth":        func(in *view.Input) { in.Caller.Auth = "TLS" },
			"time":        func(in *view.Input) { in.Time = 1 },
			"glass":       func(in *view.Input) { in.Breakglass = &view.Breakglass{} },
		} {
			in := read()
			change(in)
			if got, err := s.Decide(t.Context(), in); err != nil || got.Allow {
				t.Errorf("%s changed: got %+v, %v; want a denial", name, got, err)
			}
		}
	}
}

func TestNoMemoForPoliciesThatReadTheClock(t *testing.T) {
	s := load(t, map[string]string{mainPath: `package airlock.main

default allow := false

allow if time.now_ns() < to_number(input.request.query.until[0])

violations := set()
`}, bundle.Options{})
	until := time.Now().Add(100 * time.Millisecond)
	in := read()
	in.Request.Query = map[string][]string{"until": {fmt.Sprint(until.UnixNano())}}
	if got, err := s.Decide(t.Context(), in); err != nil || !got.Allow {
		t.Fatalf("got %+v, %v; want admission before the time is up", got, err)
	}
	<-time.After(time.Until(until) + time.Millisecond)
	if got, err := s.Decide(t.Context(), in); err != nil || got.Allow {
		t.Errorf("got %+v, %v; want a denial after the time is up", got, err)
	}
}

func TestDecideConcurrently(t *testing.T) {
	s := load(t, nil, bundle.Options{MemoEntries: 4})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 50 {
				in := worker()
				in.Container.Rootfs.ReadOnly = i%2 == 0
				got, err := s.Decide(t.Context(), in)
				if err != nil || got.Allow != (i%2 == 0) {
					t.Errorf("got %+v, %v; want allow %v", got, err, i%2 == 0)
				}
				in = read()
				in.Request.Path = fmt.Sprintf("/containers/%d/json", j%7)
				if got, err := s.Decide(t.Context(), in); err != nil || !got.Allow {
					t.Errorf("got %+v, %v; want admission", got, err)
				}
			}
		})
	}
	wg.Wait()
}
