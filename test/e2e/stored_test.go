//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/test/engine"
)

// storedDiffers lists cases whose stored form the rule admits or cannot see, with the reason.
var storedDiffers = map[string]string{
	"image/platform/another":          "the parameter is not stored; the image it chose is judged by its own rules",
	"hardening/cgroup-namespace/host": "on cgroup v1 it is also the engine's default, and stored they look the same",
	"hardening/block-io/weight":       "an engine whose kernel has no weights stores none",
	"airgap/endpoints/redirected":     "the engine ignores an id given with the network none",
	"airgap/endpoints/static address": "the engine refuses an address on the network none by itself",
}

// notStored lists rules, and cases of rules, about fields that the oldest engine does not know, and so never stores.
var notStored = map[string]bool{"hardening/annotations": true, "secrets/files/made where missing": true}

// Containers made before the gate was there: whatever the engine accepted then is judged again at start and restart.
func TestStored(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		if err := g.disable(ctx); err != nil {
			t.Fatal(err)
		}
		type stored struct{ id, rule, name string }
		var found []stored
		refused := 0
		for rule, cases := range creates(shared) {
			for _, c := range cases.deny {
				body := shared.conforming()
				if c.edit != nil {
					c.edit(body)
				}
				status, answer, err := g.Call(ctx, "POST", api(g)+"/containers/create"+c.query, body)
				if err != nil {
					t.Fatal(err)
				}
				var made struct{ ID string }
				if status != 201 || json.Unmarshal(answer, &made) != nil {
					refused++ // the engine itself does not take it
					continue
				}
				found = append(found, stored{made.ID, rule, c.name})
			}
		}
		good := created(ctx, t, g, "", shared.conforming())
		paused := map[string]string{"good": "", "bad": ""}
		for which := range paused {
			body := shared.conforming()
			if which == "bad" {
				host("ReadonlyRootfs", false)(body)
			}
			id := created(ctx, t, g, "", body)
			for _, step := range []string{"start", "pause"} {
				if status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/"+id+"/"+step, nil); err != nil || status != 204 {
					t.Fatalf("%s ungated: %d %s %v", step, status, answer, err)
				}
			}
			paused[which] = id
		}
		if err := g.enable(ctx); err != nil {
			t.Fatal(err)
		}
		if len(found) < 40 {
			t.Errorf("only %d stored cases (%d not taken by the engine)", len(found), refused)
		}
		for _, s := range found {
			if storedDiffers[s.rule+"/"+s.name] != "" || (notStored[s.rule] || notStored[s.rule+"/"+s.name]) && g.Version == engine.Oldest {
				continue
			}
			for _, verb := range []string{"start", "restart"} {
				status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/"+s.id+"/"+verb, nil)
				if err != nil {
					t.Fatal(err)
				}
				if status != 403 {
					t.Errorf("%s of stored %s (%s): status %d, want 403: %s", verb, s.rule, s.name, status, answer)
					continue
				}
				if got := broken(t, text(answer)); !slices.Contains(got, s.rule) {
					t.Errorf("%s of stored %s (%s): denied by %v", verb, s.rule, s.name, got)
					continue
				}
				shared.report.count(g.Version, "stored", verb, "denied by", s.rule)
			}
		}
		for _, verb := range []string{"start", "restart"} {
			if status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/"+good+"/"+verb+"?t=0", nil); err != nil || status != 204 {
				if verb == "start" { // start takes no t; restart does, to be quick
					status, answer, err = g.Call(ctx, "POST", "/v1.41/containers/"+good+"/start", nil)
				}
				if err != nil || status != 204 {
					t.Errorf("%s of a stored conforming container: %d %s %v", verb, status, answer, err)
				}
			}
		}
		if status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/"+paused["bad"]+"/unpause", nil); err != nil || status != 403 {
			t.Errorf("unpause of a bad container: %d %s %v", status, answer, err)
		}
		if status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/"+paused["good"]+"/unpause", nil); err != nil || status != 204 {
			t.Errorf("unpause of a good container: %d %s %v", status, answer, err)
		}
		if err := g.disable(ctx); err != nil { // a paused bad one can only be removed by force
			t.Fatal(err)
		}
		for _, s := range found {
			remove(ctx, t, g, s.id)
		}
		for _, id := range []string{good, paused["good"], paused["bad"]} {
			remove(ctx, t, g, id)
		}
		if err := g.enable(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

// What root changes on disk while the engine is down is judged as it is when it starts.
func TestEditedStore(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		id := created(ctx, t, g, "", shared.conforming())
		path := g.Data("containers", id, "hostconfig.json")
		edit := func(from, to string) {
			g.Suspend()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			edited := bytes.Replace(text, []byte(from), []byte(to), 1)
			if bytes.Equal(text, edited) {
				t.Fatalf("%s not in %s", from, text)
			}
			if err := os.WriteFile(path, edited, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := g.Resume(ctx, g.gate.Name); err != nil {
				t.Fatal(err)
			}
		}
		edit(`"Privileged":false`, `"Privileged":true`)
		status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/"+id+"/start", nil)
		if err != nil || status != 403 || !slices.Contains(broken(t, text(answer)), "hardening/privileged") {
			t.Errorf("start of the edited container: %d %s %v", status, answer, err)
		}
		edit(`"Privileged":true`, `"Privileged":false`)
		if status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/"+id+"/start", nil); err != nil || status != 204 {
			t.Errorf("start of the mended container: %d %s %v", status, answer, err)
		}
		remove(ctx, t, g, id)
		shared.report.count(g.Version, "store edited on disk denied and mended admitted")
	})
}

// A tag that moved after create: what would start is not what the name says now.
func TestStoredImage(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		if err := g.disable(ctx); err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(shared.worker, "@")
		tag := func(image string) {
			target := "/v1.41/images/" + image + "/tag?repo=" + url.QueryEscape(name) + "&tag=moved"
			if status, answer, err := g.Call(ctx, "POST", target, nil); err != nil || status != 201 {
				t.Fatalf("tag: %d %s %v", status, answer, err)
			}
		}
		tag(shared.worker)
		body := shared.conforming()
		body["Image"] = name + ":moved"
		id := created(ctx, t, g, "", body)
		tag(shared.root)
		if err := g.enable(ctx); err != nil {
			t.Fatal(err)
		}
		status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/"+id+"/start", nil)
		if err != nil || status != 403 || !slices.Contains(broken(t, text(answer)), "image/identity") {
			t.Errorf("start after the tag moved: %d %s %v", status, answer, err)
		}
		remove(ctx, t, g, id)
		shared.report.count(g.Version, "moved tag denied by image/identity")
	})
}
