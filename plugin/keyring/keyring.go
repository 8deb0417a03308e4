// Package keyring holds the public keys a site trusts, each for one role, and tells which of them made a signature. It is
// pure: keys come as bytes.
package keyring

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sigstore/sigstore/pkg/signature"
)

// Role is what a key is trusted for. One key never serves two roles: an attestation made with a release key would
// otherwise pass for a signature.
type Role string

// Roles of keys.
const (
	Release Role = "release" // signs images
	Scanner Role = "scanner" // attests vulnerability scans
)

// Key is a public key that is trusted for one role.
type Key struct {
	ID        string // SHA-256 of the key's SubjectPublicKeyInfo, in hexadecimal
	Role      Role
	verifiers []signature.Verifier // one for each way a client signs with such a key
}

// Ring is every key that a site trusts. The zero value trusts none. It never changes.
type Ring struct {
	keys []Key
	id   string
}

const minRSA = 2048

// Parse reads one PEM block with a public key: ECDSA on P-256, P-384 or P-521, Ed25519, or RSA of at least 2,048 bits.
func Parse(role Role, data []byte) (Key, error) {
	block, rest := pem.Decode(data)
	switch {
	case block == nil:
		return Key{}, errors.New("no PEM block; want a public key as cosign writes it (cosign.pub)")
	case len(bytes.TrimSpace(rest)) > 0:
		return Key{}, errors.New("more than one PEM block; want one key a file")
	case block.Type != "PUBLIC KEY":
		return Key{}, fmt.Errorf("a PEM block of type %q; want PUBLIC KEY", block.Type)
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return Key{}, errors.New("a PEM block that holds no public key")
	}
	verifiers, err := verifiersOf(public)
	if err != nil {
		return Key{}, err
	}
	sum := sha256.Sum256(block.Bytes)
	return Key{ID: hex.EncodeToString(sum[:]), Role: role, verifiers: verifiers}, nil
}

// verifiersOf returns a verifier for each way in which cosign signs with such a key: the hash follows the curve, and
// Ed25519 is used prehashed by some writers and plain by others.
func verifiersOf(public crypto.PublicKey) ([]signature.Verifier, error) {
	load := func(hashes ...crypto.Hash) ([]signature.Verifier, error) {
		var verifiers []signature.Verifier
		for _, hash := range hashes {
			v, err := signature.LoadVerifier(public, hash)
			if err != nil {
				return nil, fmt.Errorf("load key: %w", err)
			}
			verifiers = append(verifiers, v)
		}
		return verifiers, nil
	}
	switch key := public.(type) {
	case *ecdsa.PublicKey:
		switch key.Curve {
		case elliptic.P256():
			return load(crypto.SHA256)
		case elliptic.P384():
			return load(crypto.SHA384, crypto.SHA256)
		case elliptic.P521():
			return load(crypto.SHA512, crypto.SHA256)
		}
		return nil, fmt.Errorf("an ECDSA key on %s; want P-256, P-384 or P-521", key.Curve.Params().Name)
	case *rsa.PublicKey:
		if key.N.BitLen() < minRSA {
			return nil, fmt.Errorf("an RSA key of %d bits; want at least %d", key.N.BitLen(), minRSA)
		}
		return load(crypto.SHA256)
	case ed25519.PublicKey:
		plain, err := signature.LoadED25519Verifier(key)
		if err != nil {
			return nil, fmt.Errorf("load key: %w", err)
		}
		prehashed, err := signature.LoadED25519phVerifier(key)
		if err != nil {
			return nil, fmt.Errorf("load key: %w", err)
		}
		return []signature.Verifier{plain, prehashed}, nil
	}
	return nil, fmt.Errorf("a key of type %T; want ECDSA, Ed25519 or RSA", public)
}

// New makes a ring. A key that stands in it for two roles is an error.
func New(keys ...Key) (*Ring, error) {
	ring := &Ring{}
	for _, key := range keys {
		i := slices.IndexFunc(ring.keys, func(k Key) bool { return k.ID == key.ID })
		switch {
		case i < 0:
			ring.keys = append(ring.keys, key)
		case ring.keys[i].Role != key.Role:
			return nil, fmt.Errorf("key %s is given for %s and for %s; one key serves one role", short(key.ID), ring.keys[i].Role, key.Role)
		}
	}
	slices.SortFunc(ring.keys, func(a, b Key) int { return strings.Compare(a.ID, b.ID) })
	sum := sha256.New()
	for _, key := range ring.keys {
		fmt.Fprintf(sum, "%s %s\n", key.Role, key.ID)
	}
	ring.id = hex.EncodeToString(sum.Sum(nil))
	return ring, nil
}

// ID names the set of keys: equal rings have equal IDs.
func (r *Ring) ID() string { return r.id }

// Keys returns the keys, sorted by ID.
func (r *Ring) Keys() []Key { return slices.Clone(r.keys) }

// Signer returns the key that made a signature of the message, or nil. Which key a client says it used is a hint that
// nobody signed, so every key is tried.
func (r *Ring) Signer(message, sig []byte) *Key {
	for i := range r.keys {
		for _, v := range r.keys[i].verifiers {
			if v.VerifySignature(bytes.NewReader(sig), bytes.NewReader(message)) == nil {
				return &r.keys[i]
			}
		}
	}
	return nil
}

// short is enough of an ID for people to tell keys apart.
func short(id string) string { return id[:min(12, len(id))] }
