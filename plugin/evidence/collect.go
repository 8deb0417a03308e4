package evidence

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"
)

// Media types this package tells apart.
const (
	mediaManifest       = ocispec.MediaTypeImageManifest
	mediaIndex          = ocispec.MediaTypeImageIndex
	mediaDockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	mediaDockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	mediaBundle         = "application/vnd.dev.sigstore.bundle" // and a version: ".v0.3+json"
	mediaSimple         = "application/vnd.dev.cosign.simplesigning.v1+json"
	mediaEnvelope       = "application/vnd.dsse.envelope.v1+json"

	annotationSignature = "dev.cosignproject.cosign/signature"
)

// imageDigest is the one form of a digest that evidence is looked up for.
var imageDigest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// errLimit says that an image has more evidence than is read.
var errLimit = errors.New("more documents, or larger ones, than are read of one image")

// Collector fetches material. It is safe for concurrent use.
type Collector struct {
	access Access
	base   *http.Transport
	now    func() time.Time
}

// NewCollector makes a Collector. It contacts nobody.
func NewCollector(a Access) (*Collector, error) {
	if a.Connect <= 0 {
		a.Connect = defaultConnect
	}
	if a.Total <= 0 {
		a.Total = defaultTotal
	}
	base, err := newTransport(a)
	if err != nil {
		return nil, err
	}
	return &Collector{access: a, base: base, now: time.Now}, nil
}

// Close drops idle connections.
func (c *Collector) Close() { c.base.CloseIdleConnections() }

// Collect fetches what the registry of the repository holds about a digest, all of it within the total time. The caller
// has made sure that the repository is one of the site's: nothing here knows which hosts may be asked.
//
// A digest the registry does not have is an answer (Present is false), and so is one without documents. An error means
// that nothing is known.
func (c *Collector) Collect(ctx context.Context, repository, digest, platform string) (*Material, error) {
	if !imageDigest.MatchString(digest) {
		return nil, fmt.Errorf("collect evidence: %q is no sha256 digest", digest)
	}
	ctx, cancel := context.WithTimeout(ctx, c.access.Total)
	defer cancel()
	repo, err := remote.NewRepository(repository)
	if err != nil {
		return nil, fmt.Errorf("collect evidence of %s: %w", repository, err)
	}
	repo.Client = client(c.base, repo.Reference.Host(), c.access.credentials)
	repo.PlainHTTP = loopback(repo.Reference.Host()) && c.access.CAFile == ""
	repo.MaxMetadataBytes = maxManifest
	repo.ReferrerListMaxPages = maxReferrers
	if err := repo.SetReferrersCapability(true); err != nil {
		return nil, fmt.Errorf("collect evidence of %s: %w", repository, err)
	}
	visit := &visit{repo: repo, left: maxTotal}
	m := &Material{Repository: repository, Digest: digest, Platform: platform, Fetched: c.now().UTC(), Documents: []Document{}}
	if err := visit.collect(ctx, m); err != nil {
		return nil, fmt.Errorf("collect evidence of %s@%s: %w", repository, digest, err)
	}
	return m, nil
}

// visit is one Collect.
type visit struct {
	repo *remote.Repository
	left int64 // bytes that may still be read of documents; read by one goroutine
}

// image is the part of a manifest or of an index that matters here.
type image struct {
	MediaType string               `json:"mediaType"`
	Config    *ocispec.Descriptor  `json:"config"`
	Layers    []ocispec.Descriptor `json:"layers"`
	Manifests []ocispec.Descriptor `json:"manifests"`
}

