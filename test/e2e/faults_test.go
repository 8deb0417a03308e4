//go:build e2e

package e2e_test

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/test/engine"
)

// longest is how long a request may take while the gate is gone: the engine dials again after 1, 2, 4 and 8 seconds
// (moby pkg/plugins/client.go) and then fails. The rest is for two busy processors.
const longest = 30 * time.Second

// load sends creates from several clients until it is stopped, and counts how they end.
type load struct {
	stop     context.CancelFunc
	done     sync.WaitGroup
	admitted atomic.Int64 // conforming, 201
	denied   atomic.Int64 // not conforming, 403
	failed   atomic.Int64 // answered with a fault, either
	escaped  atomic.Int64 // not conforming, yet 2xx
	slowest  atomic.Int64 // nanoseconds
}

func press(t *testing.T, g *guarded, clients int) *load {
	ctx, cancel := context.WithCancel(t.Context())
	l := &load{stop: cancel}
	for i := range clients {
		l.done.Go(func() {
			for ctx.Err() == nil {
				l.one(t, g, i%2 == 0)
			}
		})
	}
	return l
}

func (l *load) one(t *testing.T, g *guarded, conforming bool) {
	body := shared.conforming()
	if !conforming {
		host("Privileged", true)(body)
	}
	begin := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 2*longest)
	defer cancel()
	status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/create", body)
	for took := int64(time.Since(begin)); ; {
		slowest := l.slowest.Load()
		if took <= slowest || l.slowest.CompareAndSwap(slowest, took) {
			break
		}
	}
	switch {
	case err != nil || status >= 500:
		l.failed.Add(1)
	case conforming && status == 201:
		l.admitted.Add(1)
		var c struct{ ID string }
		if json.Unmarshal(answer, &c) == nil {
			_, _, _ = g.Call(ctx, "DELETE", "/v1.41/containers/"+c.ID+"?force=1", nil) // may meet the fault as well
		}
	case !conforming && status == 403:
		l.denied.Add(1)
	case !conforming && status < 300:
		l.escaped.Add(1)
	default:
		l.failed.Add(1)
	}
}

func (l *load) end() {
	l.stop()
	l.done.Wait()
}

// Each fault has an engine of its own.
func faulty(t *testing.T, purpose string, test func(t *testing.T, g *guarded)) {
	t.Helper()
	for _, version := range engine.Versions() {
		t.Run(string(version), func(t *testing.T) {
			g, err := shared.guard(t.Context(), version, purpose)
			if err != nil {
				t.Fatal(err)
			}
			defer g.stop()
			test(t, g)
			if t.Failed() {
				t.Logf("gate:\n%s\nengine:\n%s", g.gate.Tail(), g.Log())
			}
		})
	}
}

// expect sends both twins and wants the gate to decide them.
func expect(t *testing.T, g *guarded) {
	t.Helper()
	ctx := t.Context()
	remove(ctx, t, g, created(ctx, t, g, "", shared.conforming()))
	body := shared.conforming()
	host("Privileged", true)(body)
	if status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/create", body); err != nil || status != 403 {
		t.Errorf("privileged create: %d %s %v", status, answer, err)
	}
}

func TestKilled(t *testing.T) {
	faulty(t, "killed", func(t *testing.T, g *guarded) {
		l := press(t, g, 6)
		time.Sleep(time.Second)
		g.gate.Kill()
		time.Sleep(700 * time.Millisecond)
		if err := g.gate.Restart(t.Context()); err != nil {
			t.Error(err)
		}
		time.Sleep(3 * time.Second)
		l.end()
		if l.escaped.Load() != 0 || l.admitted.Load() == 0 || l.denied.Load() == 0 || time.Duration(l.slowest.Load()) > longest {
			t.Errorf("escaped %d admitted %d denied %d failed %d slowest %s", l.escaped.Load(), l.admitted.Load(),
				l.denied.Load(), l.failed.Load(), time.Duration(l.slowest.Load()))
		}
		expect(t, g)
		shared.report.count(g.Version, "gate killed under load: nothing undecided admitted")
	})
}

func TestLost(t *testing.T) {
	faulty(t, "lost", func(t *testing.T, g *guarded) {
		g.gate.Kill()
		for _, conforming := range []bool{true, false} {
			var l load
			l.one(t, g, conforming)
			if l.failed.Load() != 1 || time.Duration(l.slowest.Load()) > longest {
				t.Errorf("conforming %v: escaped %d admitted %d failed %d after %s", conforming, l.escaped.Load(),
					l.admitted.Load(), l.failed.Load(), time.Duration(l.slowest.Load()))
			}
		}
		if err := g.gate.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		expect(t, g)
		shared.report.count(g.Version, "gate lost: every request fails, within the engine's retries")
	})
}

