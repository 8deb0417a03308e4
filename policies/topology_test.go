package policies_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/plugin/view"
)

// The networks of a generated topology, by what they are: each kind has the ID prefix no other has.
const (
	airgapNet = iota
	egressNet
	segmentNet
	weakNet
	netKinds
)

// world is a generated topology, and the container a request is about, as a plain search sees them.
type world struct {
	networks []view.LiveNetwork
	kinds    map[string]int // by ID
	members  []view.Member
	subject  string   // image of the site
	self     string   // ID of the subject, when it is among the members
	joined   []string // IDs the subject will be in
}

// isExit tells the one image of the example site that is an exit.
func isExit(repository string) bool { return repository == "registry.internal/openclaw/llm-proxy" }

func generate(r *rand.Rand, templates map[int]view.LiveNetwork) world {
	w := world{kinds: map[string]int{}, members: []view.Member{}}
	for i := range 2 + r.IntN(7) {
		kind := airgapNet
		if r.IntN(3) == 0 {
			kind = r.IntN(netKinds)
		}
		n := templates[kind]
		n.ID = fmt.Sprintf("%064x", 0xfeed000+i)
		if kind == airgapNet || kind == weakNet {
			n.Name = fmt.Sprintf("net-%d", i)
		}
		w.networks = append(w.networks, n)
		w.kinds[n.ID] = kind
	}
	images := []string{"worker", "worker", "monitor", "llm-proxy", "collector", "tool"}
	for i := range r.IntN(8) {
		m := view.Member{
			ID: fmt.Sprintf("c%d", i), Name: fmt.Sprintf("member-%d", i), Running: r.IntN(2) == 0, Mode: "network",
			Repository: "registry.internal/openclaw/" + images[r.IntN(len(images))],
			Networks:   w.some(r, r.IntN(4)),
		}
		switch r.IntN(12) {
		case 0:
			m.Mode = "host"
		case 1:
			m.Repository = ""
		case 2:
			m.Networks = append(m.Networks, "gone")
		}
		w.members = append(w.members, m)
	}
	w.subject = images[r.IntN(len(images))]
	w.joined = w.some(r, 1+r.IntN(3))
	if len(w.members) > 0 && r.IntN(2) == 0 {
		w.self = w.members[r.IntN(len(w.members))].ID
	}
	return w
}

// some picks networks without repetition.
func (w *world) some(r *rand.Rand, count int) []string {
	ids := slices.Sorted(maps.Keys(w.kinds))
	r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	ids = ids[:min(count, len(ids))]
	slices.Sort(ids)
	return ids
}

// home is the kind of network the subject's own side consists of.
func (w *world) home() int {
	if w.subject == "collector" {
		return segmentNet
	}
	return airgapNet
}

// wayOut searches the graph breadth first, one container at a time, with no more cleverness than that: from each of the
// subject's networks on its own side, through every other container but exits.
func (w *world) wayOut() bool {
	var queue []string
	for _, id := range w.joined {
		if w.kinds[id] == w.home() {
			queue = append(queue, id)
		}
	}
	seen := map[string]bool{}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		if kind, live := w.kinds[at]; !live || kind != w.home() {
			return true
		}
		for _, m := range w.members {
			if m.ID == w.self || isExit(m.Repository) || !slices.Contains(m.Networks, at) {
				continue
			}
			if m.Mode == "host" {
				return true
			}
			queue = append(queue, m.Networks...)
		}
	}
	return false
}

// leaks is the promise itself, on the whole graph after the request: whether networks the subject is in are joined,
// without an exit in between, to an airgap network and to one that is none. What lies on the far side of an exit is not
// the exit's doing.
func (w *world) leaks() bool {
	after := []view.Member{{ID: "subject", Repository: "registry.internal/openclaw/" + w.subject, Networks: w.joined}}
	for _, m := range w.members {
		if m.ID != w.self {
			after = append(after, m)
		}
	}
	reach := func(from string) map[string]bool {
		seen := map[string]bool{from: true}
		for grown := true; grown; {
			grown = false
			for _, m := range after {
				if isExit(m.Repository) || !slices.ContainsFunc(m.Networks, func(id string) bool { return seen[id] }) {
					continue
				}
				for _, id := range m.Networks {
					grown = grown || !seen[id]
					seen[id] = true
				}
			}
		}
		return seen
	}
	for _, id := range w.joined {
		if isExit(after[0].Repository) && w.kinds[id] != airgapNet {
			continue
		}
		reached := reach(id)
		airgap, other := false, false
		for at := range reached {
			kind, live := w.kinds[at]
			airgap = airgap || live && kind == airgapNet
			other = other || !live || kind != airgapNet
		}
		if airgap && other {
			return true
		}
	}
	return false
}

