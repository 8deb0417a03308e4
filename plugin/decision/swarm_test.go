package decision_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/decision"
	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/view"
	"github.com/airlock-gate/airlock/policies"
)

// serviceBody is a hardened service as the docker CLI words it, with the privileges only an SDK can ask for.
const serviceBody = `{"Name":"agent","Labels":{},"TaskTemplate":{"ContainerSpec":{"Image":"` + worker + `","Init":false,` +
	`"User":"1001:1001","ReadOnly":true,"CapabilityDrop":["ALL"],"Privileges":{"NoNewPrivileges":true},"DNSConfig":{},` +
	`"Mounts":[{"Type":"tmpfs","Target":"/tmp","TmpfsOptions":{"SizeBytes":16777216}}],` +
	`"Secrets":[{"File":{"Name":"key","UID":"1001","GID":"1001","Mode":256},"SecretID":"s1","SecretName":"key"}]},` +
	`"Resources":{"Limits":{"NanoCPUs":500000000,"MemoryBytes":67108864,"Pids":64},"Reservations":{}},"Placement":{},"ForceUpdate":0},` +
	`"Mode":{"Replicated":{"Replicas":2}},"EndpointSpec":{"Mode":"vip"}}`

// swarmSite is a site that runs services, and one that does not say so.
func swarmSite(t *testing.T, enabled bool) decision.Policies {
	t.Helper()
	text := fmt.Sprintf("registries: [registry.internal/openclaw]\nsignatures: {required: false}\nscan: {required: false}\nswarm: {enabled: %t}\nroles:\n"+
		"  worker: {images: [registry.internal/openclaw/worker], secrets: [key]}\n"+
		"  proxy: {images: [registry.internal/openclaw/llm-proxy], protected: true}\n", enabled)
	s, err := bundle.NewSource(func() (*bundle.Snapshot, error) {
		site, err := bundle.ParseSite("site.yaml", []byte(text))
		if err != nil {
			return nil, err
		}
		return bundle.Load(policies.FS, site, bundle.Options{})
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// manager is an engine that is the one node of its swarm, without default bridge.
func manager() *engine {
	e := healthy()
	daemon := daemonView()
	daemon.Swarm, daemon.SwarmNodes = true, 1
	e.daemon = func(context.Context) (*view.Engine, error) { return daemon, nil }
	e.topology = func() (*view.Topology, error) {
		return &view.Topology{Networks: []view.LiveNetwork{}, Containers: []view.Member{}}, nil
	}
	e.reference = func(id string) (*view.LiveFile, error) {
		if id != "s1" {
			return nil, facts.ErrNotFound
		}
		return &view.LiveFile{Name: "key"}, nil
	}
	e.service = func(name string) (*view.LiveService, error) {
		switch name {
		case "agent":
			return &view.LiveService{ID: "svc1", Name: "agent", Repository: "registry.internal/openclaw/worker"}, nil
		case "llm-proxy":
			return &view.LiveService{ID: "svc2", Name: "llm-proxy", Repository: "registry.internal/openclaw/llm-proxy"}, nil
		}
		return nil, facts.ErrNotFound
	}
	return e
}

func TestServices(t *testing.T) {
	on, off := swarmSite(t, true), swarmSite(t, false)
	edited := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(serviceBody) }
	const make, update = "/v1.54/services/create", "/v1.54/services/agent/update?version=7"
	for _, tc := range []struct {
		name     string
		call     *decision.Call
		prepare  func(*engine)
		policies decision.Policies
		want     []string // rules; none admits
		subject  string
	}{
		{name: "a hardened service", call: with(make, serviceBody), subject: "agent"},
		{name: "without version", call: with("/services/create", serviceBody), subject: "agent"},
		{name: "its update", call: with(update, serviceBody), subject: "agent"},
		{name: "its end", call: remove("/v1.54/services/agent"), subject: "agent"},
		{name: "its logs", call: get("/v1.54/services/agent/logs?stdout=1"), subject: "agent"},
		{name: "below 1.44", call: with("/v1.43/services/create", serviceBody),
			want: []string{"hardening/no-new-privileges", "swarm/api-version"}, subject: "agent"},
		{name: "a writable root", call: with(make, edited(`"ReadOnly":true`, `"ReadOnly":false`)),
			want: []string{"hardening/readonly-rootfs"}, subject: "agent"},
		{name: "a host directory by no type", subject: "agent",
			call: with(make, edited(`{"Type":"tmpfs","Target":"/tmp","TmpfsOptions":{"SizeBytes":16777216}}`, `{"Source":"/etc","Target":"/tmp"}`)),
			want: []string{"filesystem/mount-types"}},
		{name: "an engine with its default bridge", call: with(make, serviceBody), subject: "agent",
			prepare: func(e *engine) { e.topology = func() (*view.Topology, error) { return topology(), nil } },
			want:    []string{"airgap/network-class", "airgap/network-namespace"}},
		{name: "a published port", call: with(make, edited(`"EndpointSpec":{"Mode":"vip"}`, `"EndpointSpec":{"Ports":[{"TargetPort":80}]}`)),
			want: []string{"airgap/published-ports"}, subject: "agent"},
		{name: "another's secret", call: with(make, edited(`"SecretID":"s1","SecretName":"key"`, `"SecretID":"s2","SecretName":"other"`)),
			want: []string{"swarm/secrets"}, subject: "agent"},
		{name: "an image the engine lacks", call: with(make, edited("worker@", "worker/x@")),
			want: []string{"swarm/image-present"}, subject: "agent"},
		{name: "a second node", call: with(make, serviceBody), subject: "agent",
			prepare: func(e *engine) {
				e.daemon = func(context.Context) (*view.Engine, error) {
					daemon := daemonView()
					daemon.Swarm, daemon.SwarmNodes = true, 2
					return daemon, nil
				}
			},
			want: []string{"swarm/nodes"}},
		{name: "a plugin", call: with(make, `{"Name":"agent","TaskTemplate":{"Runtime":"plugin","PluginSpec":{"name":"x","remote":"y"}}}`),
			want: []string{"swarm/image-present", "swarm/runtime"}, subject: "agent"},
		{name: "a rollback", call: with(update+"&rollback=previous", serviceBody), want: []string{"swarm/rollback"}, subject: "agent"},
		{name: "an update of none", call: with("/v1.54/services/gone/update?version=7", serviceBody), want: []string{"swarm/live"}, subject: "agent"},
		{name: "an update that takes the role", call: with("/v1.54/services/llm-proxy/update?version=7", serviceBody),
			want: []string{"swarm/protected"}, subject: "agent"},
		{name: "the end of the proxy", call: remove("/v1.54/services/llm-proxy"), want: []string{"swarm/protected"}, subject: "llm-proxy"},
		{name: "the logs of the proxy", call: get("/v1.54/services/llm-proxy/logs?stdout=1"), want: []string{"swarm/protected"}, subject: "llm-proxy"},
		{name: "the end of none", call: remove("/v1.54/services/gone"), want: []string{"swarm/live"}, subject: "gone"},
		{name: "a body with a key twice", call: with(make, `{"Name":"a","Name":"b"}`), want: []string{"api/duplicate-key"}},
		{name: "networks of old", call: with(make, `{"Networks":[{"Target":"host"}]}`), want: []string{"api/legacy-field"}},
		{name: "off", call: with(make, serviceBody), policies: off, want: []string{"api/swarm"}, subject: "agent"},
		{name: "off, the end of none", call: remove("/v1.54/services/gone"), policies: off, want: []string{"api/swarm"}, subject: "gone"},
		{name: "off, a list", call: get("/v1.54/services"), policies: off, want: []string{"api/swarm"}},
		{name: "off, a secret", call: with("/v1.54/secrets/create", `{"Name":"a","Data":"c2stY2FuYXJ5"}`), policies: off, want: []string{"api/swarm"}},
		{name: "a list", call: get("/v1.54/services")},
		{name: "a secret", call: with("/v1.54/secrets/create", `{"Name":"a","Data":"c2stY2FuYXJ5"}`), want: []string{"api/operation"}},
		{name: "a secret misspelt", call: with("/v1.54/secrets/create", `{"name":"a"}`), want: []string{"api/case-variant-key"}},
		{name: "a configuration misspelt", call: with("/v1.54/configs/create", `{"name":"a"}`), want: []string{"api/case-variant-key"}},
		{name: "a node misspelt", call: with("/v1.54/nodes/x/update?version=1", `{"role":"manager"}`), want: []string{"api/case-variant-key"}, subject: "x"},
		{name: "a swarm misspelt", call: with("/v1.54/swarm/init", `{"listenAddr":""}`), want: []string{"api/case-variant-key"}},
		{name: "a key misspelt", call: with("/v1.54/swarm/unlock", `{"unlockKey":""}`), want: []string{"api/case-variant-key"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := manager()
			if tc.prepare != nil {
				tc.prepare(e)
			}
			if tc.policies == nil {
				tc.policies = on
			}
			got := gate(t, tc.policies, e, decision.Enforce).Decide(t.Context(), tc.call)
			var rules []string
			for _, v := range got.Violations {
				rules = append(rules, v.Rule)
			}
			slices.Sort(rules)
			rules = slices.Compact(rules)
			if got.Fault != nil || got.Subject != tc.subject {
				t.Errorf("got %+v, about %q, want it about %q", got.Fault, got.Subject, tc.subject)
			}
			// A service without image breaks every rule about images as well: the ones named are among them.
			missing := slices.DeleteFunc(slices.Clone(tc.want), func(rule string) bool { return slices.Contains(rules, rule) })
			if len(missing) > 0 || len(tc.want) <= 1 && len(rules) != len(tc.want) {
				t.Errorf("denied by %v, want %v", rules, tc.want)
			}
			if want := len(tc.want) == 0; got.Admits() != want {
				t.Errorf("admitted: %t, want %t", got.Admits(), want)
			}
			if text := fmt.Sprintf("%+v", got); strings.Contains(text, "c2stY2FuYXJ5") || strings.Contains(text, "sk-canary") {
				t.Errorf("the secret is in %s", text)
			}
		})
	}
}

// What cannot be looked up is a fault; it is never taken for an absence.
func TestServiceFacts(t *testing.T) {
	broken := errors.New("connection refused")
	for name, tc := range map[string]struct {
		call    *decision.Call
		prepare func(*engine)
	}{
		"image":    {with("/v1.54/services/create", serviceBody), func(e *engine) { e.image = func(string) (*view.ImageFacts, error) { return nil, broken } }},
		"topology": {with("/v1.54/services/create", serviceBody), func(e *engine) { e.topology = func() (*view.Topology, error) { return nil, broken } }},
		"no topology": {with("/v1.54/services/create", serviceBody), func(e *engine) {
			e.topology = func() (*view.Topology, error) { return nil, nil }
		}},
		"secret":     {with("/v1.54/services/create", serviceBody), func(e *engine) { e.reference = func(string) (*view.LiveFile, error) { return nil, broken } }},
		"service":    {remove("/v1.54/services/agent"), func(e *engine) { e.service = func(string) (*view.LiveService, error) { return nil, broken } }},
		"no service": {remove("/v1.54/services/agent"), func(e *engine) { e.service = func(string) (*view.LiveService, error) { return nil, nil } }},
	} {
		e := manager()
		tc.prepare(e)
		got := gate(t, swarmSite(t, true), e, decision.Enforce).Decide(t.Context(), tc.call)
		if got.Verdict != decision.Fault || got.Fault == nil || got.Fault.Code != decision.CodeFacts {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// One service costs a bounded number of look-ups; a reference beyond them is one to nothing.
func TestServiceFilesAreBounded(t *testing.T) {
	reference := `{"File":{"Name":"key","UID":"1001","GID":"1001","Mode":256},"SecretID":"s1","SecretName":"key"}`
	many := strings.Replace(serviceBody, reference, strings.TrimSuffix(strings.Repeat(reference+",", 100), ","), 1)
	e := manager()
	got := gate(t, swarmSite(t, true), e, decision.Enforce).Decide(t.Context(), with("/v1.54/services/create", many))
	asked := slices.DeleteFunc(e.asked, func(what string) bool { return !strings.HasPrefix(what, "secret ") })
	if len(asked) > 32 || got.Admits() || len(got.Violations) == 0 || got.Violations[0].Rule != "swarm/secrets" {
		t.Errorf("%d look-ups, %+v", len(asked), got)
	}
}
