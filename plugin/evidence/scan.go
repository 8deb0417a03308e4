package evidence

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/airlock-gate/airlock/plugin/view"
)

// predicate is a cosign vulnerability predicate (in-toto/attestation of type cosign.sigstore.dev/attestation/vuln/v1)
// whose result is a report of Trivy, schema version 2 (trivy pkg/types/report.go).
type predicate struct {
	Scanner struct {
		URI    string          `json:"uri"`
		Result json.RawMessage `json:"result"`
	} `json:"scanner"`
	Metadata struct {
		Finished string `json:"scanFinishedOn"`
	} `json:"metadata"`
}

type report struct {
	SchemaVersion int `json:"SchemaVersion"`
	Metadata      struct {
		OS *struct {
			Family string `json:"Family"`
			Name   string `json:"Name"`
			EOSL   bool   `json:"EOSL"`
		} `json:"OS"`
	} `json:"Metadata"`
	Results []struct {
		Vulnerabilities []struct {
			ID       string `json:"VulnerabilityID"`
			Package  string `json:"PkgName"`
			Fixed    string `json:"FixedVersion"`
			Severity string `json:"Severity"`
		} `json:"Vulnerabilities"`
	} `json:"Results"`
}

// severities from worst to least. UNKNOWN stands before LOW: nobody has said that it is harmless.
var severities = [...]string{"CRITICAL", "HIGH", "MEDIUM", "UNKNOWN", "LOW"}

func rank(severity string) int {
	if i := slices.Index(severities[:], severity); i >= 0 {
		return i
	}
	return slices.Index(severities[:], "UNKNOWN")
}

// parseScan reads a signed predicate. A severity the report's own schema does not know counts as UNKNOWN.
func parseScan(data json.RawMessage) (*view.Scan, error) {
	var p predicate
	if err := one(data, &p); err != nil {
		return nil, err
	}
	finished, err := time.Parse(time.RFC3339Nano, p.Metadata.Finished)
	if err != nil || finished.Unix() <= 0 {
		return nil, rejected("is a scan that does not say when it finished")
	}
	if len(bytes.TrimSpace(p.Scanner.Result)) == 0 {
		return nil, rejected("is a scan without a report")
	}
	var r report
	if err := one(p.Scanner.Result, &r); err != nil {
		return nil, err
	}
	if r.SchemaVersion != 2 {
		return nil, rejected("is a scan whose report has another schema version than 2")
	}
	scan := &view.Scan{
		Scanner: clip(p.Scanner.URI), Finished: finished.Unix(), Results: int64(len(r.Results)),
		Counts: map[string]int64{}, Findings: []view.Vulnerability{},
	}
	for _, severity := range severities {
		scan.Counts[severity] = 0
	}
	if os := r.Metadata.OS; os != nil {
		scan.OS, scan.EOSL = clip(os.Family+" "+os.Name), os.EOSL
	}
	for _, target := range r.Results {
		for _, v := range target.Vulnerabilities {
			severity := severities[rank(v.Severity)]
			scan.Counts[severity]++
			if v.Fixed != "" {
				scan.Fixable++
			}
			scan.Findings = append(scan.Findings, view.Vulnerability{
				ID: clip(v.ID), Severity: severity, Package: clip(v.Package), Fixed: clip(v.Fixed),
			})
		}
	}
	slices.SortStableFunc(scan.Findings, func(a, b view.Vulnerability) int {
		return cmp.Or(cmp.Compare(rank(a.Severity), rank(b.Severity)), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Package, b.Package))
	})
	scan.Findings = slices.Clip(scan.Findings[:min(len(scan.Findings), maxFindings)])
	return scan, nil
}
