package decision_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	types "github.com/moby/moby/api/types/container"

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

// TestExecSecretsAreDenied tells a further process a secret, while the glass is broken for any command and any variable:
// it is denied by where the secret stands, when the process is made and, as far as the engine shows it, when it starts.
func TestExecSecretsAreDenied(t *testing.T) {
	const canary = "c4n4ry-hunter2"
	policies := commanding(t)
	for name, tc := range map[string]struct {
		env, command []string
		rule, field  string
	}{
		"variable":           {[]string{"LANG=C", "TOKEN=" + canary}, []string{"app"}, "secrets/environment", "Env[1] (TOKEN)"},
		"variable by form":   {[]string{"X=sk-" + canary + "-0123456789"}, []string{"app"}, "secrets/environment", "Env[0] (X)"},
		"name of a variable": {[]string{"sk-" + canary + "-0123456789"}, []string{"app"}, "secrets/environment", "Env[0]"},
		"flag":               {nil, []string{"app", "--token", canary}, "secrets/arguments", "Cmd[2]"},
		"program":            {nil, []string{"TOKEN=" + canary}, "secrets/arguments", "Cmd[0]"},
		"script":             {nil, []string{"sh", "-c", "TOKEN=" + canary + " app"}, "secrets/arguments", "Cmd[2]"},
		"URL":                {nil, []string{"psql", "postgres://app:" + canary + "@db/app"}, "secrets/arguments", "Cmd[1]"},
	} {
		t.Run(name, func(t *testing.T) {
			mended := strings.NewReplacer("sk-"+canary+"-0123456789", "harmless", canary+"@", "${DB_PASSWORD}@", canary, "/run/secrets/x")
			mend := func(given []string) (out []string) {
				for _, s := range given {
					out = append(out, mended.Replace(s))
				}
				return out
			}
			for _, given := range []struct {
				env, command []string
				rule         string
			}{{tc.env, tc.command, tc.rule}, {mend(tc.env), mend(tc.command), ""}} {
				e := running(func(found *types.ExecInspectResponse) {
					found.ProcessConfig.Entrypoint, found.ProcessConfig.Arguments = given.command[0], given.command[1:]
				})
				g := opened(t, policies, e, pane{"exec.create", "exec.start", "exec.resize"}, 1790000000)
				asked := string(jsonOf(t, map[string]any{"Cmd": given.command, "Env": given.env}))
				calls := []*decision.Call{with("/v1.41/containers/web/exec", asked)}
				if given.env == nil {
					calls = append(calls, post("/v1.41/exec/"+waiting+"/start"), post("/v1.41/exec/"+waiting+"/resize?h=1&w=1"))
				}
				for _, call := range calls {
					judge(t, g, call, given.rule)
					got := g.Decide(t.Context(), call)
					if given.rule != "" && got.Violations[0].Field != tc.field {
						t.Errorf("%s: %q, want %q", call.Target, got.Violations[0].Field, tc.field)
					}
					if text := string(jsonOf(t, got)); strings.Contains(text, canary) {
						t.Errorf("%s: the outcome repeats the secret: %s", call.Target, text)
					}
				}
			}
			// Without broken glass the rules about processes deny as well, and repeat as little.
			got := gate(t, policies, running(nil), decision.Enforce).Decide(t.Context(),
				with("/v1.41/containers/web/exec", string(jsonOf(t, map[string]any{"Cmd": tc.command, "Env": tc.env}))))
			if text := string(jsonOf(t, got)); got.Verdict != decision.Deny || strings.Contains(text, canary) || !strings.Contains(text, tc.rule) {
				t.Errorf("%s", text)
			}
		})
	}
}
