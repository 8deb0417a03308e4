package view_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/image"

	"github.com/airlock-gate/airlock/plugin/view"
)

var sum = "sha256:" + strings.Repeat("ab", 32)

// TestParseImage follows moby daemon/images/image.go (GetImage) and daemon/containerd/image.go (resolveImage).
func TestParseImage(t *testing.T) {
	for _, tc := range []struct {
		given string
		want  view.Image
	}{
		{"registry.internal:5000/openclaw/worker@" + sum, view.Image{Form: "digest", Domain: "registry.internal:5000",
			Path: "openclaw/worker", Repository: "registry.internal:5000/openclaw/worker", Digest: sum}},
		{"registry.internal/w:1", view.Image{Form: "tag", Domain: "registry.internal", Path: "w",
			Repository: "registry.internal/w", Tag: "1"}},
		{"registry.internal/w:1@" + sum, view.Image{Form: "tag+digest", Domain: "registry.internal", Path: "w",
			Repository: "registry.internal/w", Tag: "1", Digest: sum}},
		{"alpine", view.Image{Form: "name", Domain: "docker.io", Path: "library/alpine",
			Repository: "docker.io/library/alpine"}},
		{"index.docker.io/x", view.Image{Form: "name", Domain: "docker.io", Path: "library/x",
			Repository: "docker.io/library/x"}},
		{"localhost/x:1", view.Image{Form: "tag", Domain: "localhost", Path: "x", Repository: "localhost/x", Tag: "1"}},
		{"team/x", view.Image{Form: "name", Domain: "docker.io", Path: "team/x", Repository: "docker.io/team/x"}},
		// Only the first component can be a registry.
		{"evil/registry.internal/x", view.Image{Form: "name", Domain: "docker.io", Path: "evil/registry.internal/x",
			Repository: "docker.io/evil/registry.internal/x"}},
		{"registry.internal.evil.example/w:1", view.Image{Form: "tag", Domain: "registry.internal.evil.example",
			Path: "w", Repository: "registry.internal.evil.example/w", Tag: "1"}},
		{"", view.Image{Form: "empty"}},
		{sum, view.Image{Form: "id", Digest: sum}},
		{strings.TrimPrefix(sum, "sha256:"), view.Image{Form: "id", Digest: sum}},
		{"abababababab", view.Image{Form: "id"}},
		{"sha256:abababababab", view.Image{Form: "id"}},
		{"sha512:" + strings.Repeat("ab", 64), view.Image{Form: "id", Digest: "sha512:" + strings.Repeat("ab", 64)}},
		{"sha256:latest", view.Image{Form: "tag", Domain: "docker.io", Path: "library/sha256",
			Repository: "docker.io/library/sha256", Tag: "latest"}},
		{"cafe", view.Image{Form: "id"}},
		{"Alpine", view.Image{Form: "invalid"}},
		{"registry.internal/Worker:1", view.Image{Form: "invalid"}},
		{"TEAM/x", view.Image{Form: "invalid"}}, // a registry to newer engines only
		{"registry.internal/w@sha256:abcd", view.Image{Form: "invalid"}},
		{"registry.internal/w:", view.Image{Form: "invalid"}},
		{" alpine", view.Image{Form: "invalid"}},
		{"https://registry.internal/w", view.Image{Form: "invalid"}},
	} {
		t.Run(tc.given, func(t *testing.T) {
			tc.want.Reference, tc.want.Volumes = tc.given, []string{}
			same(t, view.ParseImage(tc.given), tc.want)
			// So it is when the image was looked up by the reference, or by another one.
			present := tc.want
			present.Present, present.ID, present.User, present.Volumes = true, "sha256:1", "1001:1001", []string{"/data"}
			for _, asked := range []string{tc.given, "registry.internal/other@" + sum, ""} {
				facts := view.ImageFrom(image.InspectResponse{ID: present.ID})
				facts.User, facts.Volumes = present.User, present.Volumes
				facts.AskedBy(asked)
				for range 2 {
					request := &container.CreateRequest{Config: &container.Config{Image: tc.given}}
					same(t, view.Create(request, view.Params{}, &facts, nil).Image, present)
				}
			}
		})
	}
}

func TestParseImageIsBounded(t *testing.T) {
	got := view.ParseImage(strings.Repeat("é", 300))
	if want := strings.Repeat("é", 256); got.Form != "invalid" || got.Reference != want {
		t.Errorf("got form %q and %d bytes, want invalid and %d bytes", got.Form, len(got.Reference), len(want))
	}
}

