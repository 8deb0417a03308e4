package view_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"

	"github.com/airlock-gate/airlock/plugin/view"
)

const canary = "c4n4ry-hunter2"

// leaky is an image with a secret of each kind in its configuration.
func leaky() *view.ImageFacts {
	return &view.ImageFacts{
		ID: "sha256:" + strings.Repeat("a", 64), User: "1001:1001",
		Env:        []string{"PATH=/usr/bin", "NPM_TOKEN=" + canary},
		Labels:     map[string]string{"registry.password": canary, "maintainer": "me"},
		Entrypoint: []string{"app", "--token", canary}, Cmd: []string{"--password=" + canary},
		Healthcheck: &container.HealthConfig{Test: []string{"CMD", "redis-cli", "-a", canary}},
	}
}

func found(c *view.Container) []string {
	out := []string{}
	for _, f := range c.Findings {
		out = append(out, fmt.Sprintf("%s: %s: %s", f.Place, f.Field, f.Pattern))
	}
	return out
}

var ofImage = []string{
	"image: image Config.Cmd[0]: secret-name",
	"image: image Config.Entrypoint[2]: secret-flag",
	"image: image Config.Env[1] (NPM_TOKEN): secret-name",
	"image: image Config.Healthcheck.Test[3]: secret-flag",
	"image: image Config.Labels.registry.password: secret-name",
}

func TestFindings(t *testing.T) {
	for _, tc := range []struct {
		name, body string
		img        *view.ImageFacts
		want       []string
	}{
		{"none", `{"Env":["DB_PASSWORD_FILE=/run/secrets/db"],"Cmd":["app","--password-file","/run/secrets/db"],"Labels":{"a":"b"}}`, worker(), []string{}},
		{"request", `{"Env":["A=b","DB_PASSWORD=` + canary + `"],"Entrypoint":["app","--token"],"Cmd":["` + canary + `"],"Shell":["sh","--password=` + canary + `"],` +
			`"Healthcheck":{"Test":["CMD-SHELL","redis-cli -a ` + canary + ` ping"]},"Labels":{"db.password":"` + canary + `"},` +
			`"HostConfig":{"Annotations":{"x.token":"` + canary + `"},"LogConfig":{"Type":"splunk","Config":{"splunk-token":"` + canary + `"}}}}`, worker(), []string{
			"arguments: Config.Cmd[0]: secret-flag",
			"arguments: Config.Healthcheck.Test[1]: secret-flag",
			"arguments: Config.Shell[1]: secret-name",
			"environment: Config.Env[1] (DB_PASSWORD): secret-name",
			"labels: Config.Labels.db.password: secret-name",
			"labels: HostConfig.Annotations.x.token: secret-name",
			"labels: HostConfig.LogConfig.Config.splunk-token: secret-name",
		}},
		{"image", `{}`, leaky(), ofImage},
		{"image, repeated by the request", `{"Env":["NPM_TOKEN=` + canary + `"],"Labels":{"registry.password":"` + canary + `"}}`, leaky(), ofImage},
		{"image, repeated and replaced by the request", `{"Env":["NPM_TOKEN=` + canary + `","NPM_TOKEN="],"Labels":{"registry.password":"` + canary + `"}}`, leaky(), ofImage},
		{"image, replaced by the request", `{"Env":["NPM_TOKEN="],"Entrypoint":["app"],"Healthcheck":{"Test":["CMD","true"]},"Labels":{"registry.password":""}}`, leaky(), []string{}},
		{"image's entry point taken away, its command stays", `{"Entrypoint":[],"Healthcheck":{"Test":["NONE"]},"Env":["NPM_TOKEN"],"Labels":{"registry.password":"other"}}`, leaky(), []string{
			"image: image Config.Cmd[0]: secret-name",
			"labels: Config.Labels.registry.password: secret-name",
		}},
		{"no image", `{"Env":["TOKEN=` + canary + `"]}`, nil, []string{"environment: Config.Env[0] (TOKEN): secret-name"}},
		{"secret for a name", `{"Env":["sk-ant-api03-` + canary + `-0123456789"],"Labels":{"ghp_abcdefghijklmnopqrstuvwxyz0123456789":""}}`, worker(), []string{
			"environment: Config.Env[0]: model-key", "labels: Config.Labels: forge-token",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := view.Create(decode(t, tc.body), view.Params{}, tc.img, enforcing())
			same(t, found(c), tc.want)
			if text := indented(t, c); strings.Contains(text, canary) || strings.Contains(text, "ghp_") {
				t.Errorf("a value is in the view: %s", text)
			}
		})
	}
}

// TestStoredFindings holds that a container read back from the engine is judged as its request was: what came from the
// image counts as the image's, though the engine has joined both.
func TestStoredFindings(t *testing.T) {
	img := leaky()
	config := map[string]any{
		"Image": "x", "Env": append([]string{"DB_PASSWORD=" + canary}, img.Env...), "Labels": map[string]string{"registry.password": canary, "own.token": canary},
		"Entrypoint": img.Entrypoint, "Cmd": img.Cmd, "Healthcheck": img.Healthcheck,
	}
	stored := func(img *view.ImageFacts) []string {
		raw, err := json.Marshal(map[string]any{"Id": strings.Repeat("b", 64), "Config": config, "HostConfig": map[string]any{}})
		if err != nil {
			t.Fatal(err)
		}
		c, err := view.Stored(raw, img, enforcing())
		if err != nil {
			t.Fatal(err)
		}
		if text := indented(t, c); strings.Contains(text, canary) {
			t.Errorf("a value is in the view: %s", text)
		}
		return found(c)
	}
	own := []string{"environment: Config.Env[0] (DB_PASSWORD): secret-name", "labels: Config.Labels.own.token: secret-name"}
	same(t, stored(img), append([]string{own[0]}, append(ofImage, own[1])...))
	// The image may be gone, or another one by now; what the container holds is judged all the same.
	for _, img := range []*view.ImageFacts{nil, worker()} {
		if got := stored(img); len(got) != 7 {
			t.Errorf("got %v, want all seven as the container's own", got)
		}
	}
	// What only the image has now is not in the container.
	config = map[string]any{"Image": "x", "Cmd": []string{"app"}}
	same(t, stored(img), []string{})
}

// TestManyFindings holds that a request made of secrets does not fill the answer.
func TestManyFindings(t *testing.T) {
	req := decode(t, `{"Env":[]}`)
	for range 1000 {
		req.Env = append(req.Env, "TOKEN="+canary)
	}
	if got := len(view.Create(req, view.Params{}, nil, nil).Findings); got != 64 {
		t.Errorf("got %d findings, want 64", got)
	}
}
