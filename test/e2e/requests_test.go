//go:build e2e

package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/test/engine"
)

// Operations other than create: what is denied, by which rule, and what is admitted.
func TestOperations(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		id := created(ctx, t, g, "", shared.conforming())
		defer func() { remove(t.Context(), t, g, id) }()
		if status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/"+id+"/start", nil); err != nil || status != 204 {
			t.Fatalf("start: %d %s %v", status, answer, err)
		}
		c, image := "/v1.41/containers/"+id, url.QueryEscape(shared.worker)
		for _, o := range []struct {
			method, target string
			body           any
			rule           string // "" = admitted
		}{
			{"PUT", c + "/archive?path=/tmp", nil, "api/operation"},
			{"POST", "/v1.41/commit?container=" + id, nil, "api/operation"},
			{"POST", "/v1.41/containers/prune", nil, "api/operation"},
			{"POST", "/v1.41/networks/create", object{"Name": "out"}, "airgap/network-internal"},
			{"POST", "/v1.41/networks/create", object{"Name": "out"}, "airgap/network-options"},
			{"POST", "/v1.41/networks/prune", nil, "api/operation"},
			{"POST", "/v1.41/volumes/create", object{"Name": "v", "DriverOpts": object{"type": "none", "o": "bind", "device": "/etc"}}, "filesystem/volume-options"},
			{"POST", "/v1.41/swarm/init", object{}, "api/swarm"},
			{"POST", "/v1.41/plugins/x/disable", nil, "api/operation"},
			{"DELETE", "/v1.41/images/" + strings.Repeat("a", 12), nil, "api/operation"},
			{"GET", c + "/top?ps_args=" + url.QueryEscape("eww -o pid,args"), nil, "api/top-arguments"},
			{"POST", c + "/attach?stream=1&stdin=1", nil, "api/attach-input"},
			{"POST", c + "/start?checkpoint=c", nil, "api/start-parameters"},
			{"POST", "/v1.41/images/create?fromImage=" + image + "&repo=x", nil, "api/pull-parameters"},
			{"POST", "/v1.41/images/create?fromImage=docker.io/library/alpine&tag=latest", nil, "image/registry"},
			{"POST", "/v1.41/images/create?fromImage=" + url.QueryEscape(shared.foreign), nil, "image/registry"},
			{"POST", "/v1.41/images/create?fromImage=" + url.QueryEscape(shared.tagged()), nil, "image/digest"},
			{"POST", "/v1.41/images/create?fromImage=" + image, nil, ""},
			{"GET", "/v1.41/info", nil, ""},
			{"GET", "/_ping", nil, ""},
			{"GET", "/v1.41/version", nil, ""},
			{"GET", "/v1.41/containers/json?all=1", nil, ""},
			{"GET", c + "/json", nil, ""},
			{"GET", c + "/logs?stdout=1", nil, ""},
			{"GET", c + "/stats?stream=0&one-shot=1", nil, ""},
			{"GET", "/v1.41/images/json", nil, ""},
			{"GET", "/v1.41/networks", nil, ""},
			{"POST", c + "/restart?t=0", nil, ""},
			{"POST", c + "/pause", nil, ""},
			{"POST", c + "/unpause", nil, ""},
			{"POST", c + "/kill", nil, ""},
		} {
			status, answer, err := g.Call(ctx, o.method, o.target, o.body)
			switch {
			case err != nil:
				t.Errorf("%s %s: %v", o.method, o.target, err)
			case o.rule == "" && (status < 200 || status > 299):
				t.Errorf("%s %s: status %d, want it admitted: %s", o.method, o.target, status, answer)
			case o.rule != "" && status != 403:
				t.Errorf("%s %s: status %d, want 403 by %s: %s", o.method, o.target, status, o.rule, answer)
			case o.rule != "" && !slices.Contains(broken(t, text(answer)), o.rule):
				t.Errorf("%s %s: denied by %v, want %s", o.method, o.target, broken(t, text(answer)), o.rule)
			case o.rule != "":
				shared.report.count(g.Version, "operation denied by", o.rule)
			default:
				shared.report.count(g.Version, "operations admitted")
			}
		}
	})
}

// attack is a request that tries to mean one thing to the gate and another to the engine.
type attack struct {
	name    string
	request []byte
	rule    string // "" where engines refuse it themselves, or differ in what they show the gate
}

