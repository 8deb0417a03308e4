package evidence_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/airlock-gate/airlock/plugin/evidence"
	"github.com/airlock-gate/airlock/test/producer"
)

// house is a registry on this machine with one repository.
type house struct {
	server     *httptest.Server
	repository string // "127.0.0.1:…/openclaw/worker"
	producer   *producer.Repository
}

// open starts a registry; around may stand before it.
func open(t testing.TB, referrers bool, around func(http.Handler) http.Handler) *house {
	t.Helper()
	handler := registry.New(registry.WithReferrersSupport(referrers), registry.Logger(log.New(io.Discard, "", 0)))
	if around != nil {
		handler = around(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	h := &house{server: server, repository: strings.TrimPrefix(server.URL, "http://") + "/openclaw/worker"}
	var err error
	if h.producer, err = producer.Open(h.repository); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) image(t testing.TB, text string) ocispec.Descriptor {
	t.Helper()
	image, err := h.producer.Image(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func (h *house) attach(t testing.TB, subject ocispec.Descriptor, bundles ...[]byte) {
	t.Helper()
	if err := h.producer.Attach(t.Context(), subject, bundles...); err != nil {
		t.Fatal(err)
	}
}

func (h *house) add(t testing.TB, subject ocispec.Descriptor, suffix string, layers ...producer.Legacy) {
	t.Helper()
	if err := h.producer.Add(t.Context(), subject, suffix, layers...); err != nil {
		t.Fatal(err)
	}
}

func collector(t testing.TB, access evidence.Access) *evidence.Collector {
	t.Helper()
	c, err := evidence.NewCollector(access)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// TestCollect finds evidence in every place in which cosign leaves it, on registries with and without the referrers API.
func TestCollect(t *testing.T) {
	s, now := newSite(t), time.Now()
	for _, referrers := range []bool{true, false} {
		t.Run(fmt.Sprintf("referrers API %v", referrers), func(t *testing.T) {
			h := open(t, referrers, nil)
			image := h.image(t, "worker")
			digest := image.Digest.String()
			signed, scanned := bundle(t, s.release, producer.SignStatement(digest)), bundle(t, s.scanner, scanOf(digest, now))
			h.attach(t, image, signed)
			h.attach(t, image, scanned)
			payload := producer.SimpleSigning(digest)
			signature, err := s.release.Sign(payload)
			if err != nil {
				t.Fatal(err)
			}
			attestation, err := s.scanner.Envelope(producer.PayloadType, scanOf(digest, now.Add(-time.Hour)))
			if err != nil {
				t.Fatal(err)
			}
			h.add(t, image, ".sig", producer.Legacy{MediaType: producer.MediaSimple, Body: payload, Signature: signature})
			h.add(t, image, ".att", producer.Legacy{MediaType: producer.MediaEnvelope, Body: attestation})

			m, err := collector(t, evidence.Access{}).Collect(t.Context(), h.repository, digest, "linux/amd64")
			if err != nil {
				t.Fatal(err)
			}
			e := evidence.Judge(m, s.ring)
			if !e.Present || e.Index || len(e.Signatures) != 2 || len(e.Scans) != 2 || len(e.Rejected) != 0 || e.Config == "" {
				t.Errorf("got %+v", e)
			}
		})
	}
}

// TestCollectOfAnIndex picks the platform's manifest, and nothing when the index does not say which.
func TestCollectOfAnIndex(t *testing.T) {
	s, h := newSite(t), open(t, true, nil)
	amd, arm := h.image(t, "amd64"), h.image(t, "arm64")
	index, err := h.producer.Index(t.Context(), map[string]ocispec.Descriptor{"linux/amd64": amd, "linux/arm64": arm})
	if err != nil {
		t.Fatal(err)
	}
	h.attach(t, index, bundle(t, s.release, producer.SignStatement(index.Digest.String())))
	h.attach(t, amd, bundle(t, s.scanner, scanOf(amd.Digest.String(), time.Now())))
	for platform, want := range map[string]struct {
		child string
		scans int
	}{
		"linux/amd64": {amd.Digest.String(), 1}, "linux/arm64": {arm.Digest.String(), 0}, "linux/s390x": {"", 0}, "": {"", 0},
	} {
		m, err := collector(t, evidence.Access{}).Collect(t.Context(), h.repository, index.Digest.String(), platform)
		if err != nil {
			t.Fatal(err)
		}
		e := evidence.Judge(m, s.ring)
		if !e.Index || e.Child != want.child || len(e.Signatures) != 1 || len(e.Scans) != want.scans {
			t.Errorf("%q: got %+v, want child %q and %d scans", platform, e, want.child, want.scans)
		}
	}
}

func TestAnImageTheRegistryDoesNotHave(t *testing.T) {
	h := open(t, true, nil)
	m, err := collector(t, evidence.Access{}).Collect(t.Context(), h.repository, asked, "linux/amd64")
	if err != nil || m.Present {
		t.Errorf("got %+v, %v", m, err)
	}
}

// TestRegistryThatMisbehaves names each failure in one word, within the time that is allowed.
func TestRegistryThatMisbehaves(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("another host was asked")
	}))
	defer elsewhere.Close()
	release := make(chan struct{})
	defer close(release)
	answer := func(mediaType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", mediaType)
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			_, _ = io.WriteString(w, body)
		}
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		why     string
	}{
		"answers 503":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, "answer"},
		"wants a password": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "unauthorized"},
		"wants a token of another host": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+elsewhere.URL+`/token",service="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		}, "redirect"},
		"redirects elsewhere": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) }, "redirect"},
		"never answers": {func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-release:
			}
		}, "timeout"},
		"sends another manifest": {answer(ocispec.MediaTypeImageManifest, `{"schemaVersion":2}`), "answer"},
		"sends a page":           {answer("text/html", "<html>"), "answer"},
		"sends too much": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Docker-Content-Digest", asked)
			answer(ocispec.MediaTypeImageManifest, strings.Repeat(" ", 5<<20))(w, r)
		}, "limit"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			access := evidence.Access{Total: 500 * time.Millisecond}
			began := time.Now()
			m, err := collector(t, access).Collect(t.Context(), strings.TrimPrefix(server.URL, "http://")+"/openclaw/worker", asked, "linux/amd64")
			if err == nil || evidence.Why(err) != c.why {
				t.Errorf("got %+v, %v (%s), want %s", m, err, evidence.Why(err), c.why)
			}
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
	t.Run("is not there", func(t *testing.T) {
		server := httptest.NewServer(http.NotFoundHandler())
		server.Close()
		_, err := collector(t, evidence.Access{}).Collect(t.Context(), strings.TrimPrefix(server.URL, "http://")+"/a/b", asked, "")
		if evidence.Why(err) != "connection" {
			t.Errorf("got %v (%s)", err, evidence.Why(err))
		}
	})
}

// TestHostileContent: what the registry's users push must not be read beyond bounds, nor as something it is not.
func TestHostileContent(t *testing.T) {
	s := newSite(t)
	t.Run("too many referrers", func(t *testing.T) {
		h := open(t, true, nil)
		image := h.image(t, "buried")
		for i := range 65 {
			h.attach(t, image, fmt.Appendf(nil, `{"n":%d}`, i))
		}
		if _, err := collector(t, evidence.Access{}).Collect(t.Context(), h.repository, image.Digest.String(), ""); evidence.Why(err) != "limit" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("too many layers", func(t *testing.T) {
		h := open(t, true, nil)
		image := h.image(t, "buried")
		var layers []producer.Legacy
		for i := range 65 {
			layers = append(layers, producer.Legacy{MediaType: producer.MediaSimple, Body: fmt.Appendf(nil, `{"n":%d}`, i), Signature: "AA=="})
		}
		h.add(t, image, ".sig", layers...)
		if _, err := collector(t, evidence.Access{}).Collect(t.Context(), h.repository, image.Digest.String(), ""); evidence.Why(err) != "limit" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a document that is too large", func(t *testing.T) {
		h := open(t, true, nil)
		image := h.image(t, "large")
		h.attach(t, image, make([]byte, 17<<20))
		if _, err := collector(t, evidence.Access{}).Collect(t.Context(), h.repository, image.Digest.String(), ""); evidence.Why(err) != "limit" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("two layers", func(t *testing.T) {
		h := open(t, true, nil)
		image := h.image(t, "two")
		good := bundle(t, s.release, producer.SignStatement(image.Digest.String()))
		h.attach(t, image, good, []byte(`{}`))
		m, err := collector(t, evidence.Access{}).Collect(t.Context(), h.repository, image.Digest.String(), "")
		if err != nil {
			t.Fatal(err)
		}
		if e := evidence.Judge(m, s.ring); len(e.Signatures) != 0 || len(e.Rejected) != 1 {
			t.Errorf("got %+v", e)
		}
	})
	t.Run("a layer of another type", func(t *testing.T) {
		h := open(t, true, nil)
		image := h.image(t, "odd")
		h.add(t, image, ".att", producer.Legacy{MediaType: "text/plain", Body: []byte("signed, honestly")})
		m, err := collector(t, evidence.Access{}).Collect(t.Context(), h.repository, image.Digest.String(), "")
		if err != nil || len(m.Documents) != 1 || m.Documents[0].Defect == "" {
			t.Errorf("got %+v, %v", m, err)
		}
	})
	t.Run("two types at once", func(t *testing.T) {
		h := open(t, true, nil)
		both, err := h.producer.Manifest(t.Context(), ocispec.MediaTypeImageManifest, "",
			[]byte(`{"schemaVersion":2,"config":{},"layers":[],"manifests":[]}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := collector(t, evidence.Access{}).Collect(t.Context(), h.repository, both.Digest.String(), ""); err == nil {
			t.Error("taken")
		}
	})
	t.Run("an index that lists what is not there", func(t *testing.T) {
		h := open(t, true, nil)
		ghost := h.image(t, "ghost")
		index, err := h.producer.Index(t.Context(), map[string]ocispec.Descriptor{"linux/amd64": ghost})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.producer.Remote().Manifests().Delete(t.Context(), ghost); err != nil {
			t.Fatal(err)
		}
		m, err := collector(t, evidence.Access{}).Collect(t.Context(), h.repository, index.Digest.String(), "linux/amd64")
		if err != nil || len(m.Documents) != 0 || m.Config != "" {
			t.Errorf("got %+v, %v", m, err)
		}
	})
}

