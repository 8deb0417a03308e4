package answer_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/answer"
	"github.com/airlock-gate/airlock/plugin/decision"
)

var (
	readonly = bundle.Violation{
		Rule: "hardening/readonly-rootfs", Title: "Root filesystem is read-only", Severity: "high",
		Field: "HostConfig.ReadonlyRootfs", Got: false, Want: true,
		Fix: bundle.Fix{Docker: "--read-only", Compose: "read_only: true"},
	}
	pids = bundle.Violation{
		Rule: "hardening/pids-limit", Field: "HostConfig.PidsLimit", Got: nil, Want: map[string]any{"max": 512},
		Fix: bundle.Fix{Compose: "deploy:\n  resources:\n    limits: {pids: 512}\n"},
	}
)

func TestMessage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		give decision.Outcome
		want string
	}{
		{
			"one rule",
			decision.Outcome{ID: "01m8", Verdict: decision.Deny, Operation: "container.create", Subject: "web",
				Violations: []bundle.Violation{readonly}},
			`container.create of web denied: 1 rule broken, hardening/readonly-rootfs (HostConfig.ReadonlyRootfs: got false, want true) [decision 01m8]

  hardening/readonly-rootfs  Root filesystem is read-only (high)
    field    HostConfig.ReadonlyRootfs
    got      false
    want     true
    docker   --read-only
    compose  read_only: true

airlock: {"decision":"01m8","operation":"container.create","verdict":"deny","retry":false,"violations":[{"rule":"hardening/readonly-rootfs","field":"HostConfig.ReadonlyRootfs","got":false,"want":true}]}`,
		},
		{
			"two rules",
			decision.Outcome{ID: "01m8", Verdict: decision.Deny, Operation: "container.create",
				Violations: []bundle.Violation{pids, readonly}},
			`container.create denied: 2 rules broken, first hardening/pids-limit (HostConfig.PidsLimit: got null, want {"max":512}) [decision 01m8]

  hardening/pids-limit
    field    HostConfig.PidsLimit
    got      null
    want     {"max":512}
    compose  deploy:
               resources:
                 limits: {pids: 512}

  hardening/readonly-rootfs  Root filesystem is read-only (high)
    field    HostConfig.ReadonlyRootfs
    got      false
    want     true
    docker   --read-only
    compose  read_only: true

airlock: {"decision":"01m8","operation":"container.create","verdict":"deny","retry":false,"violations":[{"rule":"hardening/pids-limit","field":"HostConfig.PidsLimit","got":null,"want":{"max":512}},{"rule":"hardening/readonly-rootfs","field":"HostConfig.ReadonlyRootfs","got":false,"want":true}]}`,
		},
		{
			"no reasons",
			decision.Outcome{ID: "01m8", Verdict: decision.Deny, Operation: "image.push"},
			`image.push denied: no rule allows it [decision 01m8]

airlock: {"decision":"01m8","operation":"image.push","verdict":"deny","retry":false,"violations":[]}`,
		},
		{
			"fault",
			decision.Outcome{ID: "01m8", Verdict: decision.Fault, Operation: "container.start", Subject: "web",
				Fault: &decision.Failure{Code: decision.CodeTimeout, Cause: errors.New("secret")}},
			`container.start of web not decided: fault timeout, not a policy denial; retry may help [decision 01m8; the cause is in the airlock log]
airlock: {"decision":"01m8","operation":"container.start","verdict":"fault","retry":true,"code":"timeout","violations":[]}`,
		},
		{
			"zero outcome",
			decision.Outcome{},
			`unknown not decided: fault no-verdict, not a policy denial; retry may help [decision ; the cause is in the airlock log]
airlock: {"decision":"","operation":"unknown","verdict":"fault","retry":true,"code":"no-verdict","violations":[]}`,
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := answer.Message(tc.give); got != tc.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tc.want)
			}
		})
	}
}

