package plugin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/docker/go-plugins-helpers/authorization"
	"github.com/rs/zerolog"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin"
	"github.com/airlock-gate/airlock/plugin/decision"
	"github.com/airlock-gate/airlock/plugin/record"
)

// TestNoSecretLeaves puts secrets wherever a request can carry one and looks for them in every answer, log line and
// metric, for every way a call can end.
func TestNoSecretLeaves(t *testing.T) {
	t.Parallel()
	const canary = "c4n4ry"
	body, err := json.Marshal(map[string]any{
		"Env": []string{"API_KEY=" + canary, canary}, "Cmd": []string{"--token", canary}, "Entrypoint": []string{"app", "--password=" + canary},
		"Labels": map[string]string{"token": canary, canary: "x"}, "Shell": []string{canary},
		"Healthcheck": map[string]any{"Test": []string{"CMD-SHELL", "redis-cli -a " + canary + " ping"}},
		"HostConfig": map[string]any{
			"Binds": []string{"/" + canary + ":/x"}, "Annotations": map[string]string{"token": canary},
			"LogConfig": map[string]any{"Type": "splunk", "Config": map[string]string{"splunk-token": canary}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	request := authorization.Request{
		RequestMethod: "POST", RequestURI: "http://user:" + canary + "@host/v1.41/containers/create?token=" + canary,
		RequestBody: body, RequestHeaders: map[string]string{"Authorization": canary, "X-Registry-Auth": canary, canary: canary},
	}
	whole := message(t, request)
	request.ResponseStatusCode, request.ResponseBody = 201, body
	request.ResponseHeaders = map[string]string{"Set-Cookie": canary}
	responseHook := message(t, request)
	malformed := [][]byte{
		whole[:len(whole)/2], append(bytes.Clone(whole), whole...), responseHook, body,
		bytes.Replace(whole, []byte(`"RequestBody":"`), []byte(`"RequestBody":"`+canary+`!`), 1),
		bytes.Replace(whole, []byte(`"RequestHeaders":{`), []byte(`"RequestHeaders":{"`+canary+`":"a",`), 1),
		bytes.Replace(whole, []byte(`POST`), []byte(`\`+canary), 1),
	}

	for name, decider := range map[string]decide{
		"allow": verdict(decision.Outcome{Verdict: decision.Allow, Operation: "container.create"}),
		"deny": verdict(decision.Outcome{Verdict: decision.Deny, Operation: "container.create", Violations: []bundle.Violation{
			{Rule: "secrets/environment", Field: "Config.Env[0] (API_KEY)", Got: "secret-name", Want: "a file"}}}),
		"fault": verdict(decision.Failed("", decision.CodePolicy, errors.New("evaluate policy"))),
		"none":  verdict(decision.Outcome{}),
		"panic": func(_ context.Context, call *decision.Call) decision.Outcome { panic(string(call.Body)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			sink, metrics := record.NewSink(&log, 0), record.NewMetrics()
			logger := zerolog.New(sink).Level(zerolog.TraceLevel)
			d, stop := serve(t, plugin.Options{Decider: decider, Recorder: record.New(logger, metrics), Log: logger,
				Observer: &observed{}})
			var said bytes.Buffer
			for _, call := range append(malformed, whole) {
				_, answer := d.post(t, plugin.RequestPath, call)
				said.Write(answer)
			}
			for _, call := range [][]byte{responseHook, responseHook[:len(responseHook)/2]} {
				_, answer := d.post(t, plugin.ResponsePath, call)
				said.Write(answer)
			}
			d.client.CloseIdleConnections()
			if err := errors.Join(stop(), sink.Close(t.Context())); err != nil {
				t.Fatal(err)
			}
			page := httptest.NewRecorder()
			metrics.Handler().ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
			// Bodies are base64 on the wire: look for them in that form too.
			for _, secret := range []string{canary, "API_KEY=", "YzRuNHJ5", "M0bjRyeS", "jNG40cn"} {
				for where, text := range map[string]string{"answer": said.String(), "log": log.String(), "metrics": page.Body.String()} {
					if strings.Contains(text, secret) {
						t.Errorf("%s holds %q: %s", where, secret, text)
					}
				}
			}
			if n := strings.Count(log.String(), `"message":"decision"`); n != len(malformed)+1 {
				t.Errorf("got %d decision lines, want %d: %s", n, len(malformed)+1, log.String())
			}
		})
	}
}
