//go:build e2e

package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/airlock-gate/airlock/test/engine"
	"github.com/airlock-gate/airlock/test/producer"
)

// push pushes an image of its own, so that no other test's evidence is about it.
func push(ctx context.Context, t *testing.T, host, name string) string {
	t.Helper()
	reference, err := engine.PushImage(ctx, host+"/openclaw/"+name, engine.Image{Env: []string{"MADE=" + time.Now().Format(time.RFC3339Nano)}})
	if err != nil {
		t.Fatal(err)
	}
	return reference
}

// must ends the test on an error of its own doing.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// admission tries to create a container of an image and returns the rules that deny it. The engine's own 404 for an
// image it has not pulled counts as admitted.
func admission(ctx context.Context, t *testing.T, g *guarded, image string) []string {
	t.Helper()
	body := shared.conforming()
	body["Image"] = image
	status, answer, err := g.Call(ctx, "POST", api(g)+"/containers/create", body)
	must(t, err)
	if status == 201 {
		var made struct{ ID string }
		must(t, json.Unmarshal(answer, &made))
		remove(ctx, t, g, made.ID)
		return nil
	}
	if status == 404 {
		return nil
	}
	if status != 403 {
		t.Fatalf("%s: %d %s", image, status, answer)
	}
	return broken(t, text(answer))
}

// decided compares the rules that deny an image with those that should.
func decided(ctx context.Context, t *testing.T, g *guarded, what, image string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := admission(ctx, t, g, image); !slices.Equal(got, want) {
		t.Errorf("%s: denied by %v, want %v", what, got, want)
	}
	shared.report.count(g.Version, "evidence:", what)
}

// TestEvidence decides about images with each kind of evidence there is, and lets the conforming one run.
func TestEvidence(t *testing.T) {
	ctx, host := t.Context(), shared.registry.Host
	stranger, err := producer.NewPipeline()
	must(t, err)
	p, now := shared.pipeline, time.Now()
	bad := producer.Vulnerability{ID: "CVE-2024-3094", Severity: "CRITICAL", Package: "liblzma5", Fixed: "5.6.1+really5.4.5"}
	images := map[string]string{}
	for name, with := range map[string]func(image string){
		"conforming":             func(image string) { must(t, p.Publish(ctx, image)) },
		"unsigned":               func(image string) { must(t, p.Attest(ctx, image, now)) },
		"signed-by-another-key":  func(image string) { must(t, stranger.Sign(ctx, image)); must(t, p.Attest(ctx, image, now)) },
		"signed-unscanned":       func(image string) { must(t, p.Sign(ctx, image)) },
		"scanned-by-another-key": func(image string) { must(t, p.Sign(ctx, image)); must(t, stranger.Attest(ctx, image, now)) },
		"scanned-bad":            func(image string) { must(t, p.Sign(ctx, image)); must(t, p.Attest(ctx, image, now, bad)) },
		"scanned-stale": func(image string) {
			must(t, p.Sign(ctx, image))
			must(t, p.Attest(ctx, image, now.Add(-200*time.Hour)))
		},
		"scanned-in-the-future": func(image string) { must(t, p.Sign(ctx, image)); must(t, p.Attest(ctx, image, now.Add(time.Hour))) },
		"older-clean-newer-bad": func(image string) {
			must(t, p.Sign(ctx, image))
			must(t, p.Attest(ctx, image, now.Add(-time.Hour)))
			must(t, p.Attest(ctx, image, now, bad))
		},
		"older-bad-newer-clean": func(image string) {
			must(t, p.Publish(ctx, image))
			must(t, p.Attest(ctx, image, now.Add(-time.Hour), bad))
		},
	} {
		images[name] = push(ctx, t, host, "worker")
		with(images[name])
	}
	// Evidence of one image under another.
	images["nothing-of-its-own"] = push(ctx, t, host, "worker")
	want := map[string][]string{
		"conforming": nil, "older-bad-newer-clean": nil,
		"unsigned": {"image/signature"}, "signed-by-another-key": {"image/signature"},
		"signed-unscanned": {"image/scan"}, "scanned-by-another-key": {"image/scan"}, "scanned-stale": {"image/scan"},
		"scanned-in-the-future": {"image/scan"},
		"scanned-bad":           {"image/vulnerabilities"}, "older-clean-newer-bad": {"image/vulnerabilities"},
		"nothing-of-its-own": {"image/signature", "image/scan"},
	}
	each(t, func(t *testing.T, g *guarded) {
		for name, image := range images {
			decided(ctx, t, g, name, image, want[name]...)
		}
		pull := func(image string) engine.Result {
			r, err := g.Docker(ctx, "pull", "--quiet", image)
			must(t, err)
			return r
		}
		if r := pull(images["unsigned"]); r.Code == 0 || !strings.Contains(r.Stderr, "image/signature") {
			t.Errorf("an unsigned image is pulled: %+v", r)
		}
		if r := pull(images["conforming"]); r.Code != 0 {
			t.Fatalf("the conforming image is not pulled: %s", r.Stderr)
		}
		body := shared.conforming()
		body["Image"] = images["conforming"]
		id := created(ctx, t, g, "", body)
		defer remove(ctx, t, g, id)
		if status, answer, err := g.Call(ctx, "POST", api(g)+"/containers/"+id+"/start", nil); err != nil || status != 204 {
			t.Errorf("the conforming image does not run: %d %s %v", status, answer, err)
		}
	})
}