// TestAccess: a private authority, credentials from a file that only its owner reads, and plain HTTP for this machine only.
func TestAccess(t *testing.T) {
	var seen atomic.Int64
	h := open(t, true, nil)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, password, _ := r.BasicAuth(); name != "reader" || password != "hunter2" {
			w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		seen.Add(1)
		h.server.Config.Handler.ServeHTTP(w, r)
	}))
	defer server.Close()
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	dir := t.TempDir()
	ca, auths := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "auths.json")
	write := func(path string, data []byte, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(path, data, mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	write(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o644)
	host := strings.TrimPrefix(server.URL, "https://")
	image := h.image(t, "worker")
	try := func(access evidence.Access) error {
		_, err := collector(t, access).Collect(context.WithoutCancel(t.Context()), host+"/openclaw/worker", image.Digest.String(), "")
		return err
	}
	config, err := json.Marshal(map[string]any{"auths": map[string]any{
		host: map[string]string{"auth": base64.StdEncoding.EncodeToString([]byte("reader:hunter2"))},
	}})
	if err != nil {
		t.Fatal(err)
	}
	write(auths, config, 0o600)
	if err := try(evidence.Access{CAFile: ca, CredentialsFile: auths}); err != nil || seen.Load() == 0 {
		t.Errorf("with authority and credentials: %v, %d requests", err, seen.Load())
	}
	if err := try(evidence.Access{CAFile: ca}); evidence.Why(err) != "unauthorized" {
		t.Errorf("without credentials: %v (%s)", err, evidence.Why(err))
	}
	write(auths, config, 0o644)
	if err := try(evidence.Access{CAFile: ca, CredentialsFile: auths}); err == nil || !strings.Contains(err.Error(), "may be read by others") {
		t.Errorf("credentials that others may read: %v", err)
	}
	write(auths, []byte("user: reader"), 0o600)
	if err := try(evidence.Access{CAFile: ca, CredentialsFile: auths}); err == nil || strings.Contains(err.Error(), "reader") {
		t.Errorf("credentials that are none: %v", err)
	}
	strange := filepath.Join(dir, "none.pem")
	write(strange, []byte("none"), 0o644)
	if _, err := evidence.NewCollector(evidence.Access{CAFile: strange}); err == nil {
		t.Error("a file without certificate is taken")
	}
	other := httptest.NewTLSServer(http.NotFoundHandler())
	defer other.Close()
	other.Config.ErrorLog = log.New(io.Discard, "", 0)
	_, err = collector(t, evidence.Access{CAFile: ca}).Collect(t.Context(), "localhost"+other.URL[strings.LastIndex(other.URL, ":"):]+"/a/b", asked, "")
	if evidence.Why(err) != "tls" {
		t.Errorf("a name the certificate does not have: %v (%s)", err, evidence.Why(err))
	}
}

// TestNoPlainHTTPBeyondThisMachine: a name that is not loopback is spoken to by TLS or not at all.
func TestNoPlainHTTPBeyondThisMachine(t *testing.T) {
	access := evidence.Access{Connect: 50 * time.Millisecond, Total: 100 * time.Millisecond}
	for _, repository := range []string{"registry.invalid:5000/a/b", "127.0.0.1.invalid/a/b"} {
		if _, err := collector(t, access).Collect(t.Context(), repository, asked, ""); err == nil || strings.Contains(err.Error(), "http://") {
			t.Errorf("%s: %v", repository, err)
		}
	}
}

func TestOnlyDigestsAreLookedUp(t *testing.T) {
	for _, digest := range []string{"", "latest", "sha256:12", "sha512:" + strings.Repeat("0", 128), strings.ToUpper(asked)} {
		if _, err := collector(t, evidence.Access{}).Collect(t.Context(), "127.0.0.1:1/a/b", digest, ""); err == nil || !strings.Contains(err.Error(), "no sha256 digest") {
			t.Errorf("%q: %v", digest, err)
		}
	}
}
