//go:build e2e

package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/test/engine"
)

// password is the secret of the tests; nothing the gate says may repeat it.
const password = "c4n4ry-hunter2"

// withSecret is an image whose configuration holds a secret.
var withSecret = engine.Image{Env: []string{"NPM_TOKEN=" + password}}

// secretCreates holds the cases of the rules about secrets.
func secretCreates(b *bench) map[string]twins {
	env := func(entries ...any) func(object) { return set("Env", entries) }
	label := func(name, value string) func(object) { return set("Labels", object{name: value}) }
	check := func(test ...any) func(object) { return set("Healthcheck", object{"Test": test}) }
	return map[string]twins{
		"secrets/environment": deny(change{"by name", "", env("DB_PASSWORD=" + password)},
			change{"by name, another spelling", "", env("db-pa\u017f\u017fword2=" + password)},
			change{"by form", "", env("X=sk-ant-api03-" + password + "-0123456789")},
			change{"in a URL", "", env("DATABASE_URL=postgres://app:" + password + "@db/app")},
			change{"in a document", "", env(`CONFIG={"db":{"password":"` + password + `"}}`)},
			change{"for a name", "", env("sk-ant-api03-" + password + "-0123456789")}).
			with(change{"a file", "", env("DB_PASSWORD_FILE=/run/secrets/db_password")},
				change{"a reference", "", env("DATABASE_URL=postgres://app:${DB_PASSWORD}@db/app")},
				change{"a fingerprint", "", env("GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305")}),
		"secrets/arguments": deny(change{"flag", "", set("Cmd", []any{"wait", "--password", password})},
			change{"flag with its value", "", set("Cmd", []any{"--password=" + password})},
			change{"entry point", "", all(set("Entrypoint", []any{"/helper", "--token"}), set("Cmd", []any{password}))},
			change{"health check", "", check("CMD-SHELL", "redis-cli -a "+password+" ping")},
			change{"script", "", set("Cmd", []any{"sh", "-c", "DB_PASSWORD=" + password + " app"})}).
			with(change{"a file", "", set("Cmd", []any{"wait", "--password-file", "/run/secrets/db_password"})},
				change{"a check without", "", check("CMD", "/helper", "ping")}),
		"secrets/labels": deny(change{"label", "", label("registry.password", password)},
			change{"for a name", "", label("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "")},
			change{"option of the log", "", host("LogConfig", object{"Type": "splunk", "Config": object{"splunk-token": password}})}).
			with(change{"none", "", label("com.docker.compose.config-hash", strings.Repeat("66d8a0f6", 8))}),
		"secrets/image": deny(change{"the image's variable", "", set("Image", b.leaky)}).
			with(change{"replaced by the request", "", all(set("Image", b.leaky), env("NPM_TOKEN="))}),
	}
}

// TestSecretsOnTheCommandLine types what people type: the denial names rule, place and remedy, and not the secret.
func TestSecretsOnTheCommandLine(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		for _, tc := range []struct {
			rule, place string
			flags       []string
			image       string
			args        []string
			mended      []string
		}{
			{"secrets/environment", "Config.Env[0] (API_KEY)", []string{"-e", "API_KEY=" + password}, shared.worker, nil, []string{"-e", "API_KEY_FILE=/run/secrets/api_key"}},
			{"secrets/labels", "Config.Labels.api.token", []string{"--label", "api.token=" + password}, shared.worker, nil, []string{"--label", "api.token.name=x"}},
			{"secrets/arguments", "Config.Healthcheck.Test[1]", []string{"--health-cmd", "redis-cli -a " + password + " ping"}, shared.worker, nil, []string{"--health-cmd", "true"}},
			{"secrets/arguments", "Config.Cmd[1]", nil, shared.worker, []string{"--token", password}, nil},
			{"secrets/image", "image Config.Env[0] (NPM_TOKEN)", nil, shared.leaky, nil, []string{"-e", "NPM_TOKEN="}},
		} {
			r, err := g.Docker(t.Context(), slices.Concat(confined(), tc.flags, []string{tc.image}, tc.args)...)
			if err != nil || r.Code == 0 || !strings.Contains(r.Stderr, tc.rule) || !strings.Contains(r.Stderr, tc.place) {
				t.Errorf("%v: exit %d %v: %s", tc.flags, r.Code, err, r.Stderr)
			}
			if strings.Contains(r.Stderr, password) || strings.Contains(g.gate.Tail(), password) {
				t.Errorf("%v: the secret is in the denial or in the log", tc.flags)
			}
			r, err = g.Docker(t.Context(), slices.Concat(confined(), tc.mended, []string{tc.image})...)
			if err != nil || r.Code != 0 {
				t.Errorf("%v: exit %d %v: %s", tc.mended, r.Code, err, r.Stderr)
				continue
			}
			remove(t.Context(), t, g, strings.TrimSpace(r.Stdout))
			shared.report.count(g.Version, "docker run with and without a secret by", tc.rule)
		}
	})
}