// TestEvidenceOfAnIndex: the signature is the index's own, the scan may be the platform's.
func TestEvidenceOfAnIndex(t *testing.T) {
	ctx, host := t.Context(), shared.registry.Host
	repo, err := producer.Open(host + "/openclaw/worker")
	must(t, err)
	index := func(other string) (reference, child string) {
		child = push(ctx, t, host, "worker")
		_, pin, _ := strings.Cut(child, "@")
		described, err := repo.Remote().Resolve(ctx, pin)
		must(t, err)
		foreign, err := repo.Image(ctx, other)
		must(t, err)
		made, err := repo.Index(ctx, map[string]ocispec.Descriptor{"linux/amd64": described, "linux/s390x": foreign})
		must(t, err)
		return host + "/openclaw/worker@" + made.Digest.String(), child
	}
	signed, scanned := index("signed index, scanned platform")
	must(t, shared.pipeline.Sign(ctx, signed))
	must(t, shared.pipeline.Attest(ctx, scanned, time.Now()))
	unsigned, published := index("signed platform only")
	must(t, shared.pipeline.Publish(ctx, published))
	each(t, func(t *testing.T, g *guarded) {
		decided(ctx, t, g, "index-signed", signed)
		decided(ctx, t, g, "platform-signed", unsigned, "image/signature")
	})
}

// TestForgedNames: names the engine's store was made to show give no evidence, and the content is held to the digest.
func TestForgedNames(t *testing.T) {
	ctx, host := t.Context(), shared.registry.Host
	good := push(ctx, t, host, "worker")
	must(t, shared.pipeline.Publish(ctx, good))
	evil, err := engine.PushImage(ctx, host+"/elsewhere/evil", engine.Image{Env: []string{"EVIL=1"}})
	must(t, err)
	each(t, func(t *testing.T, g *guarded) {
		// What somebody did beside the gate, or before it came.
		must(t, g.disable(ctx))
		docker := func(args ...string) engine.Result {
			r, err := g.Docker(ctx, args...)
			must(t, err)
			return r
		}
		for _, args := range [][]string{{"pull", evil}, {"pull", good}, {"tag", evil, host + "/openclaw/worker:9"}} {
			if r := docker(args...); r.Code != 0 {
				t.Fatalf("docker %v: %s", args, r.Stderr)
			}
		}
		archive := filepath.Join(t.TempDir(), "image.tar")
		if r := docker("save", "--output", archive, host+"/openclaw/worker:9"); r.Code != 0 {
			t.Fatalf("docker save: %s", r.Stderr)
		}
		docker("rmi", host+"/openclaw/worker:9")
		if r := docker("load", "--input", archive); r.Code != 0 {
			t.Fatalf("docker load: %s", r.Stderr)
		}
		must(t, g.enable(ctx))
		_, digest, _ := strings.Cut(evil, "@")
		decided(ctx, t, g, "retagged, by tag", host+"/openclaw/worker:9", "image/digest", "image/signature", "image/scan")
		decided(ctx, t, g, "forged RepoDigests", host+"/openclaw/worker@"+digest, "image/signature", "image/scan")
		decided(ctx, t, g, "the genuine one", good)
	})
}

