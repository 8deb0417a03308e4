package engine

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content/memory"
	"oras.land/oras-go/v2/registry/remote"
)

// Image describes an image of one layer: the helper program, a passwd file, and files of the caller's.
type Image struct {
	User       string            // default: 1001:1001
	Env        []string          // NAME=value
	Volumes    []string          // declared anonymous volumes
	Ports      []string          // declared ports: 8080/tcp
	Entrypoint []string          // default: /helper
	Cmd        []string          // default: none; the helper then reports itself and waits
	Files      map[string]string // absolute path to content, owned by root, mode 0644
	Root       bool              // leave User empty: the image runs as root
}

// PushImage pushes an image to repository (REGISTRY/NAME...) and returns its digest reference.
func PushImage(ctx context.Context, repository string, image Image) (string, error) {
	helper, err := Helper(ctx)
	if err != nil {
		return "", fmt.Errorf("push %s: %w", repository, err)
	}
	layer, diff, err := pack(helper, image.Files)
	if err != nil {
		return "", fmt.Errorf("push %s: %w", repository, err)
	}
	config, err := json.Marshal(image.config(diff))
	if err != nil {
		return "", fmt.Errorf("push %s: %w", repository, err)
	}
	target, err := remote.NewRepository(repository)
	if err != nil {
		return "", fmt.Errorf("push %s: %w", repository, err)
	}
	target.PlainHTTP = true
	store := memory.New()
	descriptors := make([]ocispec.Descriptor, 0, 2)
	for _, part := range []struct {
		kind  string
		bytes []byte
	}{{ocispec.MediaTypeImageConfig, config}, {ocispec.MediaTypeImageLayerGzip, layer}} {
		d := ocispec.Descriptor{MediaType: part.kind, Digest: digest.FromBytes(part.bytes), Size: int64(len(part.bytes))}
		if err := store.Push(ctx, d, bytes.NewReader(part.bytes)); err != nil {
			return "", fmt.Errorf("push %s: %w", repository, err)
		}
		descriptors = append(descriptors, d)
	}
	manifest, err := json.Marshal(ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: descriptors[0], Layers: descriptors[1:],
	})
	if err != nil {
		return "", fmt.Errorf("push %s: %w", repository, err)
	}
	root := ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageManifest, Digest: digest.FromBytes(manifest), Size: int64(len(manifest)),
	}
	if err := store.Push(ctx, root, bytes.NewReader(manifest)); err != nil {
		return "", fmt.Errorf("push %s: %w", repository, err)
	}
	if err := oras.CopyGraph(ctx, store, target, root, oras.DefaultCopyGraphOptions); err != nil {
		return "", fmt.Errorf("push %s: %w", repository, err)
	}
	// A tag too: pulls by tag are among the things to be denied.
	if err := target.Tag(ctx, root, "latest"); err != nil {
		return "", fmt.Errorf("tag %s: %w", repository, err)
	}
	return repository + "@" + root.Digest.String(), nil
}

func (i Image) config(layer digest.Digest) ocispec.Image {
	c := ocispec.Image{
		Platform: ocispec.Platform{Architecture: runtime.GOARCH, OS: "linux"},
		RootFS:   ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{layer}},
		Config:   ocispec.ImageConfig{User: i.User, Env: i.Env, Entrypoint: i.Entrypoint, Cmd: i.Cmd, WorkingDir: "/"},
	}
	if c.Config.User == "" && !i.Root {
		c.Config.User = "1001:1001"
	}
	if c.Config.Env == nil {
		c.Config.Env = []string{"PATH=/"}
	}
	if c.Config.Entrypoint == nil {
		c.Config.Entrypoint = []string{"/helper"}
	}
	for _, v := range i.Volumes {
		if c.Config.Volumes == nil {
			c.Config.Volumes = map[string]struct{}{}
		}
		c.Config.Volumes[v] = struct{}{}
	}
	for _, p := range i.Ports {
		if c.Config.ExposedPorts == nil {
			c.Config.ExposedPorts = map[string]struct{}{}
		}
		c.Config.ExposedPorts[p] = struct{}{}
	}
	return c
}

// Helper returns the program that test images run, built static for the machine.
func Helper(ctx context.Context) ([]byte, error) {
	root, err := Root()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "airlock-helper-")
	if err != nil {
		return nil, fmt.Errorf("build helper: %w", err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "helper")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w -buildid=", "-o", path, "./test/engine/helper")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build helper: %w: %s", err, out)
	}
	return os.ReadFile(path)
}

// pack makes the layer, and the digest of its uncompressed form.
func pack(helper []byte, files map[string]string) (layer []byte, diff digest.Digest, err error) {
	var plain bytes.Buffer
	w := tar.NewWriter(&plain)
	add := func(name string, mode int64, kind byte, content []byte) {
		if err == nil {
			err = w.WriteHeader(&tar.Header{Name: name, Mode: mode, Typeflag: kind, Size: int64(len(content))})
		}
		if err == nil {
			_, err = w.Write(content)
		}
	}
	add("helper", 0o755, tar.TypeReg, helper)
	for _, dir := range []string{"etc/", "tmp/", "run/", "run/secrets/", "proc/", "sys/", "dev/"} {
		add(dir, 0o755, tar.TypeDir, nil)
	}
	add("etc/passwd", 0o644, tar.TypeReg, []byte("root:x:0:0::/:/helper\nagent:x:1001:1001::/:/helper\n"))
	add("etc/group", 0o644, tar.TypeReg, []byte("root:x:0:\nagent:x:1001:\n"))
	for name, content := range files {
		add(name[1:], 0o644, tar.TypeReg, []byte(content))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, "", fmt.Errorf("pack layer: %w", err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(plain.Bytes()); err != nil {
		return nil, "", fmt.Errorf("pack layer: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, "", fmt.Errorf("pack layer: %w", err)
	}
	return packed.Bytes(), digest.FromBytes(plain.Bytes()), nil
}
