package record_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/decision"
	"github.com/airlock-gate/airlock/plugin/record"
)

func TestRecord(t *testing.T) {
	t.Parallel()
	post := &decision.Call{Method: "POST", Target: "/v1.41/containers/create?name=token", User: "ci", UserAuth: "TLS",
		Headers: map[string]string{"X-Token": "secret"}, Body: []byte("secret")}
	tests := []struct {
		name string
		call *decision.Call
		give decision.Outcome
		want map[string]any
	}{
		{"allow", post, decision.Outcome{ID: "1", Verdict: decision.Allow, Operation: "container.create", Subject: "web",
			Mode: decision.Enforce, Revision: "r1", Took: 1500 * time.Microsecond,
			Stages: []decision.Stage{{Name: "facts", Took: time.Millisecond}}},
			map[string]any{"level": "info", "decision": "1", "operation": "container.create", "verdict": "allow",
				"admitted": true, "mode": "enforce", "method": "POST", "path": "/containers/create", "api_version": "1.41",
				"caller": "ci", "caller_auth": "TLS", "subject": "web", "revision": "r1", "took": 1.5,
				"stages": map[string]any{"facts": 1.0}, "message": "decision"}},
		{"deny", &decision.Call{Method: "GET", Target: "http://user:secret@host/info"}, decision.Outcome{ID: "2",
			Verdict: decision.Deny, Operation: "system.info", Violations: []bundle.Violation{
				{Rule: "b/c", Got: "secret"}, {Rule: "a/b"}, {Rule: "b/c"}}},
			map[string]any{"level": "warn", "decision": "2", "operation": "system.info", "verdict": "deny",
				"admitted": false, "mode": "enforce", "method": "GET", "path": "/info", "rules": []any{"b/c", "a/b"},
				"revision": "", "took": 0.0, "message": "decision"}},
		{"deny in audit mode", &decision.Call{Method: "GET", Target: "/verify?secret"}, decision.Outcome{ID: "3",
			Verdict: decision.Deny, Mode: decision.Audit},
			map[string]any{"level": "warn", "decision": "3", "operation": "unknown", "verdict": "deny",
				"admitted": true, "mode": "audit", "method": "GET", "path": "/verify", "revision": "", "took": 0.0,
				"message": "decision"}},
		{"fault", &decision.Call{Method: "GET\x1b[2J", Target: "%secret"},
			decision.Failed("4", decision.CodeFacts, errors.New("inspect image: no answer\n\u202e")),
			map[string]any{"level": "error", "decision": "4", "operation": "unknown", "verdict": "fault",
				"admitted": false, "mode": "enforce", "method": "GET?[2J", "path": "(malformed)", "fault": "facts",
				"cause": "inspect image: no answer??", "revision": "", "took": 0.0, "message": "decision"}},
		{"admitted beyond the rules", post, decision.Outcome{ID: "6", Verdict: decision.Allow, Operation: "network.prune", Breakglass: "o1",
			Waived: []bundle.Waived{{Violation: bundle.Violation{Rule: "a/b", Field: "f", Got: "secret"}, Waivers: []bundle.Waiver{
				{By: bundle.ByBreakglass, Name: "o1", Reason: "disk full", Ticket: "OPS-7", Until: 1790000900}, {By: bundle.ByCaller, Name: "ops"}}}}},
			map[string]any{"level": "warn", "decision": "6", "operation": "network.prune", "verdict": "allow", "admitted": true,
				"mode": "enforce", "method": "POST", "path": "/containers/create", "api_version": "1.41", "caller": "ci", "caller_auth": "TLS",
				"breakglass": "o1", "waived_total": 1.0, "waived": []any{
					map[string]any{"rule": "a/b", "field": "f", "by": "breakglass", "name": "o1", "reason": "disk full", "ticket": "OPS-7",
						"until": "2026-09-21T14:28:20Z"},
					map[string]any{"rule": "a/b", "field": "f", "by": "caller", "name": "ops"}},
				"revision": "", "took": 0.0, "message": "decision"}},
		{"not understood", nil, decision.Outcome{ID: "5"},
			map[string]any{"level": "error", "decision": "5", "operation": "unknown", "verdict": "fault",
				"admitted": false, "mode": "enforce", "revision": "", "took": 0.0, "message": "decision"}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			recorder := record.New(zerolog.New(&log), nil)
			recorder.Started()
			recorder.Record(tc.call, tc.give)
			var got map[string]any
			if err := json.Unmarshal(log.Bytes(), &got); err != nil || strings.Count(log.String(), "\n") != 1 {
				t.Fatalf("got %q, %v, want one line of JSON", log.String(), err)
			}
			if !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
			if strings.Contains(log.String(), "secret") || strings.Contains(log.String(), "token") {
				t.Errorf("a secret in %s", log.String())
			}
		})
	}
}

