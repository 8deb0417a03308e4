package decision_test

import (
	"errors"
	"regexp"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/plugin/decision"
)

func TestAdmits(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		verdict decision.Verdict
		mode    decision.Mode
		want    bool
	}{
		{"", "", false},
		{"", decision.Audit, false},
		{decision.Allow, decision.Enforce, true},
		{decision.Allow, decision.Audit, true},
		{decision.Deny, "", false},
		{decision.Deny, decision.Enforce, false},
		{decision.Deny, decision.Audit, true},
		{decision.Deny, "Audit", false},
		{decision.Fault, decision.Enforce, false},
		{decision.Fault, decision.Audit, false},
		{"ALLOW", decision.Enforce, false},
	} {
		outcome := decision.Outcome{Verdict: tc.verdict, Mode: tc.mode}
		if got := outcome.Admits(); got != tc.want {
			t.Errorf("verdict %q in mode %q: got %v, want %v", tc.verdict, tc.mode, got, tc.want)
		}
	}
}

func TestFailed(t *testing.T) {
	t.Parallel()
	cause := errors.New("no answer")
	outcome := decision.Failed("1", decision.CodeFacts, cause)
	if outcome.Verdict != decision.Fault || outcome.ID != "1" || !errors.Is(outcome.Fault, cause) ||
		outcome.Fault.Error() != "facts: no answer" {
		t.Errorf("got %+v, %v", outcome, outcome.Fault)
	}
	if got := (&decision.Failure{Code: decision.CodePanic}).Error(); got != "panic" {
		t.Errorf("without a cause: got %q, want panic", got)
	}
}

func TestNewID(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[0-7][0-9a-hjkmnp-tv-z]{25}$`)
	seen := make(map[string]bool)
	last := ""
	for range 5 {
		var newest string
		for range 1000 {
			id := decision.NewID()
			if !form.MatchString(id) || seen[id] || id <= last {
				t.Fatalf("got %q after %q (seen before: %v), want a later one of form %s", id, last, seen[id], form)
			}
			seen[id] = true
			newest = max(newest, id)
		}
		last = newest
		for start := time.Now().UnixMilli(); time.Now().UnixMilli() <= start; { // ids sort by the millisecond
			time.Sleep(time.Millisecond)
		}
	}
}
