package decision_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/plugin/decision"
	"github.com/airlock-gate/airlock/plugin/view"
)

// TestSecretsAreDenied puts a secret wherever a create can carry one: the shipped policies deny it by its place, and the
// outcome, which is answered and recorded, does not repeat it.
func TestSecretsAreDenied(t *testing.T) {
	const canary = "c4n4ry-hunter2"
	for name, tc := range map[string]struct{ field, rule string }{
		"variable":           {`"Env":["DB_PASSWORD=` + canary + `"]`, "secrets/environment"},
		"variable by form":   {`"Env":["X=sk-` + canary + `-0123456789"]`, "secrets/environment"},
		"name of a variable": {`"Env":["sk-` + canary + `-0123456789"]`, "secrets/environment"},
		"command":            {`"Cmd":["app","--token","` + canary + `"]`, "secrets/arguments"},
		"entry point":        {`"Entrypoint":["app","--token=` + canary + `"]`, "secrets/arguments"},
		"health check":       {`"Healthcheck":{"Test":["CMD-SHELL","redis-cli -a ` + canary + ` ping"]}`, "secrets/arguments"},
		"shell":              {`"Shell":["sh","PASSWORD=` + canary + `"]`, "secrets/arguments"},
		"label":              {`"Labels":{"x.password":"` + canary + `"}`, "secrets/labels"},
		"name of a label":    {`"Labels":{"sk-` + canary + `-0123456789":""}`, "secrets/labels"},
		"URL":                {`"Env":["DATABASE_URL=postgres://app:` + canary + `@db/app"]`, "secrets/environment"},
	} {
		t.Run(name, func(t *testing.T) {
			g := gate(t, shipped(t), healthy(), decision.Enforce)
			with := func(field string) string {
				body := map[string]json.RawMessage{}
				if err := errors.Join(json.Unmarshal([]byte(createBody), &body), json.Unmarshal([]byte("{"+field+"}"), &body)); err != nil {
					t.Fatal(err)
				}
				text, err := json.Marshal(body)
				if err != nil {
					t.Fatal(err)
				}
				return string(text)
			}
			got := g.Decide(t.Context(), create(with(tc.field)))
			if got.Verdict != decision.Deny || len(got.Violations) != 1 || got.Violations[0].Rule != tc.rule {
				t.Errorf("got %s %v %+v, want a denial by %s alone", got.Verdict, got.Fault, got.Violations, tc.rule)
			}
			text, err := json.Marshal(got)
			if err != nil || strings.Contains(string(text), canary) {
				t.Errorf("the outcome repeats the secret: %s %v", text, err)
			}
			mended := strings.NewReplacer("sk-"+canary+"-0123456789", "harmless", canary+"@", "${DB_PASSWORD}@", canary, "/run/secrets/x").Replace(tc.field)
			if got := g.Decide(t.Context(), create(with(mended))); got.Verdict != decision.Allow {
				t.Errorf("%s: %s %v %+v", mended, got.Verdict, got.Fault, got.Violations)
			}
		})
	}
}

// TestImageSecretsAreDenied looks at what the image brings in.
func TestImageSecretsAreDenied(t *testing.T) {
	e := healthy()
	g := gate(t, shipped(t), e, decision.Enforce)
	for _, tc := range []struct {
		entry string
		want  decision.Verdict
	}{{"NPM_TOKEN=hunter2", decision.Deny}, {"NPM_TOKEN_FILE=/run/secrets/npm", decision.Allow}} {
		e.image = func(string) (*view.ImageFacts, error) {
			return &view.ImageFacts{ID: imageID, OS: "linux", Architecture: "amd64", Env: []string{tc.entry}}, nil
		}
		got := g.Decide(t.Context(), create(createBody))
		if got.Verdict != tc.want {
			t.Errorf("%s: got %s %v %+v", tc.entry, got.Verdict, got.Fault, got.Violations)
		}
		for _, v := range got.Violations {
			if v.Rule != "secrets/image" || v.Field != "image Config.Env[0] (NPM_TOKEN)" || v.Got != "secret-name" {
				t.Errorf("%s: got %+v", tc.entry, v)
			}
		}
	}
}
