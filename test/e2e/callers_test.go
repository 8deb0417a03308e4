//go:build e2e

package e2e_test

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/test/engine"
)

// alone gives each version an engine of its own, that also listens for TLS clients.
func alone(t *testing.T, purpose, site string, test func(t *testing.T, g *engine.Guarded)) {
	t.Helper()
	for _, version := range engine.Versions() {
		t.Run(string(version), func(t *testing.T) {
			g, err := engine.Guard(t.Context(), version, "e2e-"+purpose, []string{shared.worker, shared.proxy}, engine.Options{TLS: true},
				engine.GateOptions{Program: shared.program, Site: site})
			if err != nil {
				t.Fatal(err)
			}
			defer g.Stop()
			test(t, g)
			if t.Failed() {
				t.Logf("gate:\n%s", g.Gate.Tail())
			}
		})
	}
}

// person is a TLS client with a certificate of its own.
type person struct {
	g           *engine.Guarded
	certificate string
}

func somebody(t *testing.T, g *engine.Guarded, name string) person {
	t.Helper()
	certificate, err := g.Secure.Authority.Issue(pkix.Name{CommonName: name})
	if err != nil {
		t.Fatal(err)
	}
	return person{g, certificate}
}

// docker runs the engine's own docker command.
func (p person) docker(t *testing.T, args ...string) engine.Result {
	t.Helper()
	path, err := engine.DockerPath(p.g.Version)
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string) string { return filepath.Join(p.certificate, name) }
	r, err := engine.Docker(t.Context(), path, p.g.Secure.URL, t.TempDir(), append([]string{"--tlsverify", "--tlscacert", file("ca.pem"),
		"--tlscert", file("cert.pem"), "--tlskey", file("key.pem")}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// call sends one request with headers of the caller's choice.
func (p person) call(t *testing.T, method, target string, headers map[string]string) (int, string) {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(filepath.Join(p.certificate, "cert.pem"), filepath.Join(p.certificate, "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	authority, err := os.ReadFile(filepath.Join(p.certificate, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}}}
	request, err := http.NewRequestWithContext(t.Context(), method, "https"+strings.TrimPrefix(p.g.Secure.URL, "tcp")+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// TestCallers: what an operator was given by certificate, nobody else has, by whatever means.
func TestCallers(t *testing.T) {
	site := shared.site + "callers: {ops: {tls: [ops.example], operations: [network.prune]}}\n"
	alone(t, "callers", site, func(t *testing.T, g *engine.Guarded) {
		ops, agent := somebody(t, g, "ops.example"), somebody(t, g, "agent.example")
		if r := ops.docker(t, "network", "prune", "--force"); r.Code != 0 {
			t.Errorf("the caller is denied: %s", r.Stderr)
		}
		shared.report.count(g.Version, "operation given to a caller by certificate")
		for who, r := range map[string]engine.Result{
			"another certificate": agent.docker(t, "network", "prune", "--force"),
			"another operation":   ops.docker(t, "image", "prune", "--force"),
			"a refused operation": ops.docker(t, "tag", shared.worker, "other:latest"),
		} {
			if r.Code == 0 || !strings.Contains(r.Stderr, "api/operation") {
				t.Errorf("%s: %d %s%s", who, r.Code, r.Stdout, r.Stderr)
				continue
			}
			shared.report.count(g.Version, "operation not given to a caller denied")
		}
		if status, answer, err := g.Call(t.Context(), "POST", "/v1.41/networks/prune", nil); err != nil || status != 403 {
			t.Errorf("by the unix socket: %d %s %v", status, answer, err)
		}
		for _, header := range []string{"Authz-User", "X-Forwarded-User", "Remote-User", "User", "UserAuthNMethod", "X-Ssl-Client-Cn"} {
			if status, answer := agent.call(t, "POST", "/v1.41/networks/prune", map[string]string{header: "ops.example"}); status != 403 {
				t.Errorf("with header %s: %d %s", header, status, answer)
			}
		}
		if status, answer := ops.call(t, "POST", "/v1.41/networks/prune", nil); status != 200 {
			t.Errorf("without a header: %d %s", status, answer)
		}
		for _, want := range []string{
			`"operation":"network.prune","verdict":"allow".*"caller":"ops.example","caller_auth":"TLS".*"waived":\[\{"rule":"api/operation","field":"request","by":"caller","name":"ops"\}\]`,
			`"operation":"network.prune","verdict":"deny".*"caller":"agent.example","caller_auth":"TLS"`,
		} {
			if !regexp.MustCompile(want).MatchString(g.Gate.Log()) {
				t.Errorf("the log does not say %s", want)
			}
		}
	})
}
