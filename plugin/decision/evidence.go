package decision

import (
	"context"

	"github.com/airlock-gate/airlock/plugin/view"
)

// vouch begins to look up what the registry holds about an image of the input, beside the other look-ups of the step;
// decide waits for it. A gate without a source of evidence finds none, and a site that demands some then admits nothing.
func (g *Gate) vouch(ctx context.Context, m *matter, image *view.Image, engine *view.Engine) {
	if g.evidence == nil || !m.site.Demands() {
		return
	}
	asked, done := *image, make(chan error, 1)
	var found *view.Evidence
	go func() {
		var err error
		defer func() { done <- err }()
		defer recovered(&err)
		found = g.evidence.About(ctx, m.site, &asked, engine.Platform())
	}()
	m.await(func() error {
		err := <-done // it honours its context
		image.Evidence = found
		return err
	})
}
