package decision_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/decision"
	"github.com/airlock-gate/airlock/plugin/evidence"
	"github.com/airlock-gate/airlock/plugin/view"
)

// witness answers about any image with what it is told, noting who was asked about.
type witness struct {
	found *view.Evidence
	panic bool

	mu    sync.Mutex
	asked []string
}

func (w *witness) About(_ context.Context, _ evidence.Trust, image *view.Image, platform string) *view.Evidence {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, image.Repository+"@"+image.Digest+" "+platform)
	if w.panic {
		panic("out of order")
	}
	return w.found
}

// demanding is the embedded policies with a site that demands signatures and scans, as one does that says nothing of them.
func demanding(t testing.TB) *bundle.Source {
	t.Helper()
	return embedded(t, "registries: [registry.internal/openclaw]\n")
}

// TestEvidenceIsLookedUp: whatever may run or fetch an image asks about it, once, and a gate that learns nothing denies.
func TestEvidenceIsLookedUp(t *testing.T) {
	about := "registry.internal/openclaw/worker@" + digest + " linux/amd64"
	for name, c := range map[string]struct {
		call  *decision.Call
		rules []string
	}{
		"create": {create(createBody), []string{"image/scan", "image/signature"}},
		"start":  {post("/v1.41/containers/web/start"), []string{"image/scan", "image/signature"}},
		"pull": {post("/v1.41/images/create?fromImage=registry.internal%2Fopenclaw%2Fworker&tag=" + digest),
			[]string{"image/scan", "image/signature"}},
		"manifest": {get("/v1.41/distribution/registry.internal/openclaw/worker@" + digest + "/json"), []string{"image/scan", "image/signature"}},
	} {
		t.Run(name, func(t *testing.T) {
			nothing := evidence.Nothing()
			nothing.Origin, nothing.Error = "unreachable", "timeout"
			for what, w := range map[string]*witness{"unreachable": {found: nothing}, "none": nil} {
				o := decision.Options{Policies: demanding(t), Facts: healthy()}
				if w != nil {
					o.Evidence = w
				}
				g, err := decision.New(o)
				if err != nil {
					t.Fatal(err)
				}
				got := g.Decide(t.Context(), c.call)
				for _, rule := range c.rules {
					if !slices.ContainsFunc(got.Violations, func(v bundle.Violation) bool { return v.Rule == rule }) {
						t.Errorf("%s: %s %+v, want a denial by %s", what, got.Verdict, got.Violations, rule)
					}
				}
				if w != nil && !slices.Equal(w.asked, []string{about}) {
					t.Errorf("asked %q, want %q", w.asked, about)
				}
			}
		})
	}
}

// TestEvidenceThatFails: a defect of a look-up is a fault, never an admission.
func TestEvidenceThatFails(t *testing.T) {
	g, err := decision.New(decision.Options{Policies: demanding(t), Facts: healthy(), Evidence: &witness{panic: true}})
	if err != nil {
		t.Fatal(err)
	}
	if got := g.Decide(t.Context(), create(createBody)); got.Verdict != decision.Fault || got.Fault.Code != decision.CodePanic {
		t.Errorf("got %s %v", got.Verdict, got.Fault)
	}
}

// TestEvidenceIsNotAskedFor: reads, and sites that demand nothing, cost no look-up.
func TestEvidenceIsNotAskedFor(t *testing.T) {
	w := &witness{}
	for what, c := range map[string]struct {
		policies *bundle.Source
		call     *decision.Call
	}{
		"a read": {demanding(t), get("/v1.41/containers/json")}, "a site that demands nothing": {shipped(t), create(createBody)},
	} {
		g, err := decision.New(decision.Options{Policies: c.policies, Facts: healthy(), Evidence: w, Clock: func() time.Time { return time.Unix(1, 0) }})
		if err != nil {
			t.Fatal(err)
		}
		if got := g.Decide(t.Context(), c.call); got.Verdict != decision.Allow || len(w.asked) != 0 {
			t.Errorf("%s: %s %v, asked %q", what, got.Verdict, got.Fault, w.asked)
		}
	}
}