func attacks(b *bench, id string) []attack {
	marshal := func(o object) string {
		text, err := json.Marshal(o)
		if err != nil {
			panic(err) // maps of constants
		}
		return string(text)
	}
	good, bad := marshal(b.conforming()), func() string {
		o := b.conforming()
		host("Privileged", true)(o)
		return marshal(o)
	}()
	with := func(extra string) string { return strings.TrimSuffix(good, "}") + "," + extra + "}" }
	inside := func(extra string) string {
		return strings.Replace(good, `"HostConfig":{`, `"HostConfig":{`+extra+",", 1)
	}
	const create = "POST /v1.41/containers/create"
	send := func(line, body string) []byte { return engine.JSON(line, []byte(body)) }
	raw := func(line string, body string, headers ...string) []byte {
		return engine.Raw(line, append(headers, fmt.Sprintf("Content-Length: %d", len(body))), []byte(body))
	}
	padded := strings.TrimSuffix(bad, "}") + `,"Labels":{"x":"` + strings.Repeat("a", 1<<20) + `"}}`
	form := "fromImage=" + url.QueryEscape(b.foreign)
	pull := "POST /v1.41/images/create?fromImage=" + url.QueryEscape(b.worker)
	return []attack{
		{"duplicate key", send(create, with(`"HostConfig":{"Privileged":true}`)), "api/duplicate-key"},
		{"duplicate inside", send(create, inside(`"Privileged":false,"Privileged":true`)), "api/duplicate-key"},
		{"case variant", send(create, inside(`"privileged":true`)), "api/case-variant-key"},
		{"case variant of the object", send(create, `{"Image":"`+b.worker+`","hostconfig":{"Privileged":true}}`), "api/case-variant-key"},
		{"long s", send(create, `{"Image":"`+b.worker+`","HoſtConfig":{"Privileged":true}}`), "api/case-variant-key"},
		{"kelvin sign", send(create, inside(`"Networ\u212aMode":"host"`)), "api/case-variant-key"},
		{"escaped key", send(create, inside(`"\u0050rivileged":true`)), "hardening/privileged"},
		{"unknown field", send(create, inside(`"Future":true`)), "api/unknown-field"},
		{"top level, as older engines read it", send(create, `{"Image":"`+b.worker+`","Privileged":true}`), "api/legacy-field"},
		{"null host configuration", send(create, `{"Image":"`+b.worker+`","HostConfig":null}`), "hardening/readonly-rootfs"},
		{"string for a list", send(create, inside(`"CapAdd":"SYS_ADMIN"`)), "api/malformed-body"},
		{"trailing brace", send(create, good+"}"), "api/malformed-body"},
		{"second value", send(create, good+bad), "api/malformed-body"},
		{"byte order mark", send(create, "\ufeff"+good), "api/malformed-body"},
		{"no body", raw(create, "", "Content-Type: application/json"), "api/absent-body"},
		{"null", send(create, "null"), ""},
		{"form type", raw(create, bad, "Content-Type: application/x-www-form-urlencoded"), ""},
		{"text type", raw(create, bad, "Content-Type: text/plain"), ""},
		{"no type", raw(create, bad), ""},
		{"type twice", raw(create, bad, "Content-Type: text/plain", "Content-Type: application/json"), ""},
		{"malformed type", raw(create, bad, "Content-Type: application/json; charset"), ""},
		{"chunked", engine.Raw(create, []string{"Content-Type: application/json", "Transfer-Encoding: chunked"}, engine.Chunked([]byte(bad))), ""},
		{"beyond 1 MiB", send(create, padded), ""},
		{"upgrade to HTTP/2", raw(create, bad, "Content-Type: application/json", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
			"HTTP2-Settings: AAMAAABkAAQAAP__"), ""},
		{"old version", send("POST /v1.12/containers/create", bad), "api/unsupported-version"},
		{"future version", send("POST /v1.99/containers/create", bad), "api/unsupported-version"},
		{"escaped path", send("POST /v1.41/%63ontainers/create", bad), ""},
		{"absolute form", send("POST http://x:y@h/v1.41/containers/create", bad), ""},
		{"any scheme", send("POST foo:/v1.41/containers/create", bad), ""},
		{"ends like auth", send(create+"?x=/auth", bad), ""},
		{"unknown parameter", send(create+"?force=1", good), "api/unknown-parameter"},
		{"name twice", send(create+"?name=a&name=b", good), "api/ambiguous-query"},
		{"semicolon", send(create+"?name=a;b", good), "api/malformed-query"},
		{"form over query", raw(pull, form, "Content-Type: application/x-www-form-urlencoded"), "api/hidden-body"},
		{"form over query, type hidden", raw(pull, form, "Content-Type: application/x-www-form-urlencoded", "Content-Type: text/plain"), ""},
		{"import", raw("POST /v1.41/images/create?fromSrc=http://192.0.2.1/x.tar&repo=x", ""), ""},
		{"start with a configuration", send("POST /v1.20/containers/"+id+"/start", `{"Privileged":true}`), "api/unsupported-version"},
		{"start with a body", send("POST /v1.41/containers/"+id+"/start", `{"Privileged":true}`), "api/unexpected-body"},
		{"build", raw("POST /v1.41/build?remote=http://192.0.2.1/", "", "Content-Type: application/x-tar"), "api/operation"},
		{"too many elements", send(create, inside(`"Dns":[`+strings.Repeat(`"",`, 5000)+`""]`)), "api/body-too-large"},
		{"odd version", send("POST /v1..41/containers/create", good), "api/unsupported-version"},
		{"no such container", raw("POST /v1.41/containers/none-such/start", ""), "api/no-such-container"},
		{"no such network", raw("DELETE /v1.41/networks/none-such", ""), "api/no-such-network"},
		{"connect to no such network", send("POST /v1.41/networks/none-such/connect", `{"Container":"`+id+`"}`), "api/no-such-network"},
		{"no such exec", send("POST /v1.41/exec/"+strings.Repeat("a", 64)+"/start", `{"Detach":true}`), "api/no-such-exec"},
		{"forged look-up", raw("GET /v1.41/containers/"+id+"/json", "", "X-Airlock-Ticket: "+strings.Repeat("0", 64)), "api/own-call"},
		{"session", raw("POST /session", "", "Upgrade: h2c", "Connection: Upgrade"), ""},
	}
}

