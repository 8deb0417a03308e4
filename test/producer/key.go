package producer

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/sigstore/sigstore/pkg/signature"
)

// PayloadType is that of a DSSE envelope with an in-toto statement.
const PayloadType = "application/vnd.in-toto+json"

// Key signs.
type Key struct {
	PEM    []byte // the public key
	signer signature.Signer
}

// NewKey makes an ECDSA key on P-256, which is what cosign makes.
func NewKey() (*Key, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	return KeyOf(private, crypto.SHA256)
}

// KeyOf makes a key of a private one. Ed25519 signs prehashed when the hash is SHA-512, and plain otherwise.
func KeyOf(private crypto.Signer, hash crypto.Hash) (*Key, error) {
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	k := &Key{PEM: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})}
	switch p := private.(type) {
	case *ecdsa.PrivateKey:
		k.signer, err = signature.LoadECDSASigner(p, hash)
	case *rsa.PrivateKey:
		k.signer, err = signature.LoadRSAPKCS1v15Signer(p, hash)
	case ed25519.PrivateKey:
		if hash == crypto.SHA512 {
			k.signer, err = signature.LoadED25519phSigner(p)
		} else {
			k.signer, err = signature.LoadED25519Signer(p)
		}
	default:
		err = fmt.Errorf("type %T", private)
	}
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	return k, nil
}

// Sign returns the signature of a message, in base64.
func (k *Key) Sign(message []byte) (string, error) {
	sig, err := k.signer.SignMessage(bytes.NewReader(message))
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return base64.StdEncoding.EncodeToString(sig), nil
}

// Envelope returns a DSSE envelope with the payload.
func (k *Key) Envelope(payloadType string, payload []byte) ([]byte, error) {
	sig, err := k.Sign(dsse.PAE(payloadType, payload))
	if err != nil {
		return nil, err
	}
	return json.Marshal(dsse.Envelope{
		PayloadType: payloadType, Payload: base64.StdEncoding.EncodeToString(payload), Signatures: []dsse.Signature{{Sig: sig}},
	})
}

// Bundle returns a sigstore bundle (v0.3) with a statement.
func (k *Key) Bundle(statement []byte) ([]byte, error) {
	envelope, err := k.Envelope(PayloadType, statement)
	if err != nil {
		return nil, err
	}
	return WrapEnvelope(envelope)
}

// WrapEnvelope makes a sigstore bundle of an envelope.
func WrapEnvelope(envelope []byte) ([]byte, error) {
	return json.Marshal(map[string]any{
		"mediaType":            "application/vnd.dev.sigstore.bundle.v0.3+json",
		"verificationMaterial": map[string]any{"publicKey": map[string]any{"hint": "unsigned, and so of no account"}},
		"dsseEnvelope":         json.RawMessage(envelope),
	})
}