// input writes the request of the world's subject over an admitted one.
func (w *world) input(tb testing.TB, example any) map[string]any {
	tb.Helper()
	document := plain(tb, example).(map[string]any)
	container := document["container"].(map[string]any)
	container["id"] = w.self
	container["image"].(map[string]any)["repository"] = "registry.internal/openclaw/" + w.subject
	container["privileges"].(map[string]any)["sysctls"] = map[string]any{"net.ipv4.ip_forward": "0"}
	network := container["network"].(map[string]any)
	var attached []view.Attachment
	var endpoints []view.Endpoint
	for _, id := range w.joined {
		n := w.networks[slices.IndexFunc(w.networks, func(n view.LiveNetwork) bool { return n.ID == id })]
		attached = append(attached, view.Attachment{Field: "x", Reference: n.ID, Matches: 1, Network: n})
		endpoints = append(endpoints, view.Endpoint{
			Network: n.ID, Aliases: []string{}, Links: []string{}, Addresses: []string{}, DriverOpts: []string{},
		})
	}
	network["name"] = w.joined[0]
	network["attached"] = plain(tb, attached)
	network["endpoints"] = plain(tb, endpoints)
	document["topology"] = plain(tb, view.Topology{Networks: w.networks, Containers: w.members})
	return document
}

func plain(tb testing.TB, value any) any {
	tb.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		tb.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		tb.Fatal(err)
	}
	return out
}

// TestExitPathIsAGraphSearch compares the rule with a plain search, and what the whole policy admits with the promise.
func TestExitPathIsAGraphSearch(t *testing.T) {
	e := prepare(t)
	given := examples(t)
	templates := map[int]view.LiveNetwork{}
	for kind, name := range map[int]string{airgapNet: "agents", egressNet: "egress", segmentNet: "ops", weakNet: "weak"} {
		topology := given["create"].(map[string]any)["topology"].(map[string]any)
		for _, n := range topology["networks"].([]any) {
			if n.(map[string]any)["name"] != name {
				continue
			}
			text, err := json.Marshal(n)
			if err != nil {
				t.Fatal(err)
			}
			var live view.LiveNetwork
			if err := json.Unmarshal(text, &live); err != nil {
				t.Fatal(err)
			}
			templates[kind] = live
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	count := map[string]int{}
	for i := range 1500 {
		w := generate(r, templates)
		decision := e.evaluate(t, w.input(t, given["create"]))
		fired, airgap := false, false
		for _, v := range decision["violations"].([]any) {
			rule := v.(map[string]any)["rule"].(string)
			fired = fired || rule == "airgap/exit-path"
			airgap = airgap || strings.HasPrefix(rule, "airgap/")
			if rule != "airgap/exit-path" && rule != "airgap/network-class" && rule != "airgap/network-set" &&
				rule != "airgap/dns" && rule != "hardening/sysctls" {
				t.Fatalf("world %d: %v", i, v)
			}
		}
		if want := w.wayOut(); fired != want {
			t.Fatalf("world %d: exit-path reports %v, a plain search %v:\n%+v\n%v", i, fired, want, w, decision)
		}
		if decision["allow"] == true && w.leaks() {
			t.Fatalf("world %d: admitted, and leaks:\n%+v", i, w)
		}
		switch {
		case fired:
			count["way out"]++
		case airgap:
			count["denied"]++
		default:
			count["admitted"]++
		}
	}
	t.Log(count)
	for _, verdict := range []string{"way out", "denied", "admitted"} {
		if count[verdict] < 100 {
			t.Errorf("%s: %d of 1500 worlds, too few to tell anything", verdict, count[verdict])
		}
	}
}
