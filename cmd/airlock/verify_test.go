package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/airlock-gate/airlock/test/producer"
)

// shop is a registry on this machine, a pipeline that publishes to it, and a site that trusts the pipeline.
type shop struct {
	server     *httptest.Server
	repository string
	repo       *producer.Repository
	pipeline   *producer.Pipeline
	site       string // file
}

func openShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{server: httptest.NewServer(registry.New(registry.WithReferrersSupport(true), registry.Logger(log.New(io.Discard, "", 0))))}
	t.Cleanup(s.server.Close)
	host := strings.TrimPrefix(s.server.URL, "http://")
	s.repository = host + "/openclaw/worker"
	var err error
	if s.repo, err = producer.Open(s.repository); err != nil {
		t.Fatal(err)
	}
	if s.pipeline, err = producer.NewPipeline(); err != nil {
		t.Fatal(err)
	}
	trust, err := s.pipeline.Site(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s.site = write(t, "site.yaml", fmt.Sprintf("registries: [%q]\n%s", host+"/openclaw", trust))
	return s
}

// image pushes an image and returns its reference.
func (s *shop) image(t *testing.T, text string) string {
	t.Helper()
	image, err := s.repo.Image(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	return s.repository + "@" + image.Digest.String()
}

func (s *shop) publish(t *testing.T, image string, found ...producer.Vulnerability) {
	t.Helper()
	if err := s.pipeline.Sign(t.Context(), image); err != nil {
		t.Fatal(err)
	}
	if err := s.pipeline.Attest(t.Context(), image, time.Now().Add(-3*time.Hour), found...); err != nil {
		t.Fatal(err)
	}
}

func airlock(t *testing.T, args ...string) (int, string, string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

// TestVerify shows what a person is told of each kind of image.
func TestVerify(t *testing.T) {
	s := openShop(t)
	good, bad, unsigned := s.image(t, "good"), s.image(t, "bad"), s.image(t, "unsigned")
	s.publish(t, good)
	s.publish(t, bad, producer.Vulnerability{ID: "CVE-2024-3094", Severity: "CRITICAL", Package: "liblzma5", Fixed: "5.4.5"},
		producer.Vulnerability{ID: "CVE-2026-1", Severity: "HIGH", Package: "zlib"})
	stranger, err := producer.NewPipeline()
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.Sign(t.Context(), unsigned); err != nil {
		t.Fatal(err)
	}
	amd, err := s.repo.Image(t.Context(), "amd64")
	if err != nil {
		t.Fatal(err)
	}
	made, err := s.repo.Index(t.Context(), map[string]ocispec.Descriptor{"linux/amd64": amd})
	if err != nil {
		t.Fatal(err)
	}
	index := s.repository + "@" + made.Digest.String()
	s.publish(t, index)
	for name, c := range map[string]struct {
		image string
		code  int
		says  []string
	}{
		"good": {good, 0, []string{"has it, as a manifest (asked just now)", "signature   by key ", "(3 h ago) by key", "0 critical, 0 high", "would be admitted"}},
		"bad": {bad, 1, []string{"1 critical, 1 high", "CRITICAL CVE-2024-3094 in liblzma5, mended in 5.4.5", "HIGH CVE-2026-1 in zlib, no version mends it",
			"denied by   image/vulnerabilities: got CRITICAL: 1 (CVE-2024-3094)", "would be denied"}},
		"unsigned":         {unsigned, 1, []string{"rejected    sha256:", "is not signed by a trusted key", "image/signature", "image/scan"}},
		"absent":           {s.repository + "@" + digest, 1, []string{"does not have it (asked just now)", "image/signature"}},
		"a tag":            {s.repository + ":latest", 1, []string{"not asked: the image is not named by sha256 digest", "image/digest"}},
		"another registry": {"evil.example/openclaw/worker@" + digest, 1, []string{"not asked: the image is of no registry of the site", "image/registry"}},
		"an index":         {index, 0, []string{"an index; the platform's manifest is " + amd.Digest.String(), "would be admitted"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, problems := airlock(t, "verify", "--site", s.site, "--evidence-dir", "", "--platform", "linux/amd64", c.image)
			if code != c.code || problems != "" {
				t.Errorf("exit %d, %q", code, problems)
			}
			for _, want := range append(c.says, c.image) {
				if !strings.Contains(out, want) {
					t.Errorf("lacks %q:\n%s", want, out)
				}
			}
		})
	}
	off := write(t, "off.yaml", site)
	if code, out, _ := airlock(t, "verify", "--site", off, "--evidence-dir", "", worker); code != 0 || !strings.Contains(out, "the site demands no signature and no scan") {
		t.Errorf("exit %d: %s", code, out)
	}
	if code, _, problems := airlock(t, "verify", "--site", s.site); code != exitUsage || !strings.Contains(problems, "requires at least 1 arg") {
		t.Errorf("exit %d: %s", code, problems)
	}
}

// TestVerifyKeepsWhatItFinds: a registry that has gone since is no obstacle to who looks into the same directory.
func TestVerifyKeepsWhatItFinds(t *testing.T) {
	s := openShop(t)
	image, dir := s.image(t, "kept"), filepath.Join(t.TempDir(), "evidence")
	s.publish(t, image)
	if code, out, _ := airlock(t, "verify", "--site", s.site, "--evidence-dir", dir, image); code != 0 {
		t.Fatalf("exit %d: %s", code, out)
	}
	s.server.Close()
	if code, out, _ := airlock(t, "verify", "--site", s.site, "--evidence-dir", dir, image); code != 0 {
		t.Errorf("exit %d: %s", code, out)
	}
	if code, out, _ := airlock(t, "verify", "--site", s.site, "--evidence-dir", "", image); code != 1 || !strings.Contains(out, "does not answer: connection") {
		t.Errorf("exit %d: %s", code, out)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if code, _, problems := airlock(t, "verify", "--site", s.site, "--evidence-dir", dir, image); code == 0 || !strings.Contains(problems, "may be written by others") {
		t.Errorf("exit %d: %s", code, problems)
	}
}

// TestCheckWithEvidence decides a recorded request with what verify has recorded, and without.
func TestCheckWithEvidence(t *testing.T) {
	s := openShop(t)
	image := s.image(t, "recorded")
	s.publish(t, image)
	code, out, problems := airlock(t, "verify", "--site", s.site, "--evidence-dir", "", "--json", image)
	var reports []verified
	if err := json.Unmarshal([]byte(out), &reports); err != nil || code != 0 || len(reports) != 1 || len(reports[0].Evidence.Signatures) != 1 {
		t.Fatalf("exit %d: %v %s %s", code, err, out, problems)
	}
	_, pin, _ := strings.Cut(image, "@")
	inspect := fmt.Sprintf(`{"Id":%q,"Os":"linux","Architecture":"amd64","RepoDigests":[%q],"Config":{}}`, reports[0].Evidence.Config, image)
	request := fmt.Sprintf(`{"method":"POST","uri":"/v1.41/containers/create","headers":{"Content-Type":"application/json"},"body":%s}`,
		strings.Replace(conforming, worker, s.repository+"@"+pin, 1))
	args := []string{"check", "--site", s.site, "--request", write(t, "requests.jsonl", request), "--engine-info", write(t, "info.json", engineInfo),
		"--image-inspect", write(t, "image.json", inspect)}
	if code, out, _ := airlock(t, append(args, "--evidence", write(t, "evidence.json", out))...); code != 0 {
		t.Errorf("with evidence: exit %d: %s", code, out)
	}
	if code, out, _ := airlock(t, args...); code != 1 || !strings.Contains(out, "image/signature") {
		t.Errorf("without: exit %d: %s", code, out)
	}
	if code, _, problems := airlock(t, append(args, "--evidence", write(t, "info.json", engineInfo))...); code == 0 || !strings.Contains(problems, "is it what airlock verify --json prints?") {
		t.Errorf("of another kind: exit %d: %s", code, problems)
	}
}

func TestAgo(t *testing.T) {
	now := time.Unix(1_000_000_000, 0)
	for age, want := range map[time.Duration]string{
		-time.Second: "in the future", 0: "just now", 59 * time.Second: "just now", time.Minute: "1 min ago", time.Hour: "1 h ago",
		47 * time.Hour: "47 h ago", 48 * time.Hour: "2 days ago",
	} {
		if got := ago(now, now.Add(-age).Unix()); got != want {
			t.Errorf("%v: %s, want %s", age, got, want)
		}
	}
}
