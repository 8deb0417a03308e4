package evidence

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/airlock-gate/airlock/plugin/keyring"
)

const (
	payloadType   = "application/vnd.in-toto+json"
	maxSignatures = 8
)

// rejected is why a document counts for nothing. It is made of this program's words only: what a document says of itself
// stays out until a key has signed it.
type rejected string

func (r rejected) Error() string { return string(r) }

// one decodes exactly one JSON value.
func one(data []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(value); err != nil {
		return rejected("is not the JSON it should be")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return rejected("has bytes after its one JSON value")
	}
	return nil
}

// sigstoreBundle is the part of a bundle (sigstore protobuf-specs, bundle v0.3) that key-based verification needs. The
// key hint is unsigned and not read.
type sigstoreBundle struct {
	MediaType string         `json:"mediaType"`
	Envelope  *dsse.Envelope `json:"dsseEnvelope"`
}

// openBundle verifies a bundle and returns the signed statement's bytes with the key that signed.
func openBundle(ring *keyring.Ring, data []byte) ([]byte, *keyring.Key, error) {
	var bundle sigstoreBundle
	if err := one(data, &bundle); err != nil {
		return nil, nil, err
	}
	if bundle.Envelope == nil {
		return nil, nil, rejected("is a bundle without a DSSE envelope")
	}
	return open(ring, bundle.Envelope)
}

// openEnvelope does the same for a bare envelope.
func openEnvelope(ring *keyring.Ring, data []byte) ([]byte, *keyring.Key, error) {
	var envelope dsse.Envelope
	if err := one(data, &envelope); err != nil {
		return nil, nil, err
	}
	return open(ring, &envelope)
}

// open verifies an envelope by DSSE (secure-systems-lab/dsse, protocol v1). Only the verified bytes are handed out.
func open(ring *keyring.Ring, envelope *dsse.Envelope) ([]byte, *keyring.Key, error) {
	if envelope.PayloadType != payloadType {
		return nil, nil, rejected("is an envelope whose payload is no in-toto statement")
	}
	if n := len(envelope.Signatures); n < 1 || n > maxSignatures {
		return nil, nil, rejected("is an envelope with no signature or with more than eight")
	}
	payload, err := base64.StdEncoding.Strict().DecodeString(envelope.Payload)
	if err != nil {
		return nil, nil, rejected("is an envelope whose payload is not base64")
	}
	message := dsse.PAE(envelope.PayloadType, payload)
	for _, s := range envelope.Signatures {
		sig, err := base64.StdEncoding.Strict().DecodeString(s.Sig)
		if err != nil {
			return nil, nil, rejected("is an envelope whose signature is not base64")
		}
		if key := ring.Signer(message, sig); key != nil {
			return payload, key, nil
		}
	}
	return nil, nil, rejected("is not signed by a trusted key")
}

// Predicate types (cosign, pkg/cosign/attestation and internal/pkg/cosign/sign).
const (
	predicateSign = "https://sigstore.dev/cosign/sign/v1"
	predicateVuln = "https://cosign.sigstore.dev/attestation/vuln/v1"
)

// statement is an in-toto statement.
type statement struct {
	Type          string          `json:"_type"`
	Subject       []subject       `json:"subject"`
	PredicateType string          `json:"predicateType"`
	Predicate     json.RawMessage `json:"predicate"`
}

type subject struct {
	Digest      map[string]string `json:"digest"`
	Annotations map[string]any    `json:"annotations"`
}

// parseStatement reads signed bytes as a statement about one of the digests. It returns the subject that names it.
func parseStatement(signed []byte, digest string) (*statement, *subject, error) {
	var s statement
	if err := one(signed, &s); err != nil {
		return nil, nil, err
	}
	if !slices.Contains([]string{"https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"}, s.Type) {
		return nil, nil, rejected("is signed, but no in-toto statement")
	}
	hex, _ := strings.CutPrefix(digest, "sha256:")
	i := slices.IndexFunc(s.Subject, func(about subject) bool { return hex != "" && about.Digest["sha256"] == hex })
	if i < 0 {
		return nil, nil, rejected("is a statement about another image")
	}
	return &s, &s.Subject[i], nil
}

// simpleSigning is cosign's older signature payload (containers/image, signature/v1).
type simpleSigning struct {
	Critical struct {
		Type  string `json:"type"`
		Image struct {
			Digest string `json:"docker-manifest-digest"`
		} `json:"image"`
	} `json:"critical"`
	Optional map[string]any `json:"optional"`
}

// openSimple verifies a payload of simple signing about a digest.
func openSimple(ring *keyring.Ring, data []byte, signature, digest string) (*simpleSigning, *keyring.Key, error) {
	sig, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil || len(sig) == 0 {
		return nil, nil, rejected("has no signature that is base64")
	}
	key := ring.Signer(data, sig)
	if key == nil {
		return nil, nil, rejected("is not signed by a trusted key")
	}
	var payload simpleSigning
	if err := one(data, &payload); err != nil {
		return nil, nil, err
	}
	switch {
	case payload.Critical.Type != "cosign container image signature":
		return nil, nil, rejected("is signed, but no image signature")
	case payload.Critical.Image.Digest != digest:
		return nil, nil, rejected("is a signature of another image")
	}
	return &payload, key, nil
}