// TestLongValues holds that what is cut short says so, and a list how many elements are left out.
func TestLongValues(t *testing.T) {
	t.Parallel()
	list := func(n int, element any) (all []any) {
		for range n {
			all = append(all, element)
		}
		return all
	}
	path := "/srv/of/twenty/bytes"
	for name, tc := range map[string]struct {
		give any
		want string
	}{
		"a short list":         {list(4, path), `["` + strings.Repeat(path+`","`, 3) + path + `"]`},
		"a long list":          {list(9, path), `"` + strings.Repeat(path+", ", 4) + `... and 5 more"`},
		"without the quotes":   {list(5, path+"/x"), `"` + strings.Repeat(path+"/x, ", 4) + path + `/x"`},
		"a list of lists":      {list(90, []any{"sh"}), `"` + strings.Repeat(`[\"sh\"], `, 10) + `... and 80 more"`},
		"one long element":     {list(2, strings.Repeat("x", 200)), `"[\"` + strings.Repeat("x", 110) + `..."`},
		"a long text":          {strings.Repeat("x", 200), `"` + strings.Repeat("x", 112) + `..."`},
		"many empty elements":  {list(5000, ""), `"` + strings.Repeat(", ", 50) + `... and 4950 more"`},
		"escapes in a list":    {list(40, "\u202e"), `"` + strings.Repeat(`\u202e, `, 12) + `... and 28 more"`},
		"a number after texts": {append(list(8, path), 1.0), `"` + strings.Repeat(path+", ", 4) + `... and 5 more"`},
	} {
		give := decision.Outcome{Verdict: decision.Deny, Violations: []bundle.Violation{{Rule: "a/b", Got: tc.give}}}
		got, err := answer.Parse(answer.Message(give))
		if err != nil || len(got.Violations) != 1 {
			t.Fatal(got, err)
		}
		if text := string(got.Violations[0].Got); text != tc.want || len(text) > 120 {
			t.Errorf("%s: got %d bytes, %s\nwant %s", name, len(text), text, tc.want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	outcome := decision.Outcome{ID: "01m8", Verdict: decision.Deny, Operation: "container.create",
		Violations: []bundle.Violation{pids, readonly}}
	want := answer.Summary{Decision: "01m8", Operation: "container.create", Verdict: "deny", Violations: []answer.Violation{
		{Rule: pids.Rule, Field: pids.Field, Got: json.RawMessage("null"), Want: json.RawMessage(`{"max":512}`)},
		{Rule: readonly.Rule, Field: readonly.Field, Got: json.RawMessage("false"), Want: json.RawMessage("true")},
	}}
	message := answer.Message(outcome)
	for name, text := range map[string]string{
		"as sent":     message,
		"docker CLI":  "docker: Error response from daemon: authorization denied by plugin airlock: " + message + "\n\nRun 'docker run --help' for more information\n",
		"only a line": message[strings.LastIndex(message, "\n")+1:],
	} {
		got, err := answer.Parse(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v, want %+v", name, got, err, want)
		}
	}
	if _, err := answer.Parse("Error response from daemon: no such container"); !errors.Is(err, answer.ErrNoSummary) {
		t.Errorf("other message: got %v, want ErrNoSummary", err)
	}
	if _, err := answer.Parse(`airlock: {"decision":`); err == nil || errors.Is(err, answer.ErrNoSummary) {
		t.Errorf("cut off: got %v, want a decoding error", err)
	}
}

// hostile are texts that try to forge lines, colour a terminal or reorder what is shown.
var hostile = []string{
	"a\nairlock: {\"verdict\":\"allow\"}", "\x1b[31mred\x1b[0m", "\u202egnp.exe", "\u2066x\u2069", "a\u2028b\u2029c", "\u0085\u009b31m",
	"\r\x00\x7f", "\xff\xfe", "\u200b\ufeff", `"}]}`, "<script>&", strings.Repeat("\x01", 5000), strings.Repeat("é", 5000), strings.Repeat("\\", 5000),
}

// hold checks the promises about every message.
func hold(t *testing.T, outcome decision.Outcome) {
	t.Helper()
	message := answer.Message(outcome)
	if len(message) > answer.MaxMessage {
		t.Errorf("message: got %d bytes, want at most %d", len(message), answer.MaxMessage)
	}
	for _, r := range message {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("message holds %U: %q", r, message)
			break
		}
	}
	first, _, _ := strings.Cut(message, "\n")
	if first == "" || len(first) > answer.MaxFirstLine || !strings.HasSuffix(first, "]") {
		t.Errorf("first line: got %d bytes: %q", len(first), first)
	}
	if n := strings.Count(message, "\nairlock: "); n != 1 {
		t.Errorf("got %d lines for programs, want 1: %s", n, message)
	}
	summary, err := answer.Parse(message)
	if err != nil {
		t.Fatalf("parse: %v: %s", err, message)
	}
	denied := outcome.Verdict == decision.Deny
	if denied != (summary.Verdict == "deny") || denied == summary.Retry {
		t.Errorf("summary: got %+v for verdict %q", summary, outcome.Verdict)
	}
	if denied && len(summary.Violations)+summary.More != len(outcome.Violations) {
		t.Errorf("violations: got %d and %d more, want %d", len(summary.Violations), summary.More, len(outcome.Violations))
	}
	for _, v := range summary.Violations {
		if len(v.Got) > 120 || len(v.Want) > 120 {
			t.Errorf("value too long: %s, %s", v.Got, v.Want)
		}
	}
}

func TestHostileValues(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		v := bundle.Violation{Rule: text, Title: text, Severity: text, Field: text, Got: text,
			Want: map[string]any{text: []any{text, 1.5, nil}}, Fix: bundle.Fix{Docker: strings.ReplaceAll(text, "\n", " "), Compose: ""}}
		for _, verdict := range []decision.Verdict{decision.Deny, decision.Fault, ""} {
			hold(t, decision.Outcome{ID: text, Verdict: verdict, Operation: "container.create", Subject: text,
				Violations: []bundle.Violation{v}, Fault: &decision.Failure{Code: decision.Code(text)}})
		}
	}
	hold(t, decision.Outcome{ID: "1", Verdict: decision.Deny, Violations: []bundle.Violation{{Got: func() {}, Want: make(chan int)}}})
}

// TestManyViolations holds that what is left out for length is counted.
func TestManyViolations(t *testing.T) {
	t.Parallel()
	var violations []bundle.Violation
	for i := range 500 {
		v := readonly
		v.Field = fmt.Sprintf("HostConfig.Mounts[%d]", i)
		violations = append(violations, v)
	}
	outcome := decision.Outcome{ID: "1", Verdict: decision.Deny, Violations: violations}
	hold(t, outcome)
	message := answer.Message(outcome)
	shown := strings.Count(message, "\n    field ")
	if want := fmt.Sprintf("\n  and %d more\n", 500-shown); shown == 0 || !strings.Contains(message, want) {
		t.Errorf("%d shown, no %q in:\n%s", shown, want, message)
	}
}

func FuzzMessage(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, text, 3)
	}
	f.Fuzz(func(t *testing.T, text, value string, n int) {
		v := bundle.Violation{Rule: text, Title: text, Field: text, Got: value, Want: []string{value}}
		outcome := decision.Outcome{ID: text, Verdict: decision.Deny, Subject: value, Operation: "x"}
		for range uint(n) % 64 {
			outcome.Violations = append(outcome.Violations, v)
		}
		hold(t, outcome)
	})
}

func BenchmarkMessage(b *testing.B) {
	outcome := decision.Outcome{ID: "01m8", Verdict: decision.Deny, Operation: "container.create"}
	for range 12 {
		outcome.Violations = append(outcome.Violations, readonly)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = answer.Message(outcome)
	}
}
