//go:build e2e

package compat_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/airlock-gate/airlock/test/engine"
)

// request is one recorded request. {worker} and the like stand for the ID of what the project calls so.
type request struct {
	Engine engine.Version
	Phase  string
	Method string
	URI    string
	Body   map[string]any
	Status int // 0: the connection was taken over
}

// recorded returns what docker compose v5 sent to an engine while it ran a project: up, up unchanged, down, and up
// attached. The two engines were sent different shapes: a proxy in two networks is created in both by the newest, and
// is created in one and connected to the other by the oldest.
func recorded(t *testing.T, v engine.Version) []request {
	t.Helper()
	text, err := os.ReadFile("testdata/compose.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var found []request
	for decoder := json.NewDecoder(bytes.NewReader(text)); decoder.More(); {
		var r request
		if err := decoder.Decode(&r); err != nil {
			t.Fatal(err)
		}
		if r.Engine == v {
			found = append(found, r)
		}
	}
	if len(found) == 0 {
		t.Fatalf("nothing is recorded of the %s engine", v)
	}
	return found
}

// replay sends recorded requests.
type replay struct {
	engine *engine.Guarded

	mu  sync.Mutex
	ids map[string]string
}

// images of the recorded project, and what stands for them here.
var images = map[string]string{"airlock/otelcol:1": "collector", "airlock/llm-proxy:1": "llm-proxy", "airlock/worker:1": "worker"}

var placeholder = regexp.MustCompile(`\{([a-z-]+)\}`)

// fill puts live IDs and images of the site where the recording has its own.
func (r *replay) fill(text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for name, repository := range images {
		text = strings.Replace(text, "/images/"+name+"/json", "/images/"+shared.images[repository]+"/json", 1)
	}
	return placeholder.ReplaceAllStringFunc(text, func(name string) string {
		if id := r.ids[strings.Trim(name, "{}")]; id != "" {
			return id
		}
		return name
	})
}

// body returns a recorded body with images of the site, and with its secret file from where the site keeps secrets. The
// project also mounted its settings from files of the host: no rule admits that, so those mounts are left out.
func (r *replay) body(t *testing.T, q request) map[string]any {
	t.Helper()
	if q.Body == nil {
		return nil
	}
	text, err := json.Marshal(q.Body)
	if err != nil {
		t.Fatal(err)
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(r.fill(string(text))), &body); err != nil {
		t.Fatal(err)
	}
	if host, creates := body["HostConfig"].(map[string]any); creates {
		body["Image"] = shared.images[service(body)]
		mounts, _ := host["Mounts"].([]any)
		host["Mounts"] = slices.DeleteFunc(mounts, func(m any) bool {
			mount, _ := m.(map[string]any)
			name, secret := strings.CutPrefix(fmt.Sprint(mount["Target"]), "/run/secrets/")
			mount["Source"] = filepath.Join(shared.secrets, name)
			return !secret
		})
	}
	return body
}

func service(body map[string]any) string {
	labels, _ := body["Labels"].(map[string]any)
	name, _ := labels["com.docker.compose.service"].(string)
	return name
}

// send sends one request and keeps the ID of what it made.
func (r *replay) send(ctx context.Context, t *testing.T, q request) {
	t.Helper()
	uri := r.fill(q.URI)
	if q.Status == 0 {
		r.attach(ctx, t, uri)
		return
	}
	var body any
	content := r.body(t, q)
	if content != nil {
		body = content
	}
	status, answer, err := r.engine.Call(ctx, q.Method, uri, body)
	if err != nil {
		t.Error(err)
		return
	}
	if status != q.Status {
		t.Errorf("%s engine, %s: %s %s: status %d, recorded %d: %s", r.engine.Version, q.Phase, q.Method, uri, status, q.Status, answer)
	}
	var made struct{ ID string }
	if status != 201 || json.Unmarshal(answer, &made) != nil || made.ID == "" {
		return
	}
	name := service(content)
	if network, ok := content["Name"].(string); ok {
		name = strings.TrimPrefix(network, "airlock-ref_")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ids[name] = made.ID
}

func (r *replay) attach(ctx context.Context, t *testing.T, uri string) {
	t.Helper()
	answer, err := engine.Send(ctx, r.engine.Socket, engine.Raw("POST "+uri, []string{"Upgrade: tcp", "Content-Type: text/plain"}, nil))
	if err != nil || answer.Status != 101 {
		t.Errorf("%s engine: attach: status %d %v: %s", r.engine.Version, answer.Status, err, answer.Message())
	}
}

var id = regexp.MustCompile(`\{[a-z-]+\}|name=[^&]*|filters=[^&]*|airlock-ref_[a-z-]+|airlock/[a-z-]+:1`)

// bursts puts neighbours of one kind together: compose sent them at once, in an order that differs from run to run.
func bursts(all []request) [][]request {
	var found [][]request
	kind := func(q request) string { return q.Phase + q.Method + id.ReplaceAllString(q.URI, "") }
	for i, q := range all {
		if i > 0 && kind(q) == kind(all[i-1]) {
			found[len(found)-1] = append(found[len(found)-1], q)
			continue
		}
		found = append(found, []request{q})
	}
	return found
}

// orders are the ways in which a burst is sent.
var orders = map[string]func(burst []request, send func(request)){
	"at once": func(burst []request, send func(request)) {
		var all sync.WaitGroup
		for _, q := range burst {
			all.Go(func() { send(q) })
		}
		all.Wait()
	},
	"in the recorded order": func(burst []request, send func(request)) {
		for _, q := range burst {
			send(q)
		}
	},
	"backwards": func(burst []request, send func(request)) {
		for i := range burst {
			send(burst[len(burst)-1-i])
		}
	},
}

// TestRecorded sends recorded traffic, and before every change of it what is the same but for one thing.
func TestRecorded(t *testing.T) {
	each(t, func(t *testing.T, g *engine.Guarded) {
		sources := map[engine.Version][]engine.Version{
			engine.Oldest: {engine.Oldest},
			engine.Newest: {engine.Newest, engine.Oldest}, // an old client's shapes too
		}
		for _, source := range sources[g.Version] {
			for _, name := range slices.Sorted(maps.Keys(orders)) {
				t.Run(string(source)+" "+name, func(t *testing.T) {
					r := &replay{engine: g, ids: map[string]string{}}
					sent, denied := 0, 0
					for _, burst := range bursts(recorded(t, source)) {
						for _, q := range burst {
							denied += r.refused(t.Context(), t, q)
						}
						orders[name](burst, func(q request) { r.send(t.Context(), t, q) })
						sent += len(burst)
					}
					r.clean(t.Context(), t)
					result := "works"
					if t.Failed() {
						result = "FAILS"
					}
					shared.report.add("compose v5, recorded on the "+string(source),
						fmt.Sprintf("%d requests, %s; %d mutants denied", sent, name, denied), g.Version, result)
				})
			}
		}
	})
}

// clean removes what a recording that was interrupted leaves.
func (r *replay) clean(ctx context.Context, t *testing.T) {
	t.Helper()
	for _, kind := range []struct{ path, inspect, query, names string }{
		{"/containers/", "/json", "?force=1", "worker monitor llm-proxy collector"}, {"/networks/", "", "", "agents egress telemetry"},
		{"/volumes/", "", "", "airlock-ref_telemetry airlock-ref_collector-state"},
	} {
		for _, name := range strings.Fields(kind.names) {
			path := "/v1.41" + kind.path + cmp.Or(r.ids[name], name) // a volume has no ID
			if status, _, err := r.engine.Get(ctx, path+kind.inspect); err == nil && status == 404 {
				continue // the recording removed it
			}
			status, answer, err := r.engine.Call(ctx, "DELETE", path+kind.query, nil)
			if err != nil || status != 204 {
				t.Errorf("remove %s: %d %s %v", name, status, answer, err)
			}
		}
	}
}
