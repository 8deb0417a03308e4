package producer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote"
)

// Repository is where a pipeline pushes to.
type Repository struct {
	remote *remote.Repository
}

// Open returns a repository of a registry on this machine that speaks plain HTTP ("127.0.0.1:5000/openclaw/worker").
func Open(reference string) (*Repository, error) {
	repo, err := remote.NewRepository(reference)
	if err != nil {
		return nil, fmt.Errorf("open repository %s: %w", reference, err)
	}
	repo.PlainHTTP = true
	return &Repository{repo}, nil
}

// Remote is the repository for whatever else is to be pushed.
func (r *Repository) Remote() *remote.Repository { return r.remote }

// Blob pushes content and describes it.
func (r *Repository) Blob(ctx context.Context, mediaType string, data []byte) (ocispec.Descriptor, error) {
	d := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(data), Size: int64(len(data))}
	if ok, err := r.remote.Blobs().Exists(ctx, d); err == nil && ok {
		return d, nil
	}
	if err := r.remote.Blobs().Push(ctx, d, bytes.NewReader(data)); err != nil {
		return d, fmt.Errorf("push blob: %w", err)
	}
	return d, nil
}

// Manifest pushes a manifest or an index under its digest, and under a tag unless that is empty.
func (r *Repository) Manifest(ctx context.Context, mediaType, tag string, manifest any) (ocispec.Descriptor, error) {
	data, ok := manifest.([]byte)
	if !ok {
		data = encode(manifest)
	}
	d := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(data), Size: int64(len(data))}
	var err error
	if tag == "" {
		err = r.remote.Manifests().Push(ctx, d, bytes.NewReader(data))
	} else {
		err = r.remote.Manifests().PushReference(ctx, d, bytes.NewReader(data), tag)
	}
	if err != nil {
		return d, fmt.Errorf("push manifest: %w", err)
	}
	return d, nil
}

// Image pushes an image of one layer that differs by its text, and describes it.
func (r *Repository) Image(ctx context.Context, text string) (ocispec.Descriptor, error) {
	config, err := r.Blob(ctx, ocispec.MediaTypeImageConfig, fmt.Appendf(nil,
		`{"architecture":"amd64","os":"linux","config":{"Labels":{"text":%q}},"rootfs":{"type":"layers","diff_ids":[]}}`, text))
	if err != nil {
		return config, err
	}
	return r.Manifest(ctx, ocispec.MediaTypeImageManifest, "", ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, Config: config,
		Layers: []ocispec.Descriptor{},
	})
}

// Index pushes an index with one manifest a platform ("linux/amd64").
func (r *Repository) Index(ctx context.Context, children map[string]ocispec.Descriptor) (ocispec.Descriptor, error) {
	index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex}
	for platform, child := range children {
		system, architecture, _ := strings.Cut(platform, "/")
		child.Platform = &ocispec.Platform{OS: system, Architecture: architecture}
		index.Manifests = append(index.Manifests, child)
	}
	return r.Manifest(ctx, ocispec.MediaTypeImageIndex, "", index)
}

// Attach pushes bundles as one referrer of a subject, each a layer; cosign writes one. A registry without the referrers
// API gets the fallback tag.
func (r *Repository) Attach(ctx context.Context, subject ocispec.Descriptor, bundles ...[]byte) error {
	empty, err := r.Blob(ctx, ocispec.MediaTypeEmptyJSON, []byte("{}"))
	if err != nil {
		return err
	}
	manifest := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		ArtifactType: ocispec.MediaTypeEmptyJSON, // what cosign's fallback index says too
		Config:       empty, Subject: &subject,
	}
	for _, bundle := range bundles {
		layer, err := r.Blob(ctx, "application/vnd.dev.sigstore.bundle.v0.3+json", bundle)
		if err != nil {
			return err
		}
		manifest.Layers = append(manifest.Layers, layer)
	}
	_, err = r.Manifest(ctx, ocispec.MediaTypeImageManifest, "", manifest)
	return err
}

// Legacy is one layer of cosign's older layout.
type Legacy struct {
	MediaType string
	Body      []byte
	Signature string // base64; "" for an attestation
}

// Media types of the older layout.
const (
	MediaSimple   = "application/vnd.dev.cosign.simplesigning.v1+json"
	MediaEnvelope = "application/vnd.dsse.envelope.v1+json"
)

// Add adds layers to the manifest under the subject's legacy tag, ".sig" or ".att".
func (r *Repository) Add(ctx context.Context, subject ocispec.Descriptor, suffix string, layers ...Legacy) error {
	tag := strings.Replace(subject.Digest.String(), ":", "-", 1) + suffix
	manifest := ocispec.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest}
	_, content, err := r.remote.Manifests().FetchReference(ctx, tag)
	switch {
	case err == nil:
		err = errors.Join(json.NewDecoder(content).Decode(&manifest), content.Close())
		if err != nil {
			return fmt.Errorf("read manifest of %s: %w", tag, err)
		}
	case !errors.Is(err, errdef.ErrNotFound):
		return fmt.Errorf("fetch manifest of %s: %w", tag, err)
	}
	if manifest.Config, err = r.Blob(ctx, ocispec.MediaTypeImageConfig, []byte("{}")); err != nil {
		return err
	}
	for _, l := range layers {
		layer, err := r.Blob(ctx, l.MediaType, l.Body)
		if err != nil {
			return err
		}
		if l.Signature != "" {
			layer.Annotations = map[string]string{"dev.cosignproject.cosign/signature": l.Signature}
		}
		manifest.Layers = append(manifest.Layers, layer)
	}
	_, err = r.Manifest(ctx, ocispec.MediaTypeImageManifest, tag, manifest)
	return err
}
