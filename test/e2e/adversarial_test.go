//go:build e2e

package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/plugin/operation"
	"github.com/airlock-gate/airlock/test/adversarial"
	"github.com/airlock-gate/airlock/test/coverage"
	"github.com/airlock-gate/airlock/test/engine"
)

// Every request of the corpus meets its outcome on both engines, and those denied change nothing.
func TestAdversarial(t *testing.T) {
	denied, err := adversarial.Denied()
	if err != nil {
		t.Fatal(err)
	}
	admitted, err := adversarial.Admitted()
	if err != nil {
		t.Fatal(err)
	}
	var tally report
	stage := func(t *testing.T, g *guarded, stage adversarial.Stage, words adversarial.Words, shows func() string) {
		t.Run("denied", func(t *testing.T) {
			cases := adversarial.At(stage, denied)
			before := shows()
			began := time.Now()
			atOnce(cases, func(c adversarial.Case) {
				if met := meets(t, g, c, words); met != "" {
					tally.count(g.Version, stage, "denied:", met)
				}
			})
			t.Logf("%d requests in %v", len(cases), time.Since(began).Round(time.Millisecond))
			if after := shows(); after != before {
				t.Errorf("the engine changed from\n%s\nto\n%s", before, after)
			}
		})
		t.Run("admitted", func(t *testing.T) {
			records := g.gate.Log()
			asked := map[operation.Operation]int{}
			for _, c := range adversarial.At(stage, admitted) {
				if meets(t, g, c, words) == adversarial.Admit {
					tally.count(g.Version, stage, "admitted")
					if request, err := operation.Parse(c.Method(), c.Target(words)); err == nil {
						asked[request.Operation]++
					}
				}
			}
			// What counts is the gate's own record: an engine may refuse what nobody asked the gate about.
			new := strings.TrimPrefix(g.gate.Log(), records)
			for name, want := range asked {
				if got := allowed(new, name); got < want {
					t.Errorf("%s: the gate recorded %d admissions, want %d at least", name, got, want)
				}
			}
		})
	}
	each(t, func(t *testing.T, g *guarded) {
		shows := func() string { return state(t.Context(), t, g) }
		t.Run("opened", func(t *testing.T) {
			if r := airlock(t, g.Guarded, append([]string{"breakglass", "--for", "15m", "--reason", "a test"}, adversarial.Broken()...)...); r.Code != 0 {
				t.Fatalf("open: %s", r.Stderr)
			}
			defer func() {
				if r := airlock(t, g.Guarded, "breakglass", "--close"); r.Code != 0 {
					t.Errorf("close: %s", r.Stderr)
				}
			}()
			stage(t, g, adversarial.Opened, actors(t, g), shows)
		})
		t.Run("alone", func(t *testing.T) { stage(t, g, adversarial.Alone, actors(t, g), shows) })
	})
	for _, version := range engine.Versions() {
		t.Run(string(version)+"/cluster", func(t *testing.T) {
			c := assembleCluster(t.Context(), t, version)
			words := services(t, c)
			stage(t, c.guarded, adversarial.Cluster, words, func() string { return stored(t, c) })
			if t.Failed() {
				t.Logf("gate log:\n%s", c.gate.Tail())
			}
		})
	}
	root, err := engine.Root()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(root, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "bin", "adversarial-report.txt"), []byte(tally.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("requests by engine and outcome:\n%s", tally.String())
}

// Every endpoint has a treatment with its reason, and requests of the corpus that show it.
func TestEveryEndpointIsCovered(t *testing.T) {
	documents, err := coverage.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	table, err := coverage.Build(t.Context(), documents)
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Rows) < 100 {
		t.Fatalf("%d operations, want the whole API", len(table.Rows))
	}
	for _, gap := range table.Gaps() {
		t.Error(gap)
	}
}

