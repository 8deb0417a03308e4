package producer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Pipeline signs with one key and attests scans with another, as a site trusts them.
type Pipeline struct {
	Release, Scanner *Key
}

// NewPipeline makes both keys.
func NewPipeline() (*Pipeline, error) {
	release, err := NewKey()
	if err != nil {
		return nil, err
	}
	scanner, err := NewKey()
	if err != nil {
		return nil, err
	}
	return &Pipeline{release, scanner}, nil
}

// Site writes the public keys into a directory and returns the part of the site data that trusts them.
func (p *Pipeline) Site(dir string) (string, error) {
	release, scanner := filepath.Join(dir, "release.pub"), filepath.Join(dir, "scanner.pub")
	for path, key := range map[string]*Key{release: p.Release, scanner: p.Scanner} {
		if err := os.WriteFile(path, key.PEM, 0o644); err != nil {
			return "", fmt.Errorf("write public key: %w", err)
		}
	}
	return fmt.Sprintf("signatures: {keys: [%q]}\nscan: {keys: [%q]}\n", release, scanner), nil
}

// Publish signs an image of a registry on this machine, and attests that a scan of it has just found nothing.
func (p *Pipeline) Publish(ctx context.Context, reference string) error {
	if err := p.Sign(ctx, reference); err != nil {
		return err
	}
	return p.Attest(ctx, reference, time.Now())
}

// Sign signs an image ("127.0.0.1:5000/openclaw/worker@sha256:…").
func (p *Pipeline) Sign(ctx context.Context, reference string) error {
	return attach(ctx, reference, p.Release, SignStatement)
}

// Attest attests a scan of it.
func (p *Pipeline) Attest(ctx context.Context, reference string, finished time.Time, found ...Vulnerability) error {
	return attach(ctx, reference, p.Scanner, func(digest string) []byte {
		return Statement(digest, PredicateVuln, Scan(finished, found...))
	})
}

func attach(ctx context.Context, reference string, key *Key, statement func(digest string) []byte) error {
	repository, pin, found := strings.Cut(reference, "@")
	if !found {
		return fmt.Errorf("publish %s: no digest", reference)
	}
	repo, err := Open(repository)
	if err != nil {
		return err
	}
	subject, err := repo.Remote().Resolve(ctx, pin)
	if err != nil {
		return fmt.Errorf("publish %s: %w", reference, err)
	}
	bundle, err := key.Bundle(statement(pin))
	if err != nil {
		return err
	}
	return repo.Attach(ctx, ocispec.Descriptor{
		MediaType: subject.MediaType, Digest: digest.Digest(pin), Size: subject.Size,
	}, bundle)
}
