package bundle_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/view"
	"github.com/airlock-gate/airlock/policies"
)

// published is the repository's own policy set on a site with one registry.
func published(t testing.TB, opts bundle.Options) *bundle.Snapshot {
	t.Helper()
	s, err := bundle.Load(policies.FS, site(t, workerSite), opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPublishedPolicies(t *testing.T) {
	s := published(t, bundle.Options{})
	for _, in := range []*view.Input{worker(), joined(3), read()} {
		if got, err := s.Decide(t.Context(), in); err != nil || !got.Allow || len(got.Violations) != 0 {
			t.Errorf("%s: got %+v, %v; want admission", in.Operation, got, err)
		}
	}
	got, err := s.Decide(t.Context(), bad())
	if err != nil || got.Allow || len(got.Violations) < 10 {
		t.Errorf("got %+v, %v; want ten violations and more", got, err)
	}
	for _, v := range got.Violations {
		if v.Title == "" || v.Severity == "" || v.Fix == (bundle.Fix{}) {
			t.Errorf("%s is not explained: %+v", v.Rule, v)
		}
	}
}

// TestAllocations holds what a decision costs, in allocations, which unlike time are the same on every machine. The
// first rows are this package's own share; the last hold the published rules, whose number and form they follow: none
// for a rule the sieve knows, 40 and more for one that it has to leave to OPA. A request that is as one before costs next to
// nothing.
func TestAllocations(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates for itself")
	}
	e := encoder(t, worker())
	least := load(t, nil, bundle.Options{MemoEntries: -1})
	all, remembering := published(t, bundle.Options{MemoEntries: -1}), published(t, bundle.Options{})
	decide := func(s *bundle.Snapshot, in *view.Input) func() {
		return func() {
			if _, err := s.Decide(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		}
	}
	create, made := worker(), 0
	strange := func() *view.Input {
		made++
		return another(made)
	}
	for _, tc := range []struct {
		name string
		do   func()
		most float64
	}{
		{"encode a create", func() {
			if _, err := e.Value(create); err != nil {
				t.Fatal(err)
			}
		}, 25},
		{"encode another create", func() {
			if _, err := e.Value(strange()); err != nil {
				t.Fatal(err)
			}
		}, 200},
		{"create, one rule", decide(least, worker()), 10},
		{"read, one rule", decide(least, read()), 10},
		{"remembered read", decide(remembering, read()), 5},
		{"create, published rules", decide(all, worker()), 10},
		{"another create, published rules", func() { decide(all, strange())() }, 220},
		{"create in a network, published rules", decide(all, joined(3)), 1400},
		{"denied create, published rules", decide(all, bad()), 3500},
		{"read, published rules", decide(all, read()), 10},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := testing.AllocsPerRun(50, tc.do)
			t.Logf("%.0f allocations", got)
			if got > tc.most {
				t.Errorf("got %.0f allocations, want at most %.0f", got, tc.most)
			}
		})
	}
}

// another is the create of a container like no other before it.
func another(n int) *view.Input {
	in := worker()
	c := in.Container
	c.Name = fmt.Sprintf("worker-%d", n)
	c.Resources.Memory += int64(n) % 4096 * 4096
	c.Resources.MemorySwap = c.Resources.Memory
	c.Mounts[0].Size -= int64(n)
	c.Tmpfs.Bytes -= int64(n)
	for i := range c.Env {
		c.Env[i].Name = fmt.Sprintf("SETTING_%d_%d", n, i)
	}
	return in
}

func BenchmarkDecide(b *testing.B) {
	s, plain := published(b, bundle.Options{}), published(b, bundle.Options{MemoEntries: -1})
	for _, bc := range []struct {
		name     string
		snapshot *bundle.Snapshot
		given    *view.Input
	}{
		{"create", plain, worker()},
		{"create in a network", plain, joined(0)},
		{"create in a network of 240", plain, joined(240)},
		{"create denied", plain, bad()},
		{"read", plain, read()},
		{"read remembered", s, read()},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := bc.snapshot.Decide(b.Context(), bc.given); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("another create each time", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			if got, err := plain.Decide(b.Context(), another(n)); err != nil || !got.Allow {
				b.Fatal(got, err)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	in := worker()
	b.Run("encoder", func(b *testing.B) {
		e := encoder(b, in)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := e.Value(in); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			roundTrip(b, in)
		}
	})
	b.Run("marshal only", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(in); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	data := site(b, workerSite)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := bundle.Load(policies.FS, data, bundle.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
