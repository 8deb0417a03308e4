package evidence_test

import (
	"testing"

	"github.com/airlock-gate/airlock/plugin/keyring"
	"github.com/airlock-gate/airlock/plugin/view"
)

type trust struct {
	demands bool
	ring    *keyring.Ring
}

func (t trust) Demands() bool          { return t.demands }
func (t trust) Lists(name string) bool { return name == repository }
func (t trust) Ring() *keyring.Ring    { return t.ring }

// TestAboutContactsNoOtherRegistry: a reference is chosen by a client, and nothing is asked of a host it chose.
func TestAboutContactsNoOtherRegistry(t *testing.T) {
	s := newSite(t)
	from := &source{}
	from.set(conforming(t, s), nil, 0)
	k := keeper(t, from, "")
	for name, c := range map[string]struct {
		image  view.Image
		origin string
		asked  int64
	}{
		"another registry": {view.Image{Repository: "evil.example/openclaw/worker", Digest: asked}, "unlisted", 0},
		"a tag":            {view.Image{Repository: repository, Tag: "latest"}, "unpinned", 0},
		"another digest":   {view.Image{Repository: repository, Digest: "sha512:00"}, "unpinned", 0},
		"no name":          {view.Image{Digest: asked}, "unpinned", 0},
	} {
		if e := k.About(t.Context(), trust{true, s.ring}, &c.image, "linux/amd64"); e.Origin != c.origin || from.asked.Load() != c.asked {
			t.Errorf("%s: %+v, asked %d times", name, e, from.asked.Load())
		}
	}
	image := view.Image{Repository: repository, Digest: asked}
	if e := k.About(t.Context(), trust{false, s.ring}, &image, "linux/amd64"); e != nil || from.asked.Load() != 0 {
		t.Errorf("nothing demanded: %+v", e)
	}
	if e := k.About(t.Context(), trust{true, s.ring}, &image, "linux/amd64"); len(e.Signatures) != 1 || from.asked.Load() != 1 {
		t.Errorf("one of the site's: %+v", e)
	}
	image.Platform = "linux/arm64"
	if k.About(t.Context(), trust{true, s.ring}, &image, "linux/amd64"); from.asked.Load() != 2 {
		t.Errorf("the platform of the request is not what is asked for")
	}
}
