package decision_test

import (
	"encoding/json"
	"testing"
	"testing/fstest"
	"time"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/decision"
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

// waiving is a gate with the shipped policies, at a time.
func waiving(t *testing.T, text string, glass decision.Glass, at int64) *decision.Gate {
	t.Helper()
	site, err := bundle.ParseSite("site.yaml", []byte("registries: [registry.internal/openclaw]\nsignatures: {required: false}\nscan: {required: false}\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	s, err := bundle.NewSource(func() (*bundle.Snapshot, error) { return bundle.Load(policies.FS, site, bundle.Options{}) })
	if err != nil {
		t.Fatal(err)
	}
	g, err := decision.New(decision.Options{Policies: s, Facts: healthy(), Glass: glass, Clock: func() time.Time { return time.Unix(at, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	return g
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
