package decision_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/decision"
	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/view"
)

// alone admits a container into one network at most, and into none that another container is in; and no network of a name
// that is taken.
var alone = fstest.MapFS{
	".manifest":              {Data: []byte(manifest)},
	"airlock/main/main.rego": {Data: []byte(router)},
	"airlock/rules/airgap/alone/alone.rego": {Data: []byte(`# METADATA
# title: Alone
# custom:
#   severity: high
package airlock.rules.airgap.alone

deny contains {"field": "operation", "got": input.operation, "want": "another"} if not input.operation in {
	"container.list", "container.create", "network.connect", "network.create",
}

deny contains {"field": "set", "got": count(input.container.network.attached), "want": 1} if {
	count(input.container.network.attached) > 1
}

deny contains {"field": "neighbours", "got": other.id, "want": ""} if {
	some other in input.topology.containers
	other.id != input.container.id
	some joined in input.container.network.attached
	joined.network.id in other.networks
}

deny contains {"field": "name", "got": other.id, "want": ""} if {
	some other in input.topology.networks
	other.name == input.network.name
	input.operation == "network.create"
}
`)},
}

// world is an engine that carries requests out when it is told to, some time after the gate has admitted them.
type world struct {
	mu         sync.Mutex
	containers map[string][]string // name to networks
	networks   []string
	reading    func() // called between the look at the engine and its answer
}

func newWorld(containers ...string) *world {
	w := &world{containers: map[string][]string{}, networks: []string{"n1", "n2", "n3"}}
	for _, name := range containers {
		w.containers[name] = []string{}
	}
	return w
}

func idOf(name string) string { return name + strings.Repeat("f", 64-len(name)) }

func (w *world) facts() *engine {
	e := healthy()
	e.container = func(name string) (json.RawMessage, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		joined, found := w.containers[name]
		if !found {
			return nil, facts.ErrNotFound
		}
		endpoints := map[string]any{}
		for _, network := range joined {
			endpoints[network] = map[string]string{"NetworkID": idOf(network)}
		}
		list, err := json.Marshal(endpoints)
		return json.RawMessage(fmt.Sprintf(`{"Id":%q,"Name":"/%s","Config":{"Image":%q},"HostConfig":{"NetworkMode":"none"},`+
			`"NetworkSettings":{"Networks":%s}}`, idOf(name), name, worker, list)), err
	}
	e.topology = func() (*view.Topology, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		t := &view.Topology{}
		for _, name := range w.networks {
			t.Networks = append(t.Networks, view.LiveNetwork{ID: idOf(name), Name: name})
		}
		for name, joined := range w.containers {
			m := view.Member{ID: idOf(name), Name: name, Networks: []string{}}
			for _, network := range joined {
				m.Networks = append(m.Networks, idOf(network))
			}
			t.Containers = append(t.Containers, m)
		}
		if w.reading != nil {
			w.reading()
		}
		return t, nil
	}
	return e
}

// join is the effect of a connect or a create.
func (w *world) join(name, network string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.containers[name] = append(w.containers[name], network)
}

func attach(name, network string) *decision.Call {
	return with("/v1.41/networks/"+network+"/connect", fmt.Sprintf(`{"Container":%q}`, name))
}

// createIn asks for a container in a network; without a name, requests for different networks look the same in a
// response hook.
func createIn(name, network string) *decision.Call {
	call := create(strings.Replace(createBody, `"NetworkMode":"none"`, `"NetworkMode":"`+network+`"`, 1))
	call.Headers["Content-Length"] = fmt.Sprint(len(call.Body))
	call.Target = "/v1.41/containers/create"
	if name != "" {
		call.Target += "?name=" + name
	}
	return call
}

func lonely(t testing.TB, w *world) *decision.Gate {
	t.Helper()
	return gate(t, source(t, alone), w.facts(), decision.Enforce)
}

func verdict(t testing.TB, g *decision.Gate, call *decision.Call) decision.Verdict {
	t.Helper()
	out := g.Decide(t.Context(), call)
	if out.Verdict == decision.Fault {
		t.Errorf("%s: %v", call.Target, out.Fault)
	}
	return out.Verdict
}

