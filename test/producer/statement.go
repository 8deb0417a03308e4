package producer

import (
	"encoding/json"
	"strings"
	"time"
)

// Predicate types that cosign writes.
const (
	PredicateSign = "https://sigstore.dev/cosign/sign/v1"
	PredicateVuln = "https://cosign.sigstore.dev/attestation/vuln/v1"
)

// Statement returns an in-toto statement about a digest ("sha256:…").
func Statement(digest, predicateType string, predicate any) []byte {
	return encode(map[string]any{
		"_type":         "https://in-toto.io/Statement/v1",
		"subject":       []any{map[string]any{"digest": map[string]string{"sha256": strings.TrimPrefix(digest, "sha256:")}}},
		"predicateType": predicateType,
		"predicate":     predicate,
	})
}

// SignStatement returns what cosign 3 signs.
func SignStatement(digest string) []byte { return Statement(digest, PredicateSign, map[string]any{}) }

// SimpleSigning returns what cosign 2 signs.
func SimpleSigning(digest string) []byte {
	return encode(map[string]any{
		"critical": map[string]any{
			"identity": map[string]string{"docker-reference": ""},
			"image":    map[string]string{"docker-manifest-digest": digest},
			"type":     "cosign container image signature",
		},
		"optional": nil,
	})
}

// Vulnerability is one finding of a scan.
type Vulnerability struct{ ID, Severity, Package, Fixed string }

// Scan returns the predicate that trivy --format cosign-vuln writes, with one target that has these findings.
func Scan(finished time.Time, found ...Vulnerability) map[string]any {
	vulnerabilities := []any{}
	for _, v := range found {
		vulnerabilities = append(vulnerabilities, map[string]string{
			"VulnerabilityID": v.ID, "PkgName": v.Package, "FixedVersion": v.Fixed, "Severity": v.Severity,
		})
	}
	when := finished.UTC().Format(time.RFC3339Nano)
	return map[string]any{
		"invocation": map[string]any{"parameters": nil, "uri": "", "event_id": "", "builder.id": ""},
		"scanner": map[string]any{
			"uri": "pkg:github/aquasecurity/trivy@0.66.0", "version": "0.66.0", "db": map[string]string{"uri": "", "version": ""},
			"result": map[string]any{
				"SchemaVersion": 2, "ArtifactType": "container_image",
				"Metadata": map[string]any{"OS": map[string]any{"Family": "debian", "Name": "12.5"}},
				"Results": []any{map[string]any{
					"Target": "image (debian 12.5)", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": vulnerabilities,
				}},
			},
		},
		"metadata": map[string]string{"scanStartedOn": when, "scanFinishedOn": when},
	}
}

func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings always encode
	}
	return data
}
