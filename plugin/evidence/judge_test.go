package evidence_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/plugin/evidence"
	"github.com/airlock-gate/airlock/plugin/keyring"
	"github.com/airlock-gate/airlock/plugin/view"
	"github.com/airlock-gate/airlock/test/producer"
)

const (
	asked = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
	child = "sha256:2222222222222222222222222222222222222222222222222222222222222222"
	other = "sha256:3333333333333333333333333333333333333333333333333333333333333333"
)

// site is a site's two keys, and one it does not trust.
type site struct {
	ring                       *keyring.Ring
	release, scanner, stranger *producer.Key
}

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{}
	for _, key := range []**producer.Key{&s.release, &s.scanner, &s.stranger} {
		made, err := producer.NewKey()
		if err != nil {
			t.Fatal(err)
		}
		*key = made
	}
	s.ring = ring(t, trusted(t, keyring.Release, s.release), trusted(t, keyring.Scanner, s.scanner))
	return s
}

func trusted(t testing.TB, role keyring.Role, key *producer.Key) keyring.Key {
	t.Helper()
	k, err := keyring.Parse(role, key.PEM)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func ring(t testing.TB, keys ...keyring.Key) *keyring.Ring {
	t.Helper()
	r, err := keyring.New(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func bundle(t testing.TB, key *producer.Key, statement []byte) []byte {
	t.Helper()
	b, err := key.Bundle(statement)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func simple(t testing.TB, key *producer.Key, payload []byte) evidence.Document {
	t.Helper()
	sig, err := key.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	return evidence.Document{Subject: asked, Format: evidence.SimpleSigning, Body: payload, Signature: sig}
}

func bundled(t testing.TB, key *producer.Key, statement []byte) evidence.Document {
	t.Helper()
	return evidence.Document{Subject: asked, Format: evidence.Bundle, Body: bundle(t, key, statement)}
}

func enveloped(t testing.TB, key *producer.Key, statement []byte) evidence.Document {
	t.Helper()
	e, err := key.Envelope(producer.PayloadType, statement)
	if err != nil {
		t.Fatal(err)
	}
	return evidence.Document{Subject: asked, Format: evidence.Envelope, Body: e}
}

func scanOf(digest string, finished time.Time, found ...producer.Vulnerability) []byte {
	return producer.Statement(digest, producer.PredicateVuln, producer.Scan(finished, found...))
}

func judge(s *site, documents ...evidence.Document) *view.Evidence {
	return evidence.Judge(&evidence.Material{
		Digest: asked, Platform: "linux/amd64", Present: true,
		MediaType: "application/vnd.oci.image.manifest.v1+json", Documents: documents,
	}, s.ring)
}

// edit changes the JSON of a document without signing it again.
func edit(t testing.TB, document []byte, change func(map[string]any)) []byte {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal(document, &value); err != nil {
		t.Fatal(err)
	}
	change(value)
	out, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestHostileDocuments holds that each document counts for nothing, and that its twin, with one thing mended, counts.
func TestHostileDocuments(t *testing.T) {
	s, now := newSite(t), time.Now()
	good := bundled(t, s.release, producer.SignStatement(asked))
	scan := bundled(t, s.scanner, scanOf(asked, now))
	legacy := simple(t, s.release, producer.SimpleSigning(asked))
	with := func(d evidence.Document, change func(*evidence.Document)) evidence.Document {
		d.Body = bytes.Clone(d.Body)
		change(&d)
		return d
	}
	envelope := func(change func(map[string]any)) evidence.Document {
		return with(good, func(d *evidence.Document) {
			d.Body = edit(t, d.Body, func(b map[string]any) { change(b["dsseEnvelope"].(map[string]any)) })
		})
	}
	otherType, err := s.release.Envelope("application/json", producer.SignStatement(asked))
	if err != nil {
		t.Fatal(err)
	}
	wrapped, err := producer.WrapEnvelope(otherType)
	if err != nil {
		t.Fatal(err)
	}
	relabelled := edit(t, wrapped, func(b map[string]any) { b["dsseEnvelope"].(map[string]any)["payloadType"] = producer.PayloadType })
	for name, c := range map[string]struct {
		document evidence.Document
		twin     evidence.Document
		reason   string
	}{
		"wrong subject": {bundled(t, s.release, producer.SignStatement(other)), good, "another image"},
		"moved signature": {
			with(good, func(d *evidence.Document) { d.Body = bundle(t, s.release, producer.SignStatement(child)) }), good, "another image",
		},
		"found for another digest":       {with(good, func(d *evidence.Document) { d.Subject = other }), good, "found for another image"},
		"moved simple signing":           {simple(t, s.release, producer.SimpleSigning(other)), legacy, "a signature of another image"},
		"attestation by the release key": {bundled(t, s.release, scanOf(asked, now)), scan, "not for scans"},
		"signature by the scanner key":   {bundled(t, s.scanner, producer.SignStatement(asked)), good, "not for signing images"},
		"simple signing by the scanner":  {simple(t, s.scanner, producer.SimpleSigning(asked)), legacy, "not for signing images"},
		"a stranger's signature":         {bundled(t, s.stranger, producer.SignStatement(asked)), good, "not signed by a trusted key"},
		"a stranger's simple signing":    {simple(t, s.stranger, producer.SimpleSigning(asked)), legacy, "not signed by a trusted key"},
		"another payload type":           {with(good, func(d *evidence.Document) { d.Body = wrapped }), good, "no in-toto statement"},
		"relabelled payload type":        {with(good, func(d *evidence.Document) { d.Body = relabelled }), good, "not signed by a trusted key"},
		"no in-toto statement": {
			bundled(t, s.release, edit(t, producer.SignStatement(asked), func(v map[string]any) { v["_type"] = "https://in-toto.io/Link/v1" })), good, "no in-toto statement",
		},
		"two documents":            {with(good, func(d *evidence.Document) { d.Body = append(d.Body, d.Body...) }), good, "after its one JSON value"},
		"trailing bytes":           {with(good, func(d *evidence.Document) { d.Body = append(d.Body, " x"...) }), good, "after its one JSON value"},
		"two statements":           {bundled(t, s.release, append(producer.SignStatement(asked), producer.SignStatement(asked)...)), good, "after its one JSON value"},
		"no JSON":                  {with(good, func(d *evidence.Document) { d.Body = []byte("signed, honestly") }), good, "not the JSON"},
		"no envelope":              {with(good, func(d *evidence.Document) { d.Body = []byte(`{"messageSignature":{}}`) }), good, "without a DSSE envelope"},
		"no signature":             {envelope(func(e map[string]any) { e["signatures"] = []any{} }), good, "no signature"},
		"nine signatures":          {envelope(func(e map[string]any) { e["signatures"] = slicesOf(9, e["signatures"].([]any)[0]) }), good, "more than eight"},
		"payload not base64":       {envelope(func(e map[string]any) { e["payload"] = e["payload"].(string) + "\n!" }), good, "payload is not base64"},
		"signature not base64":     {envelope(func(e map[string]any) { e["signatures"] = []any{map[string]any{"sig": "!"}} }), good, "signature is not base64"},
		"payload swapped":          {envelope(func(e map[string]any) { e["payload"] = "e30=" }), good, "not signed by a trusted key"},
		"oversize":                 {with(good, func(d *evidence.Document) { d.Body = append(d.Body, make([]byte, 17<<20)...) }), good, "larger than any honest"},
		"a defect":                 {with(good, func(d *evidence.Document) { d.Defect = "is a bundle with more than one layer" }), good, "more than one layer"},
		"an unknown format":        {with(good, func(d *evidence.Document) { d.Format = "pgp" }), good, "format nobody here reads"},
		"simple without signature": {with(legacy, func(d *evidence.Document) { d.Signature = "" }), legacy, "no signature"},
		"simple of another type": {
			simple(t, s.release, bytes.Replace(producer.SimpleSigning(asked), []byte("cosign container image signature"), []byte("atomic container signature"), 1)),
			legacy, "no image signature",
		},
		"simple changed after signing": {
			with(legacy, func(d *evidence.Document) { d.Body = append(d.Body, ' ') }), legacy, "not signed by a trusted key",
		},
		"scan without time":   {bundled(t, s.scanner, producer.Statement(asked, producer.PredicateVuln, timeless())), scan, "does not say when"},
		"scan without report": {bundled(t, s.scanner, producer.Statement(asked, producer.PredicateVuln, reportless(now))), scan, "without a report"},
		"scan of another schema": {
			bundled(t, s.scanner, producer.Statement(asked, producer.PredicateVuln, schema(now, 1))), scan, "another schema version",
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := judge(s, c.document)
			if len(e.Signatures)+len(e.Scans)+len(e.Other) != 0 || len(e.Rejected) != 1 || !strings.Contains(e.Rejected[0].Reason, c.reason) {
				t.Errorf("got %+v, want nothing but a rejection saying %q", e, c.reason)
			}
			if e := judge(s, c.twin); len(e.Signatures)+len(e.Scans) != 1 || len(e.Rejected) != 0 {
				t.Errorf("the twin: got %+v, want one signature or scan and no rejection", e)
			}
		})
	}
}

func slicesOf(n int, value any) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = value
	}
	return out
}

func timeless() map[string]any {
	p := producer.Scan(time.Now())
	p["metadata"] = map[string]string{"scanFinishedOn": "yesterday"}
	return p
}

func reportless(now time.Time) map[string]any {
	p := producer.Scan(now)
	delete(p["scanner"].(map[string]any), "result")
	return p
}

func schema(now time.Time, version int) map[string]any {
	p := producer.Scan(now)
	p["scanner"].(map[string]any)["result"].(map[string]any)["SchemaVersion"] = version
	return p
}

// TestEveryFormat reads what cosign 2 and 3 write, in each layout.
func TestEveryFormat(t *testing.T) {
	s, now := newSite(t), time.Now()
	e := judge(s,
		bundled(t, s.release, producer.SignStatement(asked)),
		simple(t, s.release, producer.SimpleSigning(asked)),
		bundled(t, s.scanner, scanOf(asked, now)),
		enveloped(t, s.scanner, scanOf(asked, now.Add(-time.Hour))),
		bundled(t, s.release, producer.Statement(asked, "https://slsa.dev/provenance/v1", map[string]any{})),
	)
	if len(e.Signatures) != 2 || len(e.Scans) != 2 || len(e.Other) != 1 || len(e.Rejected) != 0 {
		t.Fatalf("got %+v", e)
	}
	if e.Signatures[0].Format != "bundle" || e.Signatures[1].Format != "simple-signing" {
		t.Errorf("formats: %+v", e.Signatures)
	}
	if e.Other[0].PredicateType != "https://slsa.dev/provenance/v1" {
		t.Errorf("other: %+v", e.Other)
	}
}

// TestEveryKeyType verifies signatures of each kind of key a site may have.
func TestEveryKeyType(t *testing.T) {
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		private crypto.Signer
		hash    crypto.Hash
	}{
		"P-384": {p384, crypto.SHA384}, "P-384 with SHA-256": {p384, crypto.SHA256}, "RSA": {rsaKey, crypto.SHA256},
		"Ed25519": {ed, 0}, "Ed25519ph": {ed, crypto.SHA512},
	} {
		t.Run(name, func(t *testing.T) {
			key, err := producer.KeyOf(c.private, c.hash)
			if err != nil {
				t.Fatal(err)
			}
			s := &site{ring: ring(t, trusted(t, keyring.Release, key))}
			if e := judge(s, bundled(t, key, producer.SignStatement(asked))); len(e.Signatures) != 1 {
				t.Errorf("got %+v, want one signature", e)
			}
		})
	}
}

// TestKeysThatAreNotTaken names what a key file may not be.
func TestKeysThatAreNotTaken(t *testing.T) {
	key, err := producer.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	weak, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // that is the point
	if err != nil {
		t.Fatal(err)
	}
	small, err := producer.KeyOf(weak, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	odd, err := producer.KeyOf(p224, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		pem  []byte
		says string
	}{
		"empty":       {nil, "no PEM block"},
		"two keys":    {append(bytes.Clone(key.PEM), key.PEM...), "more than one PEM block"},
		"private key": {[]byte("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n"), "want PUBLIC KEY"},
		"no key":      {[]byte("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), "holds no public key"},
		"weak RSA":    {small.PEM, "1024 bits"},
		"P-224":       {odd.PEM, "P-224"},
	} {
		if _, err := keyring.Parse(keyring.Release, c.pem); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want an error saying %q", name, err, c.says)
		}
	}
	if _, err := keyring.New(trusted(t, keyring.Release, key), trusted(t, keyring.Scanner, key)); err == nil {
		t.Error("one key serves two roles")
	}
}

// TestTheNewestScanComesFirst: an older clean scan must not hide a newer bad one.
func TestTheNewestScanComesFirst(t *testing.T) {
	s, now := newSite(t), time.Now()
	bad := producer.Vulnerability{ID: "CVE-2024-3094", Severity: "CRITICAL", Package: "liblzma5", Fixed: "5.6.1+really5.4.5"}
	e := judge(s,
		bundled(t, s.scanner, scanOf(asked, now.Add(-48*time.Hour))),
		bundled(t, s.scanner, scanOf(asked, now.Add(-time.Hour), bad, producer.Vulnerability{ID: "X", Severity: "odd"})),
		bundled(t, s.scanner, scanOf(asked, now.Add(-24*time.Hour))),
	)
	if len(e.Scans) != 3 {
		t.Fatalf("got %d scans", len(e.Scans))
	}
	newest := e.Scans[0]
	if newest.Counts["CRITICAL"] != 1 || newest.Counts["UNKNOWN"] != 1 || newest.Fixable != 1 || newest.Results != 1 || newest.OS != "debian 12.5" {
		t.Errorf("newest: %+v", newest)
	}
	if want := (view.Vulnerability{ID: bad.ID, Severity: bad.Severity, Package: bad.Package, Fixed: bad.Fixed}); newest.Findings[0] != want {
		t.Errorf("worst finding: %+v", newest.Findings)
	}
}

// TestManyFindings: the list is bounded, the counts are not.
func TestManyFindings(t *testing.T) {
	s := newSite(t)
	var found []producer.Vulnerability
	for i := range 1500 {
		found = append(found, producer.Vulnerability{ID: fmt.Sprintf("CVE-2025-%05d", i), Severity: "LOW"})
	}
	found = append(found, producer.Vulnerability{ID: "CVE-1", Severity: "HIGH"})
	scan := judge(s, bundled(t, s.scanner, scanOf(asked, time.Now(), found...))).Scans[0]
	if scan.Counts["LOW"] != 1500 || len(scan.Findings) != 200 || scan.Findings[0].ID != "CVE-1" {
		t.Errorf("counts %v, %d findings, first %+v", scan.Counts, len(scan.Findings), scan.Findings[0])
	}
}

// TestAnIndexNeedsItsOwnSignature: a platform's manifest vouches for itself alone, a scan of it is a scan.
func TestAnIndexNeedsItsOwnSignature(t *testing.T) {
	s := newSite(t)
	m := &evidence.Material{
		Digest: asked, Child: child, Platform: "linux/amd64", Present: true, MediaType: "application/vnd.oci.image.index.v1+json",
		Documents: []evidence.Document{
			{Subject: child, Format: evidence.Bundle, Body: bundle(t, s.release, producer.SignStatement(child))},
			{Subject: child, Format: evidence.Bundle, Body: bundle(t, s.scanner, scanOf(child, time.Now()))},
		},
	}
	e := evidence.Judge(m, s.ring)
	if !e.Index || len(e.Signatures) != 0 || len(e.Scans) != 1 || e.Scans[0].Subject != "platform" || len(e.Rejected) != 1 {
		t.Errorf("child alone: %+v", e)
	}
	m.Documents = append(m.Documents, bundled(t, s.release, producer.SignStatement(asked)))
	if e := evidence.Judge(m, s.ring); len(e.Signatures) != 1 {
		t.Errorf("signed index: %+v", e)
	}
}

// TestRotation: during a change of keys both count, afterwards the old one does not, and rings differ by ID.
func TestRotation(t *testing.T) {
	s := newSite(t)
	old, fresh := trusted(t, keyring.Release, s.release), trusted(t, keyring.Release, s.stranger)
	documents := []evidence.Document{
		bundled(t, s.release, producer.SignStatement(asked)), bundled(t, s.stranger, producer.SignStatement(asked)),
	}
	both, after := ring(t, old, fresh), ring(t, fresh)
	if e := judge(&site{ring: both}, documents...); len(e.Signatures) != 2 {
		t.Errorf("both keys: %+v", e.Signatures)
	}
	if e := judge(&site{ring: after}, documents...); len(e.Signatures) != 1 || e.Signatures[0].Key != fresh.ID {
		t.Errorf("new key: %+v", e.Signatures)
	}
	if both.ID() == after.ID() || both.ID() != ring(t, fresh, old).ID() {
		t.Error("a ring's ID is not that of its set of keys")
	}
}

func TestNothingIsBelievedOfAnAbsentImage(t *testing.T) {
	s := newSite(t)
	m := &evidence.Material{Digest: asked, Documents: []evidence.Document{bundled(t, s.release, producer.SignStatement(asked))}}
	if e := evidence.Judge(m, s.ring); e.Present || len(e.Signatures) != 0 {
		t.Errorf("got %+v", e)
	}
}

// FuzzJudge: no document makes the reader panic or count for a key that did not sign it.
func FuzzJudge(f *testing.F) {
	s := newSite(f)
	f.Add(bundle(f, s.stranger, producer.SignStatement(asked)), "", "bundle")
	f.Add(producer.SimpleSigning(asked), "AAAA", "simple-signing")
	f.Add([]byte(`{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[{"sig":"AAAA"}]}`), "", "envelope")
	f.Fuzz(func(t *testing.T, body []byte, signature, format string) {
		e := judge(s, evidence.Document{Subject: asked, Format: evidence.Format(format), Body: body, Signature: signature})
		if len(e.Signatures)+len(e.Scans)+len(e.Other) != 0 || len(e.Rejected) != 1 {
			t.Errorf("unsigned bytes count: %+v", e)
		}
	})
}

func BenchmarkJudge(b *testing.B) {
	s := newSite(b)
	m := &evidence.Material{Digest: asked, Present: true, Documents: []evidence.Document{
		bundled(b, s.release, producer.SignStatement(asked)), bundled(b, s.scanner, scanOf(asked, time.Now())),
	}}
	b.ReportAllocs()
	for b.Loop() {
		if e := evidence.Judge(m, s.ring); len(e.Signatures) != 1 || len(e.Scans) != 1 {
			b.Fatalf("got %+v", e)
		}
	}
}