// unreachable lists refusals that no request to a real engine brings about, with the reason.
var unreachable = map[string]string{
	"api/unknown-endpoint": "an engine answers 404 before it asks the gate",
	"api/malformed-target": "an engine redirects or refuses such targets before it asks the gate",
	"api/other-container":  "it takes a container renamed between the engine's look-up and the gate's",
}

// What is refused before any policy is asked has cases as well.
func TestEveryRefusalHasCases(t *testing.T) {
	covered := map[string]bool{}
	for _, a := range attacks(shared, "x") {
		covered[a.rule] = true
	}
	for _, rule := range refusals(t) {
		if !covered[rule] && unreachable[rule] == "" {
			t.Errorf("refusal %s has no end-to-end case", rule)
		}
		if covered[rule] && unreachable[rule] != "" {
			t.Errorf("refusal %s has a case and is called unreachable", rule)
		}
	}
}

// No attack has an effect: nothing is created, started or pulled, and where gate and engine agree on what was sent, the
// reason is named.
func TestAttacks(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		id := created(ctx, t, g, "", shared.conforming())
		defer func() { remove(t.Context(), t, g, id) }()
		before := state(ctx, t, g)
		for _, a := range attacks(shared, id) {
			t.Run(a.name, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
				defer cancel()
				answer, err := engine.Send(ctx, g.Socket, a.request)
				if err != nil {
					t.Fatal(err)
				}
				if answer.Status < 400 {
					t.Errorf("status %d: %s", answer.Status, answer.Body)
				}
				if a.rule != "" {
					if answer.Status != 403 {
						t.Fatalf("status %d, want 403 by %s: %s", answer.Status, a.rule, answer.Body)
					}
					if got := broken(t, answer.Message()); !slices.Contains(got, a.rule) {
						t.Errorf("denied by %v, want %s", got, a.rule)
					}
				}
				if after := state(ctx, t, g); after != before {
					t.Errorf("the engine changed from\n%s\nto\n%s", before, after)
				}
				shared.report.count(g.Version, "attacks without effect")
				if answer.Status == 403 {
					shared.report.count(g.Version, "attacks denied by", strings.Join(broken(t, answer.Message()), " "))
				}
			})
		}
	})
}

// state is what the engine holds: containers with their state, images, networks, volumes.
func state(ctx context.Context, t *testing.T, g *guarded) string {
	t.Helper()
	var lines []string
	for _, list := range []string{"containers/json?all=1", "images/json", "networks", "volumes"} {
		status, body, err := g.Get(ctx, "/v1.41/"+list)
		if err != nil || status != 200 {
			t.Fatalf("list %s: %d %s %v", list, status, body, err)
		}
		var found any
		if err := json.Unmarshal(body, &found); err != nil {
			t.Fatal(err)
		}
		if volumes, ok := found.(object); ok {
			found = volumes["Volumes"]
		}
		for _, entry := range asList(found) {
			e, ok := entry.(object)
			if !ok {
				t.Fatalf("list %s: %s", list, body)
			}
			lines = append(lines, fmt.Sprintln(list, e["Id"], e["Name"], e["State"], e["RepoTags"]))
		}
	}
	slices.Sort(lines) // engines list in any order
	return strings.Join(lines, "")
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}