// TestLegalAloneIllegalTogether sends pairs of requests at once, each of which is legal on its own, to an engine that
// takes its time. However they meet, one is admitted.
func TestLegalAloneIllegalTogether(t *testing.T) {
	policies := source(t, alone)
	type request struct {
		call   *decision.Call
		effect func(*world)
	}
	joins := func(call *decision.Call, name, network string) request {
		return request{call, func(w *world) { w.join(name, network) }}
	}
	makes := func(body string) request {
		return request{with("/v1.41/networks/create", body), func(w *world) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.networks = append(w.networks, "n9")
		}}
	}
	for name, pair := range map[string][2]request{
		"one container, two networks": {joins(attach("a", "n1"), "a", "n1"), joins(attach("a", "n2"), "a", "n2")},
		"two containers, one network": {joins(attach("a", "n1"), "a", "n1"), joins(attach("b", "n1"), "b", "n1")},
		"by name and by ID":           {joins(attach("a", "n1"), "a", "n1"), joins(attach("b", idOf("n1")), "b", "n1")},
		"connect and create":          {joins(attach("a", "n1"), "a", "n1"), joins(createIn("c", "n1"), "c", "n1")},
		"two creates":                 {joins(createIn("c", "n1"), "c", "n1"), joins(createIn("d", "n1"), "d", "n1")},
		"two creates without names":   {joins(createIn("", "n1"), "c", "n1"), joins(createIn("", "n1"), "d", "n1")},
		"two networks of one name":    {makes(`{"Name":"n9"}`), makes(`{"Name":"n9","Internal":true}`)},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				w := newWorld("a", "b")
				g := gate(t, policies, w.facts(), decision.Enforce)
				var admitted sync.Map
				var group sync.WaitGroup
				for i, r := range pair {
					group.Go(func() {
						call := r.call
						if verdict(t, g, call) != decision.Allow {
							return
						}
						admitted.Store(i, true)
						if !g.Awaits(call.Method, call.Target) {
							t.Error("admitted, and not awaited")
						}
						time.Sleep(time.Millisecond) // the engine at work
						r.effect(w)
						g.Ended(call.Method, call.Target)
					})
				}
				group.Wait()
				count := 0
				admitted.Range(func(any, any) bool { count++; return true })
				if count != 1 {
					t.Fatalf("admitted %d of two, want one", count)
				}
			}
		})
	}
}

// TestEffectBetweenLookAndTurn: a request is carried out and answered after another decision has looked at the engine and
// before it is decided.
func TestEffectBetweenLookAndTurn(t *testing.T) {
	w := newWorld("a", "b")
	g := lonely(t, w)
	first := attach("a", "n1")
	if got := verdict(t, g, first); got != decision.Allow {
		t.Fatalf("first: %s", got)
	}
	w.reading = func() {
		w.reading = nil
		w.containers["a"] = append(w.containers["a"], "n1") // in the answer being made it is not
		g.Ended(first.Method, first.Target)
	}
	if got := verdict(t, g, attach("b", "n1")); got != decision.Deny {
		t.Errorf("second: %s, want a denial", got)
	}
	if g.Awaits(first.Method, first.Target) && verdict(t, g, attach("b", "n2")) != decision.Allow {
		t.Error("a request that is over is still held against another")
	}
}

// TestSameLooks: of two requests that look the same in a response hook, the first answer ends neither.
func TestSameLooks(t *testing.T) {
	w := newWorld()
	g := lonely(t, w)
	one, two, none := createIn("", "n1"), createIn("", "n2"), createIn("", "none")
	for _, call := range []*decision.Call{one, two, none} {
		if got := verdict(t, g, call); got != decision.Allow {
			t.Fatalf("create: %s", got)
		}
	}
	for range 2 {
		g.Ended(one.Method, one.Target)
		for _, network := range []string{"n1", "n2"} {
			if got := verdict(t, g, createIn("late", network)); got != decision.Deny {
				t.Errorf("beside a create that may be under way in %s: %s, want a denial", network, got)
			}
		}
	}
	w.join("x", "n1")
	g.Ended(one.Method, one.Target) // the effect of two failed
	if got := verdict(t, g, createIn("late", "n1")); got != decision.Deny {
		t.Errorf("in a network that is taken: %s", got)
	}
	if got := verdict(t, g, createIn("late", "n2")); got != decision.Allow {
		t.Errorf("in a network that is free after all: %s", got)
	}
}

// TestResponseHookThatNeverComes: the engine's handler panicked. Nobody waits, and the note expires.
func TestResponseHookThatNeverComes(t *testing.T) {
	policies := source(t, alone)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("a", "b")
		g := gate(t, policies, w.facts(), decision.Enforce)
		lost := attach("a", "n1")
		if got := verdict(t, g, lost); got != decision.Allow {
			t.Fatalf("first: %s", got)
		}
		began := time.Now()
		if got := verdict(t, g, attach("b", "n1")); got != decision.Deny {
			t.Errorf("in the same network at once: %s", got)
		}
		if got := verdict(t, g, attach("b", "n2")); got != decision.Allow {
			t.Errorf("in another network at once: %s", got)
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("waited %v for a response hook", took)
		}
		g.Ended("POST", "/v1.41/networks/n2/connect")
		time.Sleep(2 * time.Minute)
		if got := verdict(t, g, attach("b", "n1")); got != decision.Allow {
			t.Errorf("after its time: %s", got)
		}
		g.Ended(lost.Method, lost.Target)
		time.Sleep(time.Second)
		verdict(t, g, get("/v1.41/containers/json"))
	})
}

