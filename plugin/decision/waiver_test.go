package decision_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/decision"
	"github.com/airlock-gate/airlock/plugin/operation"
	"github.com/airlock-gate/airlock/plugin/refusal"
	"github.com/airlock-gate/airlock/plugin/view"
	"github.com/airlock-gate/airlock/policies"
)

// pane is glass broken for some operations.
type pane []string

func (p pane) Breakglass() *view.Breakglass {
	if len(p) == 0 {
		return nil
	}
	return &view.Breakglass{ID: "opening", Operations: p, Until: 1790000900, Reason: "disk full", Ticket: "OPS-7"}
}

// waivable is the shipped policies on a site of so many words.
func waivable(t *testing.T, text string) decision.Policies {
	t.Helper()
	site, err := bundle.ParseSite("site.yaml", []byte("registries: [registry.internal/openclaw]\nsignatures: {required: false}\nscan: {required: false}\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	s, err := bundle.NewSource(func() (*bundle.Snapshot, error) { return bundle.Load(policies.FS, site, bundle.Options{}) })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// opened is a gate in front of an engine, with the glass broken or not, at a time.
func opened(t *testing.T, policies decision.Policies, e *engine, glass decision.Glass, at int64) *decision.Gate {
	t.Helper()
	g, err := decision.New(decision.Options{Policies: policies, Facts: e, Glass: glass, Clock: func() time.Time { return time.Unix(at, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// waiving is a gate with the shipped policies, at a time.
func waiving(t *testing.T, text string, glass decision.Glass, at int64) *decision.Gate {
	t.Helper()
	return opened(t, waivable(t, text), healthy(), glass, at)
}

func by(call *decision.Call, user, auth string) *decision.Call {
	call.User, call.UserAuth = user, auth
	return call
}

// TestWhoMayDoMore: a caller by certificate, and everybody while the glass is broken.
func TestWhoMayDoMore(t *testing.T) {
	const ops = "callers: {ops: {tls: [ops.example], operations: [network.prune]}}\n"
	prune := func() *decision.Call { return post("/v1.41/networks/prune") }
	forged := func() *decision.Call {
		call := prune()
		call.Headers["Authz-User"], call.Headers["X-Forwarded-User"] = "ops.example", "ops.example"
		return call
	}
	for _, tc := range []struct {
		name  string
		site  string
		glass pane
		call  *decision.Call
		want  string // what gave it; "" when denied
	}{
		{"nobody", ops, nil, prune(), ""},
		{"the caller", ops, nil, by(prune(), "ops.example", "TLS"), "caller ops"},
		{"another caller", ops, nil, by(prune(), "agent.example", "TLS"), ""},
		{"a name without a certificate", ops, nil, by(prune(), "ops.example", ""), ""},
		{"a name in a header", ops, nil, forged(), ""},
		{"another operation", ops, nil, by(post("/v1.41/images/prune"), "ops.example", "TLS"), ""},
		{"broken glass", "", pane{"network.prune"}, prune(), "breakglass opening"},
		{"broken glass for another", "", pane{"network.prune"}, post("/v1.41/images/prune"), ""},
		{"broken glass for what is refused", "", pane{"image.push"}, post("/v1.41/images/x/push"), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := waiving(t, tc.site, tc.glass, 1790000000).Decide(t.Context(), tc.call)
			if tc.want == "" {
				if got.Verdict != decision.Deny || len(got.Waived) > 0 {
					t.Errorf("got %s %+v %v, want a denial", got.Verdict, got.Waived, got.Fault)
				}
			} else if got.Verdict != decision.Allow || len(got.Waived) != 1 || len(got.Waived[0].Waivers) != 1 ||
				got.Waived[0].Waivers[0].By+" "+got.Waived[0].Waivers[0].Name != tc.want {
				t.Errorf("got %s %+v %+v %v, want it by %s", got.Verdict, got.Violations, got.Waived, got.Fault, tc.want)
			}
			if want := len(tc.glass) > 0; (got.Breakglass == "opening") != want {
				t.Errorf("opening %q", got.Breakglass)
			}
		})
	}
}

// TestBrokenGlassForgivesNoForm: what is not understood is not opened.
func TestBrokenGlassForgivesNoForm(t *testing.T) {
	g := waiving(t, "", pane{"network.prune"}, 1790000000)
	strange := post("/v1.41/networks/prune?unheard-of=1")
	if got := g.Decide(t.Context(), strange); got.Verdict != decision.Deny || got.Violations[0].Rule != "api/unknown-parameter" {
		t.Errorf("got %s %+v %v", got.Verdict, got.Violations, got.Fault)
	}
}

// TestOpenBodiesAreUnderstood: an operation is opened, to everybody or to a caller, for bodies that are read whole and in
// one way only. What is in one is not repeated.
func TestOpenBodiesAreUnderstood(t *testing.T) {
	// By operation: a body that is understood, and ways to be none. The text canary stands for a secret.
	bodies := map[string]struct {
		target, good string
		bad          map[string]string // by the rule that refuses it
	}{
		"secret.create": {"/secrets/create", `{"Name":"key","Labels":{"a":"b"},"Data":"Y2FuYXJ5"}`, map[string]string{
			"api/duplicate-key": `{"Name":"canary","Name":"key"}`, "api/case-variant-key": `{"Name":"key","data":"canary"}`}},
		"secret.update": {"/secrets/s1/update?version=7", `{"Name":"key","Labels":{"a":"b"}}`, map[string]string{
			"api/duplicate-key": `{"Name":"key","Labels":{"a":"canary","a":"c"}}`, "api/case-variant-key": `{"name":"canary"}`}},
		"config.create": {"/configs/create", `{"Name":"settings","Data":"Y2FuYXJ5","Templating":{"Name":"golang"}}`, map[string]string{
			"api/duplicate-key": `{"Name":"a","Name":"canary"}`, "api/case-variant-key": `{"Name":"a","Templating":{"name":"canary"}}`}},
		"config.update": {"/configs/c1/update?version=7", `{"Name":"settings","Labels":null}`, map[string]string{
			"api/duplicate-key": `{"Labels":{},"Labels":{"a":"canary"}}`, "api/case-variant-key": `{"NAME":"canary"}`}},
		"node.update": {"/nodes/n1/update?version=7", `{"Role":"manager","Availability":"active","Labels":{"a":"b"}}`, map[string]string{
			"api/duplicate-key": `{"Role":"worker","Role":"manager"}`, "api/case-variant-key": `{"role":"canary"}`}},
		"swarm.init": {"/swarm/init", `{"ListenAddr":"0.0.0.0:2377","Spec":{"Orchestration":{},"Raft":{"ElectionTick":0,"HeartbeatTick":0}}}`, map[string]string{
			"api/duplicate-key": `{"ForceNewCluster":false,"ForceNewCluster":true}`, "api/case-variant-key": `{"Spec":{"caConfig":{"SigningCAKey":"canary"}}}`}},
		"swarm.unlock": {"/swarm/unlock", `{"UnlockKey":"SWMKEY-1-canary"}`, map[string]string{
			"api/duplicate-key": `{"UnlockKey":"canary","UnlockKey":"x"}`, "api/case-variant-key": `{"unlockKey":"canary"}`}},
	}
	operations := slices.Sorted(maps.Keys(bodies))
	policies := waivable(t, "swarm: {enabled: true}\ncallers: {ops: {tls: [ops.example], operations: ["+strings.Join(operations, ", ")+"]}}\n")
	shut := opened(t, policies, manager(), nil, 1790000000)
	glass := opened(t, policies, manager(), pane(operations), 1790000000)
	newer := manager()
	newer.daemon = func(context.Context) (*view.Engine, error) {
		engine := *daemonView()
		engine.APIVersion = "1.99"
		return &engine, nil
	}
	unread := opened(t, policies, newer, pane(operations), 1790000000)
	silent := manager()
	silent.daemon = func(context.Context) (*view.Engine, error) { return nil, errors.New("connection refused") }

	for name, tc := range bodies {
		t.Run(name, func(t *testing.T) {
			target := "/v1.54" + tc.target
			judge(t, shut, with(target, tc.good), "api/operation")
			judge(t, glass, with(target, tc.good), "")
			judge(t, shut, by(with(target, tc.good), "ops.example", "TLS"), "")
			judge(t, glass, post(target), string(refusal.AbsentBody))
			tc.bad[string(refusal.UnknownField)] = `{"canary":1}`
			tc.bad[string(refusal.MalformedBody)] = tc.good + `{"Name":"canary"}`
			for rule, bad := range tc.bad {
				for _, refused := range []struct {
					gate *decision.Gate
					call *decision.Call
				}{{glass, with(target, bad)}, {shut, by(with(target, bad), "ops.example", "TLS")}} {
					judge(t, refused.gate, refused.call, rule)
					got := refused.gate.Decide(t.Context(), refused.call)
					if text := string(jsonOf(t, got)); len(got.Waived) > 0 || rule != string(refusal.UnknownField) && strings.Contains(text, "canary") {
						t.Errorf("%s: %s", bad, text)
					}
				}
			}
			judge(t, glass, with(tc.target, tc.good), "")
			judge(t, unread, with(tc.target, tc.good), string(refusal.UnsupportedVersion))
			judge(t, unread, with(target, tc.good), "")
			if got := opened(t, policies, silent, pane(operations), 1790000000).Decide(t.Context(), with(tc.target, tc.good)); got.Admits() {
				t.Errorf("admitted though nobody knows how the engine reads it: %+v", got)
			}
		})
	}

	// None is left out: whatever can be opened and brings a body is decided by a view, or stands in the list.
	judged := []string{"container.update", "exec.create", "exec.start", "network.disconnect"}
	openable := policies.Snapshot().Openable()
	for _, route := range operation.NewTable().Routes() {
		name := string(route.Operation)
		_, listed := bodies[name]
		json := route.Body == operation.JSONBody || route.Body == operation.OptionalJSON
		if json && slices.Contains(openable, name) && !listed && !slices.Contains(judged, name) {
			t.Errorf("%s can be opened and nobody reads its body", name)
		}
	}
}

// TestExceptionExpires with the gate's own clock, whatever was decided before.
func TestExceptionExpires(t *testing.T) {
	const text = "exceptions: [{rule: hardening/pids, subject: 'image:" + worker + "', reason: forks, ticket: OPS-1, expires: 2026-09-21}]\n"
	const unlimited = `{"User":"1001:1001","Image":"` + worker + `","HostConfig":{"ReadonlyRootfs":true,"CapDrop":["ALL"],` +
		`"SecurityOpt":["no-new-privileges"],"Memory":67108864,"NanoCpus":500000000,"PidsLimit":-1,"NetworkMode":"none"}}`
	ends := time.Date(2026, 9, 21, 0, 0, 0, 0, time.UTC).Unix()
	if got := waiving(t, text, nil, ends-1).Decide(t.Context(), create(unlimited)); got.Verdict != decision.Allow || len(got.Waived) != 1 ||
		got.Waived[0].Rule != "hardening/pids" {
		t.Errorf("before: %s %+v %+v %v", got.Verdict, got.Violations, got.Waived, got.Fault)
	}
	if got := waiving(t, text, nil, ends).Decide(t.Context(), create(unlimited)); got.Verdict != decision.Deny || len(got.Violations) != 1 ||
		got.Violations[0].Lapsed == nil {
		t.Errorf("after: %s %+v %+v %v", got.Verdict, got.Violations, got.Waived, got.Fault)
	}
}

// TestTimeIsForSubjects: an operation without a subject sees no time, so that its decision can be remembered.
func TestTimeIsForSubjects(t *testing.T) {
	clock := time.Unix(1790000000, 0)
	told := fstest.MapFS{
		".manifest":              {Data: []byte(manifest)},
		"airlock/main/main.rego": {Data: []byte(router)},
		"airlock/rules/api/time/time.rego": {Data: []byte(`package airlock.rules.api.time

deny contains {"field": "time", "got": input.time, "want": -1}
`)},
	}
	g, err := decision.New(decision.Options{Policies: source(t, told), Facts: healthy(), Clock: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		call *decision.Call
		want string
	}{{get("/v1.41/containers/json"), "0"}, {post("/v1.41/networks/prune"), "0"}, {create(createBody), "1790000000"}} {
		got := g.Decide(t.Context(), tc.call)
		if len(got.Violations) != 1 || string(jsonOf(t, got.Violations[0].Got)) != tc.want {
			t.Errorf("%s: got %+v, want time %s", tc.call.Target, got.Violations, tc.want)
		}
	}
}

func jsonOf(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
