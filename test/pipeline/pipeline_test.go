//go:build pipeline

// Package pipeline_test runs stack/pipeline/release as a CI job would: with the real docker, the real cosign and a real
// registry. The scanner is a stand-in that prints a predicate in Trivy's form: Trivy's database cannot be had without
// the internet.
package pipeline_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/test/engine"
	"github.com/airlock-gate/airlock/test/producer"
)

// shop is a build host: an engine without a gate, a registry, keys that cosign made, and the gate's program.
type shop struct {
	dir, repository, docker, cosign, airlock string
	url                                      string
}

func open(t *testing.T) *shop {
	t.Helper()
	ctx := t.Context()
	cache, err := engine.Cache()
	must(t, err)
	s := &shop{dir: t.TempDir(), cosign: filepath.Join(cache, "engines", "cosign", "bin", "cosign")}
	if _, err := os.Stat(s.cosign); err != nil {
		t.Fatalf("cosign is not built: run `make pipeline`: %v", err)
	}
	s.docker, err = engine.DockerPath(engine.Oldest)
	must(t, err)
	s.airlock, err = engine.BuildGate(ctx, s.dir)
	must(t, err)
	registry, err := engine.StartRegistry(ctx)
	must(t, err)
	t.Cleanup(registry.Stop)
	s.repository = registry.Host + "/openclaw/worker"
	builder, err := engine.Start(ctx, engine.Oldest, engine.Options{})
	must(t, err)
	t.Cleanup(builder.Stop)
	s.url = builder.URL()
	for _, role := range []string{"release", "scanner"} {
		cmd := exec.CommandContext(ctx, s.cosign, "generate-key-pair", "--output-key-prefix", role)
		cmd.Dir, cmd.Env = s.dir, append(os.Environ(), "COSIGN_PASSWORD=", "HOME="+s.dir)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("generate keys: %v\n%s", err, out)
		}
	}
	s.write(t, "site.yaml", fmt.Sprintf("registries: [%q]\nsignatures: {keys: [%q]}\nscan: {keys: [%q]}\n",
		registry.Host+"/openclaw", s.path("release.pub"), s.path("scanner.pub")), 0o644)
	s.write(t, "program", "this is the program\n", 0o644)
	s.write(t, "Dockerfile", "FROM scratch\nCOPY program /program\nUSER 1001:1001\n", 0o644)
	s.scan(t)
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *shop) path(name string) string { return filepath.Join(s.dir, name) }

func (s *shop) write(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	must(t, os.WriteFile(s.path(name), []byte(text), mode))
}

// scan makes the stand-in for the scanner find what it is told.
func (s *shop) scan(t *testing.T, found ...producer.Vulnerability) {
	t.Helper()
	predicate, err := json.Marshal(producer.Scan(time.Now(), found...))
	must(t, err)
	s.write(t, "predicate", string(predicate), 0o644)
	s.write(t, "scan", "#!/bin/sh\ncat '"+s.path("predicate")+"'\n", 0o755)
}

// release runs the job and returns its exit code and what it said.
func (s *shop) release(t *testing.T, changes ...string) (code int, stdout, stderr string) {
	t.Helper()
	root, err := engine.Root()
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(root, "stack/pipeline/release"))
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "DOCKER_HOST=" + s.url, "DOCKER_CONFIG=" + s.dir, "DOCKER=" + s.docker,
		"COSIGN=" + s.cosign, "AIRLOCK=" + s.airlock, "REPOSITORY=" + s.repository, "TAG=1.4.2", "CONTEXT=" + s.dir,
		"RELEASE_KEY=" + s.path("release.key"), "SCANNER_KEY=" + s.path("scanner.key"), "SCAN=" + s.path("scan"), "SITE=" + s.path("site.yaml"),
	}, changes...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), problems.String()
}

// verify asks the gate's own policies about an image.
func (s *shop) verify(t *testing.T, image string) (ok bool, report string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), s.airlock, "verify", "--site", s.path("site.yaml"), "--evidence-dir", "", image).CombinedOutput()
	return err == nil, string(out)
}

func TestRelease(t *testing.T) {
	s := open(t)
	code, out, said := s.release(t)
	if code != 0 {
		t.Fatalf("exit %d\n%s", code, said)
	}
	image := strings.TrimSpace(out)
	ok, report := s.verify(t, image)
	if !ok || !strings.Contains(report, "would be admitted") {
		t.Errorf("%s\n%s", image, report)
	}

	// Scanned again with a new finding: the older clean scan is still there, and does not help.
	finding := producer.Vulnerability{ID: "CVE-2024-3094", Severity: "CRITICAL", Package: "liblzma5", Fixed: "5.4.5"}
	s.scan(t, finding)
	if code, _, said := s.release(t); code != 3 || !strings.Contains(said, "CVE-2024-3094 in liblzma5, mended in 5.4.5") {
		t.Errorf("a blocking finding: exit %d\n%s", code, said)
	}
	if ok, report := s.verify(t, image); !ok {
		t.Errorf("a release that was stopped changed an image that is out:\n%s", report)
	}
	if code, _, said := s.release(t, "BLOCK=HIGH"); code != 1 || !strings.Contains(said, "the gate would deny") || !strings.Contains(said, "image/vulnerabilities") {
		t.Errorf("released against the site's word: exit %d\n%s", code, said)
	}
	if ok, report := s.verify(t, image); ok || !strings.Contains(report, "image/vulnerabilities") {
		t.Errorf("a newer bad scan does not count:\n%s", report)
	}
}

func TestReleaseRefuses(t *testing.T) {
	s := open(t)
	for name, c := range map[string]struct {
		dockerfile string
		changes    []string
		says       string
	}{
		"a base that is not pinned":     {"FROM debian:12\n", nil, "FROM debian:12 is not pinned"},
		"a second base, not pinned":     {"FROM scratch AS a\nFROM --platform=linux/amd64 alpine AS b\nFROM a\n", nil, "FROM alpine is not pinned"},
		"one key for both":              {"", []string{"SCANNER_KEY=" + s.path("release.key")}, "are one key"},
		"a scanner that fails":          {"", []string{"SCAN=false"}, "the scan failed"},
		"a scanner of another language": {"", []string{"SCAN=echo {}"}, "no cosign-vuln predicate"},
		"a missing program":             {"", []string{"COSIGN=/nonexistent/cosign"}, "is not installed"},
		"a missing name":                {"", []string{"TAG="}, "TAG"},
	} {
		t.Run(name, func(t *testing.T) {
			dockerfile := c.dockerfile
			if dockerfile == "" {
				dockerfile = "FROM scratch\nCOPY program /program\n"
			}
			s.write(t, "Dockerfile", dockerfile, 0o644)
			code, out, said := s.release(t, c.changes...)
			if code == 0 || out != "" || !strings.Contains(said, c.says) {
				t.Errorf("exit %d, %q\n%s", code, out, said)
			}
		})
	}
}