// TestStoredSecrets starts what was made before the gate was there.
func TestStoredSecrets(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		if err := g.disable(ctx); err != nil {
			t.Fatal(err)
		}
		body := shared.conforming()
		set("Env", []any{"DB_PASSWORD=" + password})(body)
		id := created(ctx, t, g, "", body)
		set("Env", []any{})(body)
		set("Image", shared.leaky)(body)
		leaky := created(ctx, t, g, "", body)
		if err := g.enable(ctx); err != nil {
			t.Fatal(err)
		}
		for id, rule := range map[string]string{id: "secrets/environment", leaky: "secrets/image"} {
			status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/"+id+"/start", nil)
			if err != nil || status != 403 {
				t.Fatalf("start: %d %s %v", status, answer, err)
			}
			if got := broken(t, text(answer)); !slices.Equal(got, []string{rule}) {
				t.Errorf("start: denied by %v, want %s alone", got, rule)
			}
			if strings.Contains(string(answer), password) {
				t.Errorf("the denial repeats the secret: %s", answer)
			}
			remove(ctx, t, g, id)
			shared.report.count(g.Version, "start denied by", rule)
		}
	})
}

// TestExecSecrets tells a further process a secret where broken glass has opened every command and every variable: that
// stays denied, and the same with the path of a file runs.
func TestExecSecrets(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		worker := running(ctx, t, g, "", shared.conforming())
		made := map[string]string{}
		ungated(ctx, t, g, func() {
			for name, last := range map[string]string{"secret": password, "file": "/run/secrets/token"} {
				made[name] = admitted(ctx, t, g, "made beside the gate", "POST", "/containers/"+worker+"/exec",
					object{"Cmd": []any{"/helper", "status", "--token", last}})
			}
		})
		denied(ctx, t, g, "secrets/environment", "exec", "-e", "TOKEN="+password, worker, "/helper", "status")
		denied(ctx, t, g, "secrets/arguments", "exec", worker, "/helper", "status", "--token", password)
		denied(ctx, t, g, "lifecycle/exec-env", "exec", "-e", "TOKEN_FILE=/run/secrets/token", worker, "/helper", "status")
		denied(ctx, t, g, "lifecycle/exec-command", "exec", worker, "/helper", "status", "--token", "/run/secrets/token")

		if r := airlock(t, g.Guarded, "breakglass", "--reason", "a test", "exec.create", "exec.start"); r.Code != 0 {
			t.Fatalf("open: %s", r.Stderr)
		}
		defer func() {
			if r := airlock(t, g.Guarded, "breakglass", "--close"); r.Code != 0 {
				t.Errorf("close: %s", r.Stderr)
			}
		}()
		for _, tc := range []struct {
			rule, place      string
			flags, args      []string
			mended, mendArgs []string
		}{
			{"secrets/environment", "Env[0] (TOKEN)", []string{"-e", "TOKEN=" + password}, nil, []string{"-e", "TOKEN_FILE=/run/secrets/token"}, nil},
			{"secrets/environment", "Env[1] (DATABASE_URL)", []string{"-e", "LANG=C", "-e", "DATABASE_URL=postgres://app:" + password + "@db/app"}, nil,
				[]string{"-e", "LANG=C", "-e", "DATABASE_URL=postgres://app:${DB_PASSWORD}@db/app"}, nil},
			{"secrets/arguments", "Cmd[3]", nil, []string{"--token", password}, nil, []string{"--token", "/run/secrets/token"}},
		} {
			run := func(flags, args []string) []string {
				return slices.Concat([]string{"exec"}, flags, []string{worker, "/helper", "status"}, args)
			}
			r, err := g.Docker(ctx, run(tc.flags, tc.args)...)
			if err != nil || r.Code == 0 || !strings.Contains(r.Stderr, tc.rule) || !strings.Contains(r.Stderr, tc.place) ||
				strings.Contains(r.Stderr, "lifecycle/") {
				t.Errorf("%v %v: exit %d %v, want a denial by %s alone: %s", tc.flags, tc.args, r.Code, err, tc.rule, r.Stderr)
			}
			if strings.Contains(r.Stderr, password) {
				t.Errorf("the denial repeats the secret: %s", r.Stderr)
			}
			docker(ctx, t, g, run(tc.mended, tc.mendArgs)...)
			shared.report.count(g.Version, "docker exec with and without a secret by", tc.rule)
		}
		refused(ctx, t, g, "made beside the gate", "POST", "/exec/"+made["secret"]+"/start", object{"Detach": true}, "secrets/arguments")
		admitted(ctx, t, g, "made beside the gate", "POST", "/exec/"+made["file"]+"/start", object{"Detach": true})
		if strings.Contains(g.gate.Log(), password) {
			t.Error("the secret is in the log")
		}
	})
}
