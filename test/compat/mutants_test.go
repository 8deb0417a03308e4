//go:build e2e

package compat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/test/engine"
)

// mutant is one thing changed in a body that conforms.
type mutant struct {
	name string
	path string // keys, separated by dots
	to   any
}

// mutants of each change compose makes, by the end of its path.
var mutants = map[string][]mutant{
	"/containers/create": {
		{"privileged", "HostConfig.Privileged", true},
		{"writable", "HostConfig.ReadonlyRootfs", false},
		{"capabilities kept", "HostConfig.CapDrop", nil},
		{"a capability", "HostConfig.CapAdd", []any{"SYS_ADMIN"}},
		{"new privileges", "HostConfig.SecurityOpt", nil},
		{"no seccomp", "HostConfig.SecurityOpt", []any{"no-new-privileges:true", "seccomp=unconfined"}},
		{"the host's network", "HostConfig.NetworkMode", "host"},
		{"the host's processes", "HostConfig.PidMode", "host"},
		{"the engine's socket", "HostConfig.Binds", []any{"/run/docker.sock:/run/docker.sock"}},
		{"a volume of nobody's", "HostConfig.Binds", []any{"airlock-ref_other:/telemetry"}},
		{"a file of the host", "HostConfig.Mounts", []any{map[string]any{"Type": "bind", "Source": "/etc/shadow", "Target": "/run/secrets/shadow", "ReadOnly": true}}},
		{"no memory limit", "HostConfig.Memory", 0},
		{"no process limit", "HostConfig.PidsLimit", 0},
		{"root", "User", "0:0"},
		{"another spelling", "hostconfig", map[string]any{"Privileged": true}},
		{"another letter", "Ho\u017ftConfig", map[string]any{"Privileged": true}},
		{"an unknown field", "HostConfig.Escape", true},
		{"a published port", "HostConfig.PortBindings", map[string]any{"80/tcp": []any{map[string]any{"HostPort": "8080"}}}},
		{"a name of the host", "HostConfig.ExtraHosts", []any{"llm-proxy:host-gateway"}},
	},
	"/networks/create": {
		{"IPv6", "EnableIPv6", true},
		{"another driver", "Driver", "macvlan"},
		{"attachable", "Attachable", true},
		{"a name to bind", "Options", map[string]any{"com.docker.network.bridge.name": "docker0"}},
		{"another spelling", "driver", "macvlan"},
	},
	"/volumes/create": {
		{"a directory of the host", "DriverOpts", map[string]any{"type": "none", "o": "bind", "device": "/etc"}},
		{"a file server", "DriverOpts", map[string]any{"type": "nfs", "o": "addr=192.0.2.1", "device": ":/"}},
		{"another driver", "Driver", "sshfs"},
		{"no name", "Name", ""},
		{"a name of nobody's", "Name", "airlock-ref_other"},
		{"another spelling", "driverOpts", map[string]any{"type": "nfs"}},
	},
	"/connect": {
		{"a static address", "EndpointConfig.IPAMConfig", map[string]any{"IPv4Address": "10.0.0.9"}},
		{"an option of the driver", "EndpointConfig.DriverOpts", map[string]any{"com.docker.network.endpoint.sysctls": "x"}},
		{"nobody", "Container", ""},
		{"another spelling", "container", "x"},
	},
}

// refused sends the mutants of a request and returns how many were denied, which must be all.
func (r *replay) refused(ctx context.Context, t *testing.T, q request) int {
	t.Helper()
	path, _, _ := strings.Cut(q.URI, "?")
	denied := 0
	check := func(name string, text []byte) {
		answer, err := engine.Send(ctx, r.engine.Socket, engine.JSON(q.Method+" "+r.fill(q.URI), text))
		if err != nil || answer.Status != 403 {
			t.Errorf("%s engine: %s with %s: status %d, want 403 %v: %s", r.engine.Version, path, name, answer.Status, err, answer.Message())
			return
		}
		denied++
	}
	for end, changes := range mutants {
		if q.Method != "POST" || !strings.HasSuffix(path, end) {
			continue
		}
		for _, m := range changes {
			body := r.body(t, q)
			place(body, m)
			check(m.name, encode(t, body))
		}
		honest := encode(t, r.body(t, q))
		check("bytes behind it", append(bytes.Clone(honest), "{}"...))
		check("a key given twice", append(append(honest[:len(honest)-1:len(honest)-1], ","...), honest[1:]...))
	}
	return denied
}

func place(body map[string]any, m mutant) {
	keys := strings.Split(m.path, ".")
	for _, k := range keys[:len(keys)-1] {
		body, _ = body[k].(map[string]any)
	}
	body[keys[len(keys)-1]] = m.to
}

func encode(t *testing.T, body any) []byte {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