func (v *visit) collect(ctx context.Context, m *Material) error {
	top, mediaType, err := v.manifest(ctx, m.Digest)
	if errors.Is(err, errdef.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	m.Present, m.MediaType = true, mediaType
	subjects := []string{m.Digest}
	if m.index() {
		if m.Child = child(top.Manifests, m.Platform); m.Child != "" {
			top, mediaType, err = v.manifest(ctx, m.Child)
			switch {
			case errors.Is(err, errdef.ErrNotFound):
				return nil // the index lists what the registry does not have; there is nothing to vouch for
			case err != nil:
				return err
			case mediaType != mediaManifest && mediaType != mediaDockerManifest:
				return errors.New("an index lists another index as a platform's manifest")
			}
			subjects = append(subjects, m.Child)
		}
	}
	if top.Config != nil {
		m.Config = top.Config.Digest.String()
	}
	for _, subject := range subjects {
		documents, err := v.documents(ctx, subject)
		if err != nil {
			return err
		}
		m.Documents = append(m.Documents, documents...)
	}
	return nil
}

// child picks the manifest of a platform from an index, by system and architecture; "" when none or several would do.
func child(manifests []ocispec.Descriptor, platform string) string {
	system, rest, _ := strings.Cut(platform, "/")
	architecture, variant, _ := strings.Cut(rest, "/")
	var found []string
	for _, d := range manifests {
		p := d.Platform
		if p != nil && p.OS == system && p.Architecture == architecture && (variant == "" || p.Variant == variant) {
			found = append(found, d.Digest.String())
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// manifest fetches a manifest or an index by digest or tag. What a registry says of its type and what the content says
// must agree, so that nothing is one thing here and another to the engine.
func (v *visit) manifest(ctx context.Context, reference string) (*image, string, error) {
	descriptor, content, err := v.repo.Manifests().FetchReference(ctx, reference)
	if err != nil {
		return nil, "", err
	}
	defer content.Close() //nolint:errcheck // only read
	data, err := read(content, maxManifest)
	if err != nil {
		return nil, "", err
	}
	if imageDigest.MatchString(reference) && sum(data) != reference {
		return nil, "", errors.New("content does not match its digest")
	}
	var found image
	if err := one(data, &found); err != nil {
		return nil, "", fmt.Errorf("a manifest %w", err)
	}
	list := descriptor.MediaType == mediaIndex || descriptor.MediaType == mediaDockerList
	switch {
	case !list && descriptor.MediaType != mediaManifest && descriptor.MediaType != mediaDockerManifest:
		return nil, "", errors.New("a manifest of a media type nobody here reads")
	case found.MediaType != "" && found.MediaType != descriptor.MediaType,
		list && (found.Config != nil || found.Layers != nil), !list && found.Manifests != nil:
		return nil, "", errors.New("a manifest that is of two types at once")
	}
	return &found, descriptor.MediaType, nil
}

// documents gathers the evidence about one digest from the four places in which cosign leaves it.
func (v *visit) documents(ctx context.Context, subject string) ([]Document, error) {
	tag := strings.Replace(subject, ":", "-", 1)
	var (
		referrers         []ocispec.Descriptor
		fallback          *image
		signed, attested  *image
		signature, attest = tag + ".sig", tag + ".att"
	)
	group, inner := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		referrers, err = v.referrers(inner, subject)
		return err
	})
	for reference, into := range map[string]**image{tag: &fallback, signature: &signed, attest: &attested} {
		group.Go(func() error {
			found, _, err := v.manifest(inner, reference)
			if errors.Is(err, errdef.ErrNotFound) {
				return nil
			}
			*into = found
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if fallback != nil {
		referrers = append(referrers, fallback.Manifests...)
	}
	var documents []Document
	seen := map[digest.Digest]bool{}
	for _, r := range referrers {
		if seen[r.Digest] {
			continue
		}
		seen[r.Digest] = true
		if len(seen) > maxReferrers {
			return nil, errLimit
		}
		document, err := v.bundle(ctx, subject, r)
		if err != nil {
			return nil, err
		}
		if document != nil {
			documents = append(documents, *document)
		}
	}
	for _, legacy := range []struct {
		manifest  *image
		mediaType string
		format    Format
	}{{signed, mediaSimple, SimpleSigning}, {attested, mediaEnvelope, Envelope}} {
		found, err := v.layers(ctx, subject, legacy.manifest, legacy.mediaType, legacy.format)
		if err != nil {
			return nil, err
		}
		documents = append(documents, found...)
	}
	return documents, nil
}

// referrers asks the referrers API. A registry without it keeps referrers under a tag instead, which is read in any case.
func (v *visit) referrers(ctx context.Context, subject string) ([]ocispec.Descriptor, error) {
	var all []ocispec.Descriptor
	about := ocispec.Descriptor{MediaType: mediaManifest, Digest: digest.Digest(subject)}
	err := v.repo.Referrers(ctx, about, "", func(page []ocispec.Descriptor) error {
		all = append(all, page...)
		if len(all) > maxReferrers {
			return errLimit
		}
		return nil
	})
	if errors.Is(err, errdef.ErrUnsupported) || errors.Is(err, errdef.ErrNotFound) || notFound(err) {
		return nil, nil
	}
	return all, err
}

// notFound tells whether a registry answered that it does not have what was asked for.
func notFound(err error) bool {
	var answer *errcode.ErrorResponse
	return errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound
}

// bundle reads one referrer; nil when it is no sigstore bundle. Its artifact type is not looked at: registries and
// writers do not agree on it.
func (v *visit) bundle(ctx context.Context, subject string, r ocispec.Descriptor) (*Document, error) {
	if !imageDigest.MatchString(r.Digest.String()) {
		return nil, errors.New("a referrer without a sha256 digest")
	}
	found, _, err := v.manifest(ctx, r.Digest.String())
	if errors.Is(err, errdef.ErrNotFound) {
		return nil, nil // deleted, or lost with the tag that lists it
	}
	if err != nil {
		return nil, err
	}
	is := func(layer ocispec.Descriptor) bool { return strings.HasPrefix(layer.MediaType, mediaBundle) }
	if !slices.ContainsFunc(found.Layers, is) {
		return nil, nil
	}
	document := &Document{Subject: subject, Format: Bundle, Place: r.Digest.String()}
	if len(found.Layers) != 1 {
		document.Defect = "is a bundle with more than one layer"
		return document, nil
	}
	document.Body, err = v.blob(ctx, found.Layers[0])
	return document, err
}

// layers reads the documents of a manifest in cosign's older layout, one a layer.
func (v *visit) layers(ctx context.Context, subject string, manifest *image, mediaType string, format Format) ([]Document, error) {
	if manifest == nil {
		return nil, nil
	}
	if len(manifest.Layers) > maxLayers {
		return nil, errLimit
	}
	var documents []Document
	for _, layer := range manifest.Layers {
		document := Document{Subject: subject, Format: format, Place: layer.Digest.String(), Signature: layer.Annotations[annotationSignature]}
		if layer.MediaType != mediaType {
			document.Defect = "is a layer of another media type than its tag promises"
			documents = append(documents, document)
			continue
		}
		var err error
		if document.Body, err = v.blob(ctx, layer); err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
	return documents, nil
}

// blob reads a layer and holds it to its descriptor.
func (v *visit) blob(ctx context.Context, layer ocispec.Descriptor) ([]byte, error) {
	if !imageDigest.MatchString(layer.Digest.String()) {
		return nil, errors.New("a layer without a sha256 digest")
	}
	if layer.Size < 0 || layer.Size > maxDocument || layer.Size > v.left {
		return nil, errLimit
	}
	content, err := v.repo.Blobs().Fetch(ctx, layer)
	if err != nil {
		return nil, err
	}
	defer content.Close() //nolint:errcheck // only read
	data, err := read(content, layer.Size)
	if err != nil {
		return nil, err
	}
	v.left -= int64(len(data))
	if int64(len(data)) != layer.Size || sum(data) != layer.Digest.String() {
		return nil, errors.New("content does not match its descriptor")
	}
	return data, nil
}

// read reads at most limit bytes; more is an error, not a cut.
func read(from io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(from, limit+1))
	if err == nil && int64(len(data)) > limit {
		return nil, errLimit
	}
	return data, err
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(s[:])
}

// Why tells in one word why a registry gave no answer, for policies and people. The words are those of view.Evidence.
func Why(err error) string {
	var (
		timeout   net.Error
		answer    *errcode.ErrorResponse
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		op        *net.OpError
		syntax    *json.SyntaxError
	)
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errLimit):
		return "limit"
	case errors.Is(err, errOffHost):
		return "redirect"
	case errors.As(err, &authority), errors.As(err, &name), errors.As(err, &invalid), errors.As(err, &verify), errors.As(err, &record):
		return "tls"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.Is(err, auth.ErrBasicCredentialNotFound):
		return "unauthorized"
	case errors.As(err, &answer):
		if answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden {
			return "unauthorized"
		}
		return "answer"
	case errors.As(err, &syntax):
		return "answer"
	case errors.As(err, &op):
		return "connection"
	}
	return "answer"
}