func TestHung(t *testing.T) {
	faulty(t, "hung", func(t *testing.T, g *guarded) {
		if err := g.gate.Hang(); err != nil {
			t.Fatal(err)
		}
		l := press(t, g, 4)
		time.Sleep(3 * time.Second)
		if l.admitted.Load()+l.escaped.Load() != 0 {
			t.Errorf("admitted %d, escaped %d while the gate hung", l.admitted.Load(), l.escaped.Load())
		}
		begin := time.Now()
		if err := g.gate.Continue(); err != nil {
			t.Fatal(err)
		}
		l.end()
		if took := time.Since(begin); took > 10*time.Second || l.escaped.Load() != 0 {
			t.Errorf("after the gate went on: %s, escaped %d", took, l.escaped.Load())
		}
		expect(t, g)
		shared.report.count(g.Version, "gate hung: nothing admitted meanwhile, decided after")
	})
}

// Terminated and started again, as an upgrade does.
func TestRestarted(t *testing.T) {
	faulty(t, "restarted", func(t *testing.T, g *guarded) {
		l := press(t, g, 4)
		for range 3 {
			time.Sleep(500 * time.Millisecond)
			g.gate.Terminate()
			if err := g.gate.Restart(t.Context()); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(2 * time.Second)
		l.end()
		if l.escaped.Load() != 0 || l.admitted.Load() == 0 || l.denied.Load() == 0 || time.Duration(l.slowest.Load()) > longest {
			t.Errorf("escaped %d admitted %d denied %d failed %d slowest %s", l.escaped.Load(), l.admitted.Load(),
				l.denied.Load(), l.failed.Load(), time.Duration(l.slowest.Load()))
		}
		expect(t, g)
		shared.report.count(g.Version, "gate restarted under load: nothing undecided admitted")
	})
}

// An engine whose gate is not there must not serve.
func TestAbsentAtStart(t *testing.T) {
	faulty(t, "absent", func(t *testing.T, g *guarded) {
		g.Suspend()
		g.gate.Terminate()
		if err := g.Launch(g.gate.Name); err != nil {
			t.Fatal(err)
		}
		deadline := time.Now().Add(90 * time.Second)
		for g.Running() && time.Now().Before(deadline) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			status, _, err := g.Call(ctx, "POST", "/v1.41/containers/create", shared.conforming())
			cancel()
			if err == nil && status < 300 {
				t.Fatal("an engine without its gate made a container")
			}
			time.Sleep(200 * time.Millisecond)
		}
		if g.Running() {
			t.Error("the engine runs on without its gate")
			g.Suspend()
		}
		if err := g.gate.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := g.Resume(t.Context(), g.gate.Name); err != nil {
			t.Fatal(err)
		}
		expect(t, g)
		shared.report.count(g.Version, "gate absent at the engine's start: the engine does not serve")
	})
}

// Reloads of engine and gate under load never open the gate.
func TestReloads(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		l := press(t, g, 4)
		for range 5 {
			if err := g.Reload(); err != nil {
				t.Error(err)
			}
			if err := g.gate.Reload(); err != nil {
				t.Error(err)
			}
			time.Sleep(200 * time.Millisecond)
		}
		// Broken site data keeps the last good one in force.
		if err := g.gate.SetSite("registries: 7\n"); err != nil {
			t.Fatal(err)
		}
		if err := g.gate.Reload(); err != nil {
			t.Error(err)
		}
		time.Sleep(500 * time.Millisecond)
		l.end()
		if l.escaped.Load() != 0 || l.failed.Load() != 0 || l.admitted.Load() == 0 || l.denied.Load() == 0 {
			t.Errorf("escaped %d admitted %d denied %d failed %d", l.escaped.Load(), l.admitted.Load(), l.denied.Load(), l.failed.Load())
		}
		expect(t, g)
		if err := g.gate.SetSite(shared.site); err != nil {
			t.Fatal(err)
		}
		if err := g.gate.Reload(); err != nil {
			t.Error(err)
		}
		expect(t, g)
		shared.report.count(g.Version, "reloads under load: every request decided")
	})
}

// Many at once: each is decided on its own merits.
func TestConcurrent(t *testing.T) {
	const creates = 240
	each(t, func(t *testing.T, g *guarded) {
		var l load
		var all sync.WaitGroup
		for i := range creates {
			all.Go(func() { l.one(t, g, i%2 == 0) })
		}
		all.Wait()
		if l.admitted.Load() != creates/2 || l.denied.Load() != creates/2 {
			t.Errorf("admitted %d denied %d escaped %d failed %d of %d", l.admitted.Load(), l.denied.Load(), l.escaped.Load(),
				l.failed.Load(), creates)
		}
		shared.report.count(g.Version, "concurrent creates decided:", creates)
	})
}
