package decision_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/decision"
	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/policies"
)

// protecting is the shipped policies on a site whose workers are protected or not.
func protecting(t testing.TB, protected string) *bundle.Source {
	t.Helper()
	site, err := bundle.ParseSite("site.yaml", []byte("registries: [registry.internal/openclaw]\nsignatures: {required: false}\nscan: {required: false}\n"+
		"roles: {worker: {images: [registry.internal/openclaw/worker], protected: "+protected+"}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := bundle.NewSource(func() (*bundle.Snapshot, error) { return bundle.Load(policies.FS, site, bundle.Options{}) })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What ends, cuts off or shows a container costs one look-up, and depends on whose container it is and on nothing else.
func TestTarget(t *testing.T) {
	loose, strict := protecting(t, "false"), protecting(t, "true")
	for _, call := range []*decision.Call{
		post("/v1.41/containers/web/stop"),
		post("/v1.41/containers/web/kill"),
		post("/v1.41/containers/web/pause"),
		post("/v1.41/containers/web/rename?name=other"),
		post("/v1.41/containers/web/attach?stream=1"),
		remove("/v1.41/containers/web?force=1&v=1"),
		get("/v1.41/containers/web/logs?stdout=1"),
		get("/v1.42/containers/web/attach/ws?stream=1"),
		get("/v1.41/containers/web/archive?path=/etc"),
		get("/v1.41/containers/web/export"),
		{ID: "1", Method: "HEAD", Target: "/v1.41/containers/web/archive?path=/etc", Headers: map[string]string{}},
	} {
		t.Run(call.Method+" "+call.Target, func(t *testing.T) {
			e := healthy()
			e.container = func(string) (json.RawMessage, error) { return stored(false), nil } // breaks a rule of creates
			if got := gate(t, loose, e, decision.Enforce).Decide(t.Context(), call); got.Verdict != decision.Allow {
				t.Errorf("not protected: %s %v %+v", got.Verdict, got.Fault, got.Violations)
			}
			if want := []string{"container web"}; !slices.Equal(e.asked, want) {
				t.Errorf("asked %v, want %v", e.asked, want)
			}
			got := gate(t, strict, e, decision.Enforce).Decide(t.Context(), call)
			if got.Verdict != decision.Deny || len(got.Violations) != 1 || got.Violations[0].Rule != "lifecycle/protected" {
				t.Errorf("protected: %s %v %+v", got.Verdict, got.Fault, got.Violations)
			}
			e.container = func(string) (json.RawMessage, error) { return nil, facts.ErrNotFound }
			got = gate(t, loose, e, decision.Enforce).Decide(t.Context(), call)
			if got.Verdict != decision.Deny || len(got.Violations) != 1 || got.Violations[0].Rule != unknown.Rule {
				t.Errorf("absent: %s %v %+v", got.Verdict, got.Fault, got.Violations)
			}
		})
	}
}

// A rename is judged by the name the container would have.
func TestRename(t *testing.T) {
	g := gate(t, protecting(t, "false"), healthy(), decision.Enforce)
	for name, rule := range map[string]string{
		"worker-2": "", "%2Fworker-2": "", "4f1c3a9be0d2_agents-worker-1": "", "deadbeef": "hardening/name",
		"%20deadbeef%20": "hardening/name", "%2F%2Fworker": "hardening/name", strings.Repeat("w", 64): "hardening/name",
	} {
		got := g.Decide(t.Context(), post("/v1.41/containers/web/rename?name="+name))
		switch {
		case rule == "" && got.Verdict != decision.Allow:
			t.Errorf("%s: %s %v %+v", name, got.Verdict, got.Fault, got.Violations)
		case rule != "" && (got.Verdict != decision.Deny || len(got.Violations) != 1 || got.Violations[0].Rule != rule):
			t.Errorf("%s: %s %v %+v, want a denial by %s", name, got.Verdict, got.Fault, got.Violations, rule)
		}
	}
}