// TestPull follows moby daemon/server/router/image/image_routes.go, postImagesCreate.
func TestPull(t *testing.T) {
	other := "sha256:" + strings.Repeat("cd", 32)
	named := func(form, reference, tag, digest string) view.Image {
		return view.Image{Form: form, Reference: reference, Domain: "r.internal", Path: "w", Repository: "r.internal/w",
			Tag: tag, Digest: digest}
	}
	for _, tc := range []struct {
		name  string
		query url.Values
		want  view.Image
	}{
		{"as the docker CLI pins", url.Values{"fromImage": {"r.internal/w"}, "tag": {sum}},
			named("digest", "r.internal/w@"+sum, "", sum)},
		{"digest in the name", url.Values{"fromImage": {"r.internal/w@" + sum}},
			named("digest", "r.internal/w@"+sum, "", sum)},
		{"digest as tag replaces the digest", url.Values{"fromImage": {"r.internal/w@" + sum}, "tag": {other}},
			named("digest", "r.internal/w@"+sum+"@"+other, "", other)},
		{"digest as tag replaces the tag", url.Values{"fromImage": {"r.internal/w:1"}, "tag": {other}},
			named("digest", "r.internal/w:1@"+other, "", other)},
		{"a tag beside a digest", url.Values{"fromImage": {"r.internal/w@" + sum}, "tag": {"9"}},
			named("tag+digest", "r.internal/w@"+sum+":9", "9", sum)},
		{"a tag replaces a tag", url.Values{"fromImage": {"r.internal/w:1"}, "tag": {"2"}},
			named("tag", "r.internal/w:1:2", "2", "")},
		{"all tags", url.Values{"fromImage": {"r.internal/w"}}, named("name", "r.internal/w", "", "")},
		{"all tags with the colon of pull -a", url.Values{"fromImage": {"r.internal/w:"}},
			named("name", "r.internal/w:", "", "")},
		{"hexadecimal name is a name", url.Values{"fromImage": {"cafe"}}, view.Image{Form: "name", Reference: "cafe",
			Domain: "docker.io", Path: "library/cafe", Repository: "docker.io/library/cafe"}},
		{"bad tag", url.Values{"fromImage": {"r.internal/w"}, "tag": {"a b"}},
			view.Image{Form: "invalid", Reference: "r.internal/w:a b"}},
		{"nothing", url.Values{}, view.Image{Form: "empty"}},
		{"import from a URL", url.Values{"fromSrc": {"http://evil/x.tar"}, "repo": {"r.internal/w"}, "tag": {"1"}},
			view.Image{Form: "import", Reference: ":1"}},
		{"changes beside a pull", url.Values{"fromImage": {"r.internal/w"}, "tag": {sum}, "changes": {"", "USER 0"}},
			view.Image{Form: "import", Reference: "r.internal/w@" + sum}},
		{"platform", url.Values{"fromImage": {"r.internal/w"}, "tag": {"1"}, "platform": {"linux/arm64"}},
			func() view.Image {
				want := named("tag", "r.internal/w:1", "1", "")
				want.Platform = "linux/arm64"
				return want
			}()},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.want.Volumes = []string{}
			same(t, view.Pull(tc.query), tc.want)
		})
	}
}

func TestImageFrom(t *testing.T) {
	var inspect image.InspectResponse
	if err := json.Unmarshal([]byte(`{"Id":"sha256:1","Os":"linux","Architecture":"amd64","Config":{"User":"1001:1001",
		"WorkingDir":"/home/agent","StopSignal":"SIGINT","Volumes":{"/b":{},"/a/":{}},"Env":["PATH=/bin"],
		"ExposedPorts":{"8080":{},"53/udp":{}},"Labels":{"a":"b"},"Healthcheck":{"Test":["CMD","true"]}}}`), &inspect); err != nil {
		t.Fatal(err)
	}
	got := view.ImageFrom(inspect)
	want := view.ImageFacts{
		ID: "sha256:1", OS: "linux", Architecture: "amd64", User: "1001:1001", WorkingDir: "/home/agent",
		StopSignal: "SIGINT", Volumes: []string{"/a/", "/b"}, Env: []string{"PATH=/bin"},
		Exposed: []string{"53/udp", "8080/tcp"}, Labels: map[string]string{"a": "b"}, Healthcheck: got.Healthcheck,
	}
	same(t, got, want)
	if test := strings.Join(got.Healthcheck.Test, " "); test != "CMD true" {
		t.Errorf("health check: got %q, want %q", test, "CMD true")
	}
	same(t, view.ImageFrom(image.InspectResponse{ID: "sha256:2"}), view.ImageFacts{ID: "sha256:2"})
}