// What the corpus calls denied, an engine without the gate does: else the corpus would show nothing.
func TestAdversarialUngated(t *testing.T) {
	denied, err := adversarial.Denied()
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, g *guarded) {
		words := actors(t, g)
		creates := slices.DeleteFunc(slices.Clone(denied), func(c adversarial.Case) bool {
			return c.Family != "denied/creates"
		})
		var done atomic.Int64
		ungated(t.Context(), t, g, func() {
			before := volumes(t, g)
			atOnce(creates, func(c adversarial.Case) {
				answer, err := engine.Send(t.Context(), g.Socket, c.Request(words))
				if err != nil {
					return // some bodies make an engine drop the connection
				}
				if answer.Status == 403 {
					t.Errorf("%s: 403 without a gate: %s", c.Name(), answer.Body)
				}
				if made := identityOf(answer.Body); answer.Status == 201 && made != "" {
					done.Add(1)
					remove(t.Context(), t, g, made)
				}
			})
			for name := range volumes(t, g) {
				if before[name] {
					continue
				}
				if status, answer, err := g.Call(t.Context(), "DELETE", "/v1.41/volumes/"+name+"?force=1", nil); err != nil || status != 204 {
					t.Errorf("remove volume: %d %s %v", status, answer, err)
				}
			}
		})
		if done.Load() < 100 {
			t.Errorf("without the gate the engine made %d containers of %d denied creates, want 100 at least", done.Load(), len(creates))
		}
		t.Logf("without the gate the engine carries out %d of %d denied creates", done.Load(), len(creates))
		shared.report.count(g.Version, "adversarial creates an engine without the gate carries out:", done.Load(), "of", len(creates))
	})
}

// services makes the services the corpus refers to beside the gate, and returns the words for them.
func services(t *testing.T, c *cluster) adversarial.Words {
	t.Helper()
	words := adversarial.Words{
		"v": api(c.guarded), "worker": shared.worker, "foreign": shared.foreign, "tagged": shared.tagged(),
		"secret": c.secret, "config": c.config,
	}
	agent := adversarial.Case{Body: adversarial.ConformingService}.Filled(words)
	proxy, body := c.conforming("proxy"), object{}
	all(spec("Image", shared.proxy), spec("Secrets", nil), spec("Configs", nil))(proxy)
	if err := json.Unmarshal([]byte(agent), &body); err != nil {
		t.Fatal(err)
	}
	ungated(t.Context(), t, c.guarded, func() { // no service of the oldest engine conforms
		for _, body := range []object{body, proxy} {
			admitted(t.Context(), t, c.guarded, fmt.Sprint(body["Name"]), "POST", "/services/create", body)
		}
	})
	words["spec"] = agent
	var live struct{ Version struct{ Index int } }
	status, answer, err := c.Get(t.Context(), "/v1.41/services/agent")
	if err != nil || status != 200 || json.Unmarshal(answer, &live) != nil {
		t.Fatalf("service: %d %s %v", status, answer, err)
	}
	words["index"] = fmt.Sprint(live.Version.Index)
	return words
}

// stored returns what a swarm stores that a request may change.
func stored(t *testing.T, c *cluster) string {
	t.Helper()
	var lists strings.Builder
	for _, list := range []string{"services", "secrets"} {
		status, answer, err := c.Get(t.Context(), "/v1.41/"+list)
		if err != nil || status != 200 {
			t.Fatalf("list %s: %d %s %v", list, status, answer, err)
		}
		var found []struct {
			ID      string
			Version struct{ Index int }
		}
		if err := json.Unmarshal(answer, &found); err != nil {
			t.Fatal(err)
		}
		for _, one := range found {
			fmt.Fprintln(&lists, list, one.ID, one.Version.Index)
		}
	}
	return lists.String()
}

// atOnce does something for every case, several at a time.
func atOnce(cases []adversarial.Case, do func(adversarial.Case)) {
	var group sync.WaitGroup
	slots := make(chan struct{}, 8)
	for _, c := range cases {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			do(c)
		})
	}
	group.Wait()
}

// volumes returns the names of the volumes an engine has.
func volumes(t *testing.T, g *guarded) map[string]bool {
	t.Helper()
	status, answer, err := g.Get(t.Context(), "/v1.41/volumes")
	var list struct{ Volumes []struct{ Name string } }
	if err != nil || status != 200 || json.Unmarshal(answer, &list) != nil {
		t.Fatalf("volumes: %d %s %v", status, answer, err)
	}
	names := map[string]bool{}
	for _, v := range list.Volumes {
		names[v.Name] = true
	}
	return names
}