// TestForgedContent: a store that was edited to keep other content under the digest that was signed. Only a store of
// named images can be: the newest engine's own finds content by its digest, so it is told to keep the older kind.
func TestForgedContent(t *testing.T) {
	ctx, host := t.Context(), shared.registry.Host
	good, evil := push(ctx, t, host, "worker"), push(ctx, t, host, "worker")
	must(t, shared.pipeline.Publish(ctx, good))
	settings := map[engine.Version]map[string]any{
		engine.Newest: {"features": map[string]any{"containerd-snapshotter": false}},
	}
	for _, version := range engine.Versions() {
		t.Run(string(version), func(t *testing.T) {
			own, err := engine.Guard(ctx, version, "e2e-content", []string{good, evil}, engine.Options{Settings: settings[version]},
				engine.GateOptions{Program: shared.program, Site: shared.site})
			must(t, err)
			g := &guarded{Guarded: own, gate: own.Gate}
			defer g.stop()
			content := func(image string) string { return docker(ctx, t, g, "inspect", "--format", "{{.Id}}", image) }
			genuine, forged := content(good), content(evil)
			keep := func(from, to string) {
				t.Helper()
				g.Suspend()
				path := g.Data("image", "overlay2", "repositories.json")
				text, err := os.ReadFile(path)
				must(t, err)
				edited := strings.Replace(string(text), fmt.Sprintf("%q:%q", good, from), fmt.Sprintf("%q:%q", good, to), 1)
				if edited == string(text) {
					t.Fatalf("%s is not kept as %s in %s", good, from, text)
				}
				must(t, os.WriteFile(path, []byte(edited), 0o600))
				must(t, g.Resume(ctx, g.gate.Name))
			}
			decided(ctx, t, g, "what was signed", good)
			keep(genuine, forged)
			// The gate remembers what it saw under a digest, and so admits a create; a start looks at what was made.
			body := shared.conforming()
			body["Image"] = good
			id := created(ctx, t, g, "", body)
			status, answer, err := g.Call(ctx, "POST", api(g)+"/containers/"+id+"/start", nil)
			if err != nil || status != 403 || !slices.Contains(broken(t, text(answer)), "image/identity") {
				t.Errorf("start of other content than was signed: %d %s %v", status, answer, err)
			}
			renew := func() {
				t.Helper()
				g.gate.Terminate()
				must(t, g.gate.Restart(ctx))
			}
			renew()
			decided(ctx, t, g, "other content under its digest", good, "image/content")
			if status, answer, err := g.Call(ctx, "POST", api(g)+"/containers/"+id+"/start", nil); err != nil || status != 403 ||
				!slices.Contains(broken(t, text(answer)), "image/content") {
				t.Errorf("start of other content than was signed, by a gate that saw nothing else: %d %s %v", status, answer, err)
			}
			keep(forged, genuine)
			renew()
			decided(ctx, t, g, "what was signed again", good)
		})
	}
}

// TestEvidenceAtStart: a container is held to the evidence of now when it starts, and audit tells of those that run.
func TestEvidenceAtStart(t *testing.T) {
	ctx := t.Context()
	bad := producer.Vulnerability{ID: "CVE-2024-3094", Severity: "CRITICAL", Package: "liblzma5", Fixed: "5.4.5"}
	for _, version := range engine.Versions() {
		t.Run(string(version), func(t *testing.T) {
			g, err := shared.guard(ctx, version, "evidence", "--evidence-dir", "", "--evidence-max-stale", "1s")
			must(t, err)
			defer g.stop()
			image := push(ctx, t, shared.registry.Host, "worker")
			must(t, shared.pipeline.Publish(ctx, image))
			if r, err := g.Docker(ctx, "pull", "--quiet", image); err != nil || r.Code != 0 {
				t.Fatalf("pull: %v %s", err, r.Stderr)
			}
			body := shared.conforming()
			body["Image"] = image
			first, second := created(ctx, t, g, "", body), created(ctx, t, g, "", body)
			start := func(id string) (int, string) {
				status, answer, err := g.Call(ctx, "POST", api(g)+"/containers/"+id+"/start", nil)
				must(t, err)
				return status, string(answer)
			}
			if status, answer := start(first); status != 204 {
				t.Fatalf("start: %d %s", status, answer)
			}
			audit := func() string {
				site := filepath.Join(t.TempDir(), "site.yaml")
				must(t, os.WriteFile(site, []byte(shared.site), 0o600))
				out, _ := exec.CommandContext(ctx, shared.program, "audit", "--site", site, "--engine", g.URL(),
					"--evidence-dir", "", "--json").Output() // exit code 1 tells of violations
				return string(out)
			}
			if found := audit(); !json.Valid([]byte(found)) || strings.Contains(found, "image/vulnerabilities") {
				t.Errorf("audit before: %s", found)
			}
			must(t, shared.pipeline.Attest(ctx, image, time.Now(), bad))
			time.Sleep(1100 * time.Millisecond)
			if status, answer := start(second); status != 403 || !strings.Contains(answer, "image/vulnerabilities") {
				t.Errorf("start with a newer scan: %d %s", status, answer)
			}
			if found := audit(); !strings.Contains(found, "image/vulnerabilities") {
				t.Errorf("audit does not tell of the running container: %s", found)
			}
			shared.report.count(version, "evidence: at start, and in an audit")
		})
	}
}

