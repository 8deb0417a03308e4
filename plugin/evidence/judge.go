package evidence

import (
	"cmp"
	"slices"
	"strings"

	"github.com/airlock-gate/airlock/plugin/keyring"
	"github.com/airlock-gate/airlock/plugin/view"
)

// Bounds on what is passed on: policies and people read it.
const (
	maxFindings    = 200
	maxAnnotations = 32
	maxText        = 256
)

// Judge verifies material with a ring. It needs no network and no clock: how old a scan may be is for policies to say.
// Origin, Checked and Error are left to whoever knows where the material came from.
func Judge(m *Material, ring *keyring.Ring) *view.Evidence {
	e := Nothing()
	e.Present, e.MediaType, e.Index, e.Child, e.Config = m.Present, m.MediaType, m.index(), m.Child, m.Config
	if !m.Present {
		return e
	}
	for i := range m.Documents {
		d := &m.Documents[i]
		if err := weigh(e, m, d, ring); err != nil {
			e.Rejected = append(e.Rejected, view.Rejection{Place: d.Place, Reason: err.Error()})
		}
	}
	slices.SortStableFunc(e.Scans, func(a, b view.Scan) int { return cmp.Compare(b.Finished, a.Finished) })
	return e
}

// Nothing is evidence of nothing, with no field missing.
func Nothing() *view.Evidence {
	return &view.Evidence{
		Signatures: []view.Signature{}, Scans: []view.Scan{}, Other: []view.Statement{}, Rejected: []view.Rejection{},
	}
}

// weigh adds what one document shows.
func weigh(e *view.Evidence, m *Material, d *Document, ring *keyring.Ring) error {
	if d.Defect != "" {
		return rejected(d.Defect)
	}
	if len(d.Body) > maxDocument {
		return rejected("is larger than any honest document")
	}
	if d.Subject != m.Digest && (d.Subject != m.Child || m.Child == "") {
		return rejected("was found for another image")
	}
	if d.Format == SimpleSigning {
		payload, key, err := openSimple(ring, d.Body, d.Signature, d.Subject)
		if err != nil {
			return err
		}
		return sign(e, m, d, key, payload.Optional)
	}
	var signed []byte
	var key *keyring.Key
	var err error
	switch d.Format {
	case Bundle:
		signed, key, err = openBundle(ring, d.Body)
	case Envelope:
		signed, key, err = openEnvelope(ring, d.Body)
	default:
		err = rejected("has a format nobody here reads")
	}
	if err != nil {
		return err
	}
	s, about, err := parseStatement(signed, d.Subject)
	if err != nil {
		return err
	}
	switch s.PredicateType {
	case predicateSign:
		return sign(e, m, d, key, about.Annotations)
	case predicateVuln:
		if key.Role != keyring.Scanner {
			return rejected("is a scan signed by a key that is not for scans")
		}
		scan, err := parseScan(s.Predicate)
		if err != nil {
			return err
		}
		scan.Key, scan.Subject = key.ID, "request"
		if d.Subject != m.Digest {
			scan.Subject = "platform"
		}
		e.Scans = append(e.Scans, *scan)
	default:
		e.Other = append(e.Other, view.Statement{Key: key.ID, PredicateType: clip(s.PredicateType)})
	}
	return nil
}

// sign adds a signature. One of a platform's manifest does not vouch for the index that lists it beside others.
func sign(e *view.Evidence, m *Material, d *Document, key *keyring.Key, annotations map[string]any) error {
	switch {
	case key.Role != keyring.Release:
		return rejected("is a signature by a key that is not for signing images")
	case d.Subject != m.Digest:
		return rejected("is a signature of one platform's manifest, not of the index that is asked for")
	}
	s := view.Signature{Key: key.ID, Format: string(d.Format), Annotations: map[string]string{}}
	for name, value := range annotations {
		if text, ok := value.(string); ok && len(s.Annotations) < maxAnnotations {
			s.Annotations[clip(name)] = clip(text)
		}
	}
	e.Signatures = append(e.Signatures, s)
	return nil
}

// clip bounds a text that a trusted key has signed.
func clip(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "…"
}