// actors makes what the corpus refers to, and returns the words for it.
func actors(t *testing.T, g *guarded) adversarial.Words {
	t.Helper()
	ctx := t.Context()
	_, digest, _ := strings.Cut(shared.worker, "@")
	words := adversarial.Words{
		"v": api(g), "registry": shared.registry.Host, "digest": digest, "tagged": shared.tagged(), "gate": g.gate.Name,
		"worker": shared.worker, "root": shared.root, "volumes": shared.volumes, "foreign": shared.foreign,
		"edge": shared.healthy, "proxy": shared.proxy,
		"agents": identity(ctx, t, g, "agents"), "egress": identity(ctx, t, g, "egress"),
	}
	var made []string
	t.Cleanup(func() { // past the gate, which protects some; the corpus may have removed others
		ctx := context.WithoutCancel(ctx)
		ungated(ctx, t, g, func() {
			for _, id := range made {
				status, body, err := g.Call(ctx, "DELETE", "/v1.41/containers/"+id+"?force=1", nil)
				if err != nil || status != 204 && status != 404 {
					t.Errorf("remove %s: %d %s %v", id, status, body, err)
				}
			}
		})
	})
	for name, body := range map[string]object{
		"id": in(shared.worker, "agents", unforwarded), "running": in(shared.worker, "agents", unforwarded),
		"member": in(shared.worker, "agents", unforwarded), "spare": in(shared.worker, "agents", unforwarded), "exit": in(shared.proxy, "agents", unforwarded),
	} {
		id := created(ctx, t, g, "", body)
		made = append(made, id)
		words[name] = id
	}
	for _, name := range []string{"running", "exit"} {
		admitted(ctx, t, g, name, "POST", "/containers/"+words[name]+"/start", nil)
	}
	exec := func(name string, body object) {
		words[name] = admitted(ctx, t, g, name, "POST", "/containers/"+words["running"]+"/exec", body)
	}
	exec("exec", object{"Cmd": []any{"/helper", "status"}})
	ungated(ctx, t, g, func() {
		exec("rogue", object{"Cmd": []any{"/helper", "exit", "0"}, "Privileged": true, "User": "0:0"})
	})
	return words
}

// meets sends a request and returns what came of it, "" when that is not what was to come.
func meets(t *testing.T, g *guarded, c adversarial.Case, words adversarial.Words) string {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	want := c.Expects(string(g.Version))
	answer, err := engine.Send(ctx, g.Socket, c.Request(words))
	if err != nil {
		t.Errorf("%s: %v", c.Name(), err)
		return ""
	}
	message := answer.Message()
	spoke := strings.Contains(message, g.gate.Name) // a denial and a fault of the gate carry its name
	switch {
	case want == adversarial.Admit:
		if made := identityOf(answer.Body); answer.Status == 201 && strings.Contains(c.Line, "/containers/create") {
			remove(t.Context(), t, g, made)
		}
		if spoke || answer.Status == 403 || answer.Status >= 500 && strings.Contains(message, "plugin") {
			t.Errorf("%s: status %d, want it admitted: %.2000s", c.Name(), answer.Status, message)
			return ""
		}
	case want == adversarial.Engine:
		if spoke || answer.Status < 300 {
			t.Errorf("%s: status %d, want the engine to refuse it before it asks: %.2000s", c.Name(), answer.Status, message)
			return ""
		}
		return "the engine, before it asks"
	case answer.Status == 403 && c.Method() == "HEAD": // an answer without a body cannot name the rule
	case answer.Status != 403 || !spoke:
		t.Errorf("%s: status %d, want 403 by %s: %.500s", c.Name(), answer.Status, want, message)
		return ""
	default:
		if got := broken(t, message); !slices.Contains(got, want) {
			t.Errorf("%s: denied by %v, want %s", c.Name(), got, want)
			return ""
		}
	}
	return want
}

// allowed counts the records that admit an operation.
func allowed(records string, name operation.Operation) int {
	n := 0
	for line := range strings.Lines(records) {
		var record struct{ Operation, Decision, Verdict string }
		if json.Unmarshal([]byte(line), &record) == nil && record.Operation == string(name) &&
			(record.Decision == "allow" || record.Verdict == "allow") {
			n++
		}
	}
	return n
}

// identityOf returns the ID in an answer, "" without one.
func identityOf(answer []byte) string {
	var made struct{ ID string }
	if json.Unmarshal(answer, &made) != nil {
		return ""
	}
	return made.ID
}
