package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// peerConfiguration writes the policy as a bundle and the OPA configuration that loads it: the peer's faster mode.
func peerConfiguration(dir, host string) (string, error) {
	policy := peerPolicyFor(host)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	w := tar.NewWriter(z)
	err := w.WriteHeader(&tar.Header{Name: "/peer.rego", Mode: 0o600, Size: int64(len(policy))})
	if err == nil {
		_, err = w.Write([]byte(policy))
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return "", fmt.Errorf("pack the peer's bundle: %w", err)
	}
	bundle := filepath.Join(dir, "peer.tar.gz")
	if err := os.WriteFile(bundle, packed.Bytes(), 0o600); err != nil {
		return "", err
	}
	configuration := filepath.Join(dir, "peer.yaml")
	text := fmt.Sprintf("bundles:\n  authz:\n    resource: \"file://%s\"\n", bundle)
	return configuration, os.WriteFile(configuration, []byte(text), 0o600)
}

// peerPolicyFile writes the policy for the mode that reads it anew for each call.
func peerPolicyFile(dir, host string) (string, error) {
	path := filepath.Join(dir, "peer.rego")
	return path, os.WriteFile(path, []byte(peerPolicyFor(host)), 0o600)
}

func peerPolicyFor(host string) string {
	return strings.ReplaceAll(peerPolicy, "REGISTRY/", host+"/openclaw/")
}

// peerPolicy encodes the checklist for opa-docker-authz on its own input, so that both decide the same: sixty conditions
// on the body of a create.
//
//go:embed peer.rego
var peerPolicy string
