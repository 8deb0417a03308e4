package bundle_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/bundle"
)

func keyFile(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../plugin/evidence/testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

const trustBase = "registries: [registry.internal/openclaw]\n"

func TestSiteTrust(t *testing.T) {
	release, scanner := keyFile(t, "release.pub"), keyFile(t, "scanner.pub")
	site, err := bundle.ParseSite("site.yaml", []byte(trustBase+fmt.Sprintf(`signatures: {keys: [%q]}
scan:
  keys: [%q]
  block: [CRITICAL]
  max_age: 24h
  exceptions:
    - {image: registry.internal/openclaw/worker, vulnerability: CVE-2024-3094, reason: not reachable, ticket: OPS-1, expires: 2027-01-31}
`, release, scanner)))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"signatures":{"required":true,"keys":["`, `"scan":{"required":true,"keys":["`, `"block":["CRITICAL"]`, `"max_age":86400`,
		`"exceptions":[{"image":"registry.internal/openclaw/worker","vulnerability":"CVE-2024-3094","reason":"not reachable","ticket":"OPS-1","expires":1801353600}]`,
	} {
		if !strings.Contains(string(site.JSON()), want) {
			t.Errorf("no %s in %s", want, site.JSON())
		}
	}
	if n := len(site.Ring().Keys()); n != 2 {
		t.Errorf("%d keys, want 2", n)
	}
	if files := site.Files(); len(files) != 2 || files[0] != release || files[1] != scanner {
		t.Errorf("files %v", files)
	}
	for repository, want := range map[string]bool{
		"registry.internal/openclaw/worker": true, "registry.internal/openclawed/worker": false, "docker.io/library/debian": false,
	} {
		if got := site.Lists(repository); got != want {
			t.Errorf("%s is listed: %v", repository, got)
		}
	}
}

// TestSiteTrustIsRequired: a site that says nothing demands signatures and scans, and has no key that could give them.
func TestSiteTrustIsRequired(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "signatures: {required: false}\n": true, "signatures: {required: false}\nscan: {required: false}\n": false,
	} {
		site, err := bundle.ParseSite("site.yaml", []byte(trustBase+text))
		if err != nil {
			t.Fatal(err)
		}
		if got := site.Demands(); got != want {
			t.Errorf("%q: evidence is demanded: %v, want %v", text, got, want)
		}
		if len(site.Ring().Keys()) != 0 {
			t.Errorf("%q: keys", text)
		}
	}
}

func TestSiteTrustErrors(t *testing.T) {
	release := keyFile(t, "release.pub")
	private := filepath.Join(t.TempDir(), "cosign.key")
	if err := os.WriteFile(private, []byte("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	entry := func(image, vulnerability, expires string) string {
		return fmt.Sprintf("scan:\n  exceptions:\n    - {image: %s, vulnerability: %s, reason: r, ticket: t, expires: %q}\n", image, vulnerability, expires)
	}
	for text, want := range map[string]string{
		"signatures: {keys: [/nonexistent/cosign.pub]}":                               `site.yaml:2: signatures.keys[0]: "/nonexistent/cosign.pub": no such file or directory`,
		"signatures: {keys: [cosign.pub]}":                                            `is no absolute path`,
		fmt.Sprintf("signatures: {keys: [%q]}", private):                              `want PUBLIC KEY`,
		fmt.Sprintf("signatures: {keys: [%q]}\nscan: {keys: [%q]}", release, release): `site.yaml:3: scan.keys[0]`,
		"scan:\n  exceptions:\n    - {image: registry.internal/openclaw/worker}":      `lacks vulnerability, reason, ticket, expires`,
		entry("worker", "CVE-2024-3094", "2027-01-31"):                                `is no repository`,
		entry("registry.internal/a/b:1", "CVE-2024-3094", "2027-01-31"):               `is no repository`,
		entry("registry.internal/a/b", "everything", "2027-01-31"):                    `is no identifier of a vulnerability`,
		entry("registry.internal/a/b", "CVE-2024-3094", "soon"):                       `is no date`,
		"scan: {block: [critical]}":                                                   `scan.block[0]`,
		"scan: {max_age: week}":                                                       `is no duration`,
	} {
		_, err := bundle.ParseSite("site.yaml", []byte(trustBase+text+"\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
		}
	}
}
