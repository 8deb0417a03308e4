package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
)

// peerConfiguration writes the policy as a bundle and the OPA configuration that loads it: the peer's faster mode.
func peerConfiguration(dir string) (string, error) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	w := tar.NewWriter(z)
	err := w.WriteHeader(&tar.Header{Name: "/peer.rego", Mode: 0o600, Size: int64(len(peerPolicy))})
	if err == nil {
		_, err = w.Write([]byte(peerPolicy))
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

// peerPolicy is a small hardening policy for opa-docker-authz on its own input, so that both decide something alike.
const peerPolicy = `package docker.authz

default allow := false

allow if not create

allow if {
	create
	count(deny) == 0
}

create if {
	input.Method == "POST"
	glob.match("/v*/containers/create", ["/"], input.PathPlain)
}

deny contains "privileged" if input.Body.HostConfig.Privileged == true

deny contains "readonly" if not input.Body.HostConfig.ReadonlyRootfs == true

deny contains "capabilities" if not "ALL" in input.Body.HostConfig.CapDrop

deny contains "memory" if not input.Body.HostConfig.Memory > 0

deny contains "cpu" if not input.Body.HostConfig.NanoCpus > 0

deny contains "pids" if not input.Body.HostConfig.PidsLimit > 0

deny contains "pid namespace" if input.Body.HostConfig.PidMode == "host"

deny contains "network namespace" if input.Body.HostConfig.NetworkMode == "host"

deny contains "binds" if count(input.Body.HostConfig.Binds) > 0

deny contains "user" if not input.Body.User == "1001:1001"
`