func TestRecordIsBounded(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	long := strings.Repeat("é", 1<<20)
	record.New(zerolog.New(&log), nil).Record(&decision.Call{Method: long, Target: "/" + strings.Repeat("a", 1<<20), User: long},
		decision.Outcome{ID: "1", Subject: long, Fault: &decision.Failure{Code: "facts", Cause: errors.New(long)}})
	if log.Len() > 8<<10 {
		t.Errorf("got a line of %d bytes", log.Len())
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	metrics := record.NewMetrics()
	recorder := record.New(zerolog.Nop(), metrics)
	sink := record.NewSink(failing{}, 0)
	metrics.Watch(sink)
	metrics.WatchGlass(func() bool { return true })
	metrics.Activated("r1", decision.Enforce)
	metrics.Activated("r2", "")
	for _, outcome := range []decision.Outcome{
		{Verdict: decision.Allow, Operation: "container.list", Took: time.Millisecond},
		{Verdict: decision.Allow, Operation: "container.list", Took: time.Second},
		{Verdict: decision.Deny, Operation: "container.create", Violations: []bundle.Violation{
			{Rule: "a/b"}, {Rule: "a/b"}, {Rule: "c/d"}}},
		decision.Failed("", decision.CodeTimeout, nil),
		{},
	} {
		recorder.Started()
		recorder.Record(nil, outcome)
	}
	recorder.Started()
	if _, err := io.WriteString(sink, "line\n"); err != nil {
		t.Fatal(err)
	}
	if err := sink.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	response := httptest.NewRecorder()
	metrics.Handler().ServeHTTP(response, httptest.NewRequest("GET", "/metrics", nil))
	var got []string
	for line := range strings.Lines(response.Body.String()) {
		if strings.HasPrefix(line, "airlock_") && !strings.Contains(line, "_bucket") && !strings.Contains(line, "_sum") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	want := []string{
		`airlock_breakglass_open 1`,
		`airlock_decision_duration_seconds_count{verdict="allow"} 2`,
		`airlock_decision_duration_seconds_count{verdict="deny"} 1`,
		`airlock_decision_duration_seconds_count{verdict="fault"} 2`,
		`airlock_decisions_in_flight 1`,
		`airlock_decisions_total{operation="container.create",verdict="deny"} 1`,
		`airlock_decisions_total{operation="container.list",verdict="allow"} 2`,
		`airlock_decisions_total{operation="unknown",verdict="fault"} 2`,
		`airlock_faults_total{code="no-verdict"} 1`,
		`airlock_faults_total{code="timeout"} 1`,
		`airlock_log_lines_dropped_total 1`,
		`airlock_policy_info{mode="enforce",revision="r2"} 1`,
		`airlock_rule_violations_total{mode="enforce",rule="a/b"} 1`,
		`airlock_rule_violations_total{mode="enforce",rule="c/d"} 1`,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestMetricsAreBounded holds that a policy that makes up rules cannot fill the memory.
func TestMetricsAreBounded(t *testing.T) {
	t.Parallel()
	metrics := record.NewMetrics()
	recorder := record.New(zerolog.Nop(), metrics)
	for i := range 1100 {
		recorder.Record(nil, decision.Outcome{Verdict: decision.Deny, Violations: []bundle.Violation{{Rule: fmt.Sprint(i)}}})
	}
	response := httptest.NewRecorder()
	metrics.Handler().ServeHTTP(response, httptest.NewRequest("GET", "/metrics", nil))
	if want := `airlock_rule_violations_total{mode="enforce",rule="other"} 76`; !strings.Contains(response.Body.String(), want) {
		t.Errorf("no %s", want)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// gated is a writer that waits for permission, as a full pipe does.
type gated struct {
	open chan struct{}
	mu   sync.Mutex
	data bytes.Buffer

	writes int
}

func (g *gated) Write(p []byte) (int, error) {
	<-g.open
	g.mu.Lock()
	defer g.mu.Unlock()
	g.writes++
	return g.data.Write(p)
}

// TestSlowSink holds that writing never waits, and that what is lost is counted and said.
func TestSlowSink(t *testing.T) {
	t.Parallel()
	out := &gated{open: make(chan struct{})}
	sink := record.NewSink(out, 4)
	buffer := make([]byte, 0, 16)
	for i := range 100 {
		buffer = fmt.Appendf(buffer[:0], "%d\n", i) // reused, as a logger does
		if n, err := sink.Write(buffer); n != len(buffer) || err != nil {
			t.Fatalf("write: got %d, %v", n, err)
		}
	}
	brief, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := sink.Close(brief); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("close while stuck: got %v, want the deadline", err)
	}
	if _, err := sink.Write([]byte("late\n")); !errors.Is(err, record.ErrClosed) {
		t.Errorf("write after close: got %v, want ErrClosed", err)
	}
	close(out.open)
	if err := sink.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var lines, told, total int
	last := -1
	for line := range strings.Lines(out.data.String()) {
		var notice struct {
			Dropped int
			Total   int `json:"dropped_total"`
		}
		if json.Unmarshal([]byte(line), &notice) == nil && notice.Dropped > 0 {
			told += notice.Dropped
			total = notice.Total
			continue
		}
		// The queue keeps the oldest, in order. The writer may take its first line at any moment, which makes room for one
		// of the later lines.
		n, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil || n <= last || lines < 4 && n != lines {
			t.Errorf("got line %q after %d", line, last)
		}
		last = n
		lines++
	}
	if lines+told != 101 || told != total || told != int(sink.Dropped()) || lines < 4 || lines > 5 {
		t.Errorf("got %d lines, %d told, %d counted, want 101 together", lines, told, sink.Dropped())
	}
}

// TestSinkWritesTogether holds that lines that wait are one write, of whole lines in their order.
func TestSinkWritesTogether(t *testing.T) {
	t.Parallel()
	out := &gated{open: make(chan struct{})}
	sink := record.NewSink(out, 0)
	var want strings.Builder
	for i := range 1000 {
		line := fmt.Sprintf("%d\n", i)
		want.WriteString(line)
		if _, err := io.WriteString(sink, line); err != nil {
			t.Fatal(err)
		}
	}
	close(out.open)
	if err := sink.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := out.data.String(); got != want.String() {
		t.Errorf("got %q, want the numbers up to 999", got)
	}
	if out.writes > 3 { // one, unless it began before the last line
		t.Errorf("got %d writes of 1000 lines", out.writes)
	}
}

// TestSinkCountsWhatAFailedWriteLost holds that lines which a writer took before it failed are not counted as lost.
func TestSinkCountsWhatAFailedWriteLost(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	sink := record.NewSink(record.LineByLine(&failingAfter{out: &out, left: 3}), 0)
	for i := range 10 {
		if _, err := fmt.Fprintf(sink, "%d\n", i); err != nil {
			t.Fatal(err)
		}
	}
	if err := sink.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(out.String(), "\n"); uint64(lines)+sink.Dropped() != 10 || lines != 3 {
		t.Errorf("got %d lines and %d dropped, want 3 and 7", lines, sink.Dropped())
	}
}

// failingAfter is a writer that fails after so many writes.
type failingAfter struct {
	out  io.Writer
	left int
}

func (f *failingAfter) Write(p []byte) (int, error) {
	if f.left == 0 {
		return 0, errors.New("disk full")
	}
	f.left--
	return f.out.Write(p)
}

func BenchmarkRecord(b *testing.B) {
	sink := record.NewSink(io.Discard, 0)
	defer func() { _ = sink.Close(context.Background()) }()
	recorder := record.New(zerolog.New(sink).With().Timestamp().Logger(), record.NewMetrics())
	call := &decision.Call{Method: "GET", Target: "/v1.41/containers/json?all=1"}
	outcome := decision.Outcome{ID: decision.NewID(), Verdict: decision.Allow, Operation: "container.list", Took: time.Millisecond}
	b.ReportAllocs()
	for b.Loop() {
		recorder.Started()
		recorder.Record(call, outcome)
	}
}