// TestDeniedLeavesNothing: what is not admitted is neither noted nor awaited, and a fault ends its turn.
func TestDeniedLeavesNothing(t *testing.T) {
	w := newWorld("a", "b")
	w.join("a", "n1")
	g := lonely(t, w)
	denied := attach("b", "n1")
	if got := verdict(t, g, denied); got != decision.Deny || g.Awaits(denied.Method, denied.Target) {
		t.Errorf("%s, awaited %v", got, g.Awaits(denied.Method, denied.Target))
	}
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	for range 3 {
		if out := g.Decide(gone, attach("b", "n2")); out.Verdict == decision.Allow {
			w.join("b", "n2")
		}
	}
	g.Ended("POST", "/v1.41/networks/nobody/connect")
	if got := verdict(t, g, attach("b", "n3")); got != decision.Allow {
		t.Errorf("after denials and faults: %s", got)
	}
}

// TestAuditNotesWhatItAdmits: in audit mode a denial is admitted, so the engine acts on it.
func TestAuditNotesWhatItAdmits(t *testing.T) {
	w := newWorld("a", "b")
	w.join("b", "n1")
	g := gate(t, source(t, alone), w.facts(), decision.Audit)
	if got := verdict(t, g, attach("a", "n1")); got != decision.Deny {
		t.Fatalf("first: %s", got)
	}
	out := g.Decide(t.Context(), attach("a", "n2"))
	if !slices.ContainsFunc(out.Violations, func(v bundle.Violation) bool { return v.Field == "set" }) {
		t.Errorf("got %+v, want the set to hold both", out.Violations)
	}
}

// TestTurnsEnd: a decision that hangs in the look-ups holds up nobody, and one that waits too long says so.
func TestTurnsEnd(t *testing.T) {
	policies := source(t, alone)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("a")
		f := w.facts()
		f.topology = func() (*view.Topology, error) {
			time.Sleep(1900 * time.Millisecond)
			return &view.Topology{Networks: []view.LiveNetwork{{ID: idOf("n1"), Name: "n1"}}}, nil
		}
		g := gate(t, policies, f, decision.Enforce)
		var group sync.WaitGroup
		began := time.Now()
		for i := range 50 {
			group.Go(func() { verdict(t, g, createIn(fmt.Sprint("c", i), "n1")) })
		}
		group.Wait()
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("took %v: look-ups waited for each other", took)
		}
	})
}

// TestManyAtOnce: a crowd of requests for networks of their own is decided well within a decision's deadline.
func TestManyAtOnce(t *testing.T) {
	const crowd = 240 / (slack * slack) // the race detector makes each some ten times slower
	w := newWorld()
	for i := range crowd {
		w.networks = append(w.networks, fmt.Sprint("own", i))
	}
	g := lonely(t, w)
	var group sync.WaitGroup
	began := time.Now()
	for i := range crowd {
		group.Go(func() {
			call := createIn(fmt.Sprint("c", i), fmt.Sprint("own", i))
			if got := verdict(t, g, call); got != decision.Allow {
				t.Errorf("create %d: %s", i, got)
			}
			g.Ended(call.Method, call.Target)
		})
	}
	group.Wait()
	if took := time.Since(began); took > slack*4*time.Second {
		t.Errorf("took %v", took)
	}
	t.Logf("%d in %v", crowd, time.Since(began))
}

// TestBound: what is under way is bounded, and beyond the bound there is no decision rather than one that is not noted.
func TestBound(t *testing.T) {
	if slack > 1 {
		t.Skip("thousands of decisions in one goroutine: nothing for the race detector")
	}
	g := lonely(t, newWorld())
	call := createIn("", "none")
	admitted := 0
	var out decision.Outcome
	for out = g.Decide(t.Context(), call); out.Verdict == decision.Allow && admitted < 5000; admitted++ {
		out = g.Decide(t.Context(), call)
	}
	if out.Verdict != decision.Fault || out.Fault.Code != decision.CodeBusy || admitted != 4096 {
		t.Errorf("after %d: %s %v, want a fault for being busy", admitted, out.Verdict, out.Fault)
	}
	for range admitted {
		g.Ended(call.Method, call.Target)
	}
	if got := verdict(t, g, call); got != decision.Allow {
		t.Errorf("once they have ended: %s", got)
	}
}
