package evidence

import (
	"context"

	"github.com/airlock-gate/airlock/plugin/keyring"
	"github.com/airlock-gate/airlock/plugin/view"
)

// Trust is what a site says about images.
type Trust interface {
	Demands() bool                // it demands signatures or scans
	Lists(repository string) bool // the repository is one of its registries'
	Ring() *keyring.Ring
}

// Witness tells what registries hold about images; a *Keeper is one. It answers nil where the site demands nothing, and
// never fails: what is not known is part of the answer.
type Witness interface {
	About(ctx context.Context, trust Trust, image *view.Image, platform string) *view.Evidence
}

var _ Witness = (*Keeper)(nil)

// About returns the evidence for an image as a request names it, or nil when the site demands none. Only a digest below
// the site's registries is looked up: references are chosen by clients, and no other host is ever contacted. platform
// is the engine's own, "linux/amd64"; one that the request names goes before it.
func (k *Keeper) About(ctx context.Context, trust Trust, image *view.Image, platform string) *view.Evidence {
	if !trust.Demands() {
		return nil
	}
	if image.Platform != "" {
		platform = image.Platform
	}
	switch {
	case image.Repository == "" || !imageDigest.MatchString(image.Digest):
		return told(Nothing(), "unpinned", "")
	case !trust.Lists(image.Repository):
		return told(Nothing(), "unlisted", "")
	}
	return k.LookUp(ctx, trust.Ring(), image.Repository, image.Digest, platform)
}