// TestRegistryStops: what is known stays admitted while the registry is down, also over a restart of the gate, up to its
// age; what is not known is denied at once, and told why.
func TestRegistryStops(t *testing.T) {
	ctx := t.Context()
	for _, version := range engine.Versions() {
		t.Run(string(version), func(t *testing.T) {
			registry, err := engine.StartRegistry(ctx)
			must(t, err)
			defer registry.Stop()
			known, unknown := push(ctx, t, registry.Host, "worker"), push(ctx, t, registry.Host, "worker")
			must(t, shared.pipeline.Publish(ctx, known))
			must(t, shared.pipeline.Publish(ctx, unknown))
			trust, err := shared.pipeline.Site(t.TempDir())
			must(t, err)
			o := engine.GateOptions{Program: shared.program, Site: fmt.Sprintf("registries: [%q]\n%s", registry.Host+"/openclaw", trust),
				Args: []string{"--evidence-dir", filepath.Join(t.TempDir(), "evidence"), "--evidence-max-stale", "15s"}}
			own, err := engine.Guard(ctx, version, "e2e-registry", nil, engine.Options{}, o)
			must(t, err)
			g := &guarded{Guarded: own, gate: own.Gate}
			defer g.stop()
			decided(ctx, t, g, "registry up", known)
			asked := time.Now()
			registry.Stop()
			decided(ctx, t, g, "registry down, known", known)
			began := time.Now()
			decided(ctx, t, g, "registry down, unknown", unknown, "image/signature", "image/scan")
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("the denial took %v", took)
			}
			g.gate.Terminate()
			must(t, g.gate.Restart(ctx))
			decided(ctx, t, g, "registry down, gate restarted", known)
			time.Sleep(time.Until(asked.Add(16 * time.Second)))
			decided(ctx, t, g, "registry down for too long", known, "image/signature", "image/scan")
		})
	}
}

// TestKeyRotation: old key, both, new key, while creates of both images go on; nothing fails that should not.
func TestKeyRotation(t *testing.T) {
	ctx, host := t.Context(), shared.registry.Host
	next, err := producer.NewKey()
	must(t, err)
	old := shared.pipeline
	rotated := &producer.Pipeline{Release: next, Scanner: old.Scanner}
	dir := t.TempDir()
	files := map[string]string{"old": filepath.Join(dir, "old.pub"), "new": filepath.Join(dir, "new.pub"), "scanner": filepath.Join(dir, "scanner.pub")}
	for name, key := range map[string]*producer.Key{"old": old.Release, "new": next, "scanner": old.Scanner} {
		must(t, os.WriteFile(files[name], key.PEM, 0o644))
	}
	before, after := push(ctx, t, host, "worker"), push(ctx, t, host, "worker")
	must(t, old.Publish(ctx, before))
	must(t, rotated.Publish(ctx, after))
	site := func(keys ...string) string {
		return fmt.Sprintf("registries: [%q]\nsignatures: {keys: [%s]}\nscan: {keys: [%q]}\n", host+"/openclaw", strings.Join(keys, ", "), files["scanner"])
	}
	for _, version := range engine.Versions() {
		t.Run(string(version), func(t *testing.T) {
			own, err := engine.Guard(ctx, version, "e2e-rotation", nil, engine.Options{}, engine.GateOptions{
				Program: shared.program, Site: site(files["old"]), Args: []string{"--evidence-dir", filepath.Join(t.TempDir(), "evidence")},
			})
			must(t, err)
			g := &guarded{Guarded: own, gate: own.Gate}
			defer g.stop()
			rotate := func(to string) {
				t.Helper()
				must(t, g.gate.SetSite(to))
				must(t, g.gate.Reload())
				time.Sleep(time.Second)
			}
			decided(ctx, t, g, "old key, old image", before)
			decided(ctx, t, g, "old key, new image", after, "image/signature")
			rotate(site(files["old"], files["new"]))
			decided(ctx, t, g, "both keys, old image", before)
			decided(ctx, t, g, "both keys, new image", after)
			rotate(site(files["new"]))
			decided(ctx, t, g, "new key, old image", before, "image/signature")
			decided(ctx, t, g, "new key, new image", after)
			if log := g.gate.Log(); strings.Contains(log, "reload refused") {
				t.Errorf("a reload was refused:\n%s", g.gate.Tail())
			}
		})
	}
}
