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

// Without a swarm in the site data every operation of one has one reason, reads included.
func TestSwarmOff(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		for _, o := range []struct {
			method, target string
			body           any
		}{
			{"GET", "/swarm", nil}, {"GET", "/swarm/unlockkey", nil}, {"POST", "/swarm/init", object{}},
			{"POST", "/swarm/join", object{}}, {"POST", "/swarm/leave?force=1", nil}, {"POST", "/swarm/update?version=1", object{}},
			{"POST", "/swarm/unlock", object{}}, {"GET", "/services", nil}, {"GET", "/services/a", nil}, {"GET", "/services/a/logs", nil},
			{"POST", "/services/create", object{}}, {"POST", "/services/a/update?version=1", object{}}, {"DELETE", "/services/a", nil},
			{"GET", "/tasks", nil}, {"GET", "/tasks/a", nil}, {"GET", "/tasks/a/logs", nil}, {"GET", "/nodes", nil},
			{"GET", "/nodes/a", nil}, {"POST", "/nodes/a/update?version=1", object{}}, {"DELETE", "/nodes/a", nil},
			{"GET", "/secrets", nil}, {"GET", "/secrets/a", nil}, {"POST", "/secrets/create", object{"Name": "a", "Data": "Y2FuYXJ5"}},
			{"POST", "/secrets/a/update?version=1", object{}}, {"DELETE", "/secrets/a", nil}, {"GET", "/configs", nil},
			{"GET", "/configs/a", nil}, {"POST", "/configs/create", object{"Name": "a"}}, {"POST", "/configs/a/update?version=1", object{}},
			{"DELETE", "/configs/a", nil},
		} {
			status, answer, err := g.Call(t.Context(), o.method, "/v1.41"+o.target, o.body)
			if err != nil || status != 403 {
				t.Errorf("%s %s: %d %s %v", o.method, o.target, status, answer, err)
				continue
			}
			if got := broken(t, text(answer)); !slices.Equal(got, []string{"api/swarm"}) {
				t.Errorf("%s %s: denied by %v", o.method, o.target, got)
				continue
			}
			shared.report.count(g.Version, "operation denied by", "api/swarm")
		}
		for _, args := range [][]string{{"info"}, {"ps"}, {"version"}} { // what people type without a swarm in mind
			if r, err := g.Docker(t.Context(), args...); err != nil || r.Code != 0 || strings.Contains(r.Stderr, "airlock") {
				t.Errorf("docker %v: %d %v %s", args, r.Code, err, r.Stderr)
			}
		}
	})
}

// cluster is a guarded engine that is the one node of a swarm, with a secret and a configuration of the worker's.
type cluster struct {
	*guarded
	secret, config string
}

// assembleCluster starts it. Services of the oldest engine cannot ask for no-new-privileges, nor can the docker command,
// so the daemon does; but the oldest engine does not tell that it does.
func assembleCluster(ctx context.Context, t *testing.T, version engine.Version) *cluster {
	t.Helper()
	site := strings.Replace(shared.site, "secrets: [tool_key,", "configs: [settings], secrets: [key, tool_key,", 1) +
		"swarm: {enabled: true, tasks: 2}\n"
	guard, err := engine.Guard(ctx, version, "e2e-swarm", []string{shared.worker, shared.proxy},
		engine.Options{Settings: map[string]any{"no-new-privileges": true}}, engine.GateOptions{Program: shared.program, Site: site})
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{guarded: &guarded{Guarded: guard, gate: guard.Gate}}
	t.Cleanup(c.stop)
	port, err := engine.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	init := object{"ListenAddr": fmt.Sprintf("127.0.0.1:%d", port), "AdvertiseAddr": "127.0.0.1"}
	for _, o := range []struct {
		target string
		body   object
	}{{"/swarm/init", init}, {"/secrets/create", object{"Name": "a"}}} {
		if status, answer, err := c.Call(ctx, "POST", "/v1.41"+o.target, o.body); err != nil || status != 403 {
			t.Errorf("%s: %d %s %v, want it denied", o.target, status, answer, err)
		}
	}
	ungated(ctx, t, c.guarded, func() {
		if status, answer, err := c.Call(ctx, "POST", "/v1.41/swarm/init", init); err != nil || status != 200 {
			t.Fatalf("init: %d %s %v", status, answer, err)
		}
		for name, id := range map[string]*string{"secrets": &c.secret, "configs": &c.config} {
			var made struct{ ID string }
			given := object{"Name": map[string]string{"secrets": "key", "configs": "settings"}[name], "Data": "Y2FuYXJ5"}
			status, answer, err := c.Call(ctx, "POST", "/v1.41/"+name+"/create", given)
			if err != nil || status != 201 || json.Unmarshal(answer, &made) != nil {
				t.Fatalf("%s: %d %s %v", name, status, answer, err)
			}
			*id = made.ID
		}
	})
	bad := c.conforming("agent")
	spec("ReadOnly", false)(bad)
	for range 100 { // what the gate knows of the daemon may be some seconds old
		status, answer, err := c.Call(ctx, "POST", "/v1.41/services/create", bad)
		if err != nil || status != 403 {
			t.Fatalf("writable root: %d %s %v, want it denied", status, answer, err)
		}
		if !slices.Contains(broken(t, text(answer)), "swarm/nodes") {
			return c
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the gate does not see the swarm")
	return nil
}

// conforming is a service every rule admits.
func (c *cluster) conforming(name string) object {
	return object{
		"Name": name,
		"TaskTemplate": object{
			"ContainerSpec": object{
				"Image": shared.worker, "User": "1001:1001", "ReadOnly": true, "CapabilityDrop": []any{"ALL"},
				"Mounts": []any{object{"Type": "tmpfs", "Target": "/tmp", "TmpfsOptions": object{"SizeBytes": 16 << 20}}},
				"Secrets": []any{object{"SecretID": c.secret, "SecretName": "key",
					"File": object{"Name": "key", "UID": "1001", "GID": "1001", "Mode": 0o400}}},
				"Configs": []any{object{"ConfigID": c.config, "ConfigName": "settings",
					"File": object{"Name": "/run/settings", "UID": "0", "GID": "0", "Mode": 0o444}}},
			},
			"Resources": object{"Limits": object{"MemoryBytes": 64 << 20, "NanoCPUs": 500_000_000, "Pids": 64}},
		},
		"Mode": object{"Replicated": object{"Replicas": 1}},
	}
}

// spec is set below the specification of the container.
func spec(path string, value any) func(object) {
	return set("TaskTemplate.ContainerSpec."+path, value)
}

// serviceCases are the changes of the conforming service that the rules of services deny, and rules of containers too.
func serviceCases(c *cluster) map[string][]change {
	secret := func(file object) func(object) {
		return spec("Secrets", []any{object{"SecretID": c.secret, "SecretName": "key", "File": file}})
	}
	return map[string][]change{
		"swarm/tasks":         {{"three", "", set("Mode.Replicated.Replicas", 3)}},
		"swarm/runtime":       {{"a plugin", "", set("TaskTemplate.Runtime", "plugin")}},
		"swarm/templates":     {{"variable", "", spec("Env", []any{"A={{.Node.ID}}"})}, {"host name", "", spec("Hostname", "{{.Node.Hostname}}")}},
		"swarm/rollback":      {{"by itself", "", set("UpdateConfig", object{"FailureAction": "rollback"})}},
		"swarm/image-present": {{"not pulled", "", spec("Image", strings.Replace(shared.worker, "/worker@", "/worker/none@", 1))}},
		"swarm/secrets": {
			{"for everybody", "", secret(object{"Name": "key", "UID": "1001", "GID": "1001", "Mode": 0o444})},
			{"elsewhere", "", secret(object{"Name": "/etc/passwd", "UID": "1001", "GID": "1001", "Mode": 0o400})},
			{"of another user", "", secret(object{"Name": "key", "UID": "0", "GID": "0", "Mode": 0o400})},
			{"of another role", "", spec("Image", shared.root)},
		},
		"swarm/configs": {{"over a file of the image", "", spec("Configs", []any{object{"ConfigID": c.config, "ConfigName": "settings",
			"File": object{"Name": "/etc/passwd", "Mode": 0o444}}})}},
		"hardening/readonly-rootfs":      {{"writable", "", spec("ReadOnly", false)}},
		"hardening/capabilities-dropped": {{"kept", "", spec("CapabilityDrop", []any{})}},
		"hardening/capabilities-added":   {{"added", "", spec("CapabilityAdd", []any{"SYS_ADMIN"})}},
		"hardening/user":                 {{"root", "", spec("User", "0:0")}},
		"hardening/memory":               {{"unlimited", "", set("TaskTemplate.Resources", object{})}},
		"hardening/cpu":                  {{"unlimited", "", set("TaskTemplate.Resources.Limits.NanoCPUs", 0)}},
		"hardening/pids":                 {{"unlimited", "", set("TaskTemplate.Resources.Limits.Pids", 0)}},
		"hardening/sysctls":              {{"forwarding", "", spec("Sysctls", object{"net.ipv4.ip_forward": "1"})}},
		"hardening/selinux":              {{"off", "", spec("Privileges", object{"SELinuxContext": object{"Disable": true}})}},
		"filesystem/mount-types": {{"a bind", "", spec("Mounts", []any{object{"Type": "bind", "Source": "/etc", "Target": "/data"}})},
			{"a bind by no type", "", spec("Mounts", []any{object{"Source": "/etc", "Target": "/data"}})}},
		"filesystem/tmpfs-size": {{"half the memory", "", spec("Mounts", []any{object{"Type": "TMPFS", "Target": "/tmp"}})}},
		"airgap/published-ports": {{"through the mesh", "", set("EndpointSpec", object{"Ports": []any{object{"TargetPort": 80}}})},
			{"on the host", "", set("EndpointSpec", object{"Ports": []any{object{"TargetPort": 80, "PublishMode": "host"}}})}},
		"airgap/network-class": {{"the host's", "", set("TaskTemplate.Networks", []any{object{"Target": "host"}})},
			{"the mesh", "", set("TaskTemplate.Networks", []any{object{"Target": "ingress"}})}},
		"airgap/extra-hosts":    {{"the proxy", "", spec("Hosts", []any{"192.0.2.1 llm-proxy"})}},
		"airgap/logging-driver": {{"off the host", "", set("TaskTemplate.LogDriver", object{"Name": "syslog"})}},
		"airgap/reserved-names": {{"the proxy's", "", set("Name", "llm-proxy")}},
		"secrets/environment":   {{"by name", "", spec("Env", []any{"DB_PASSWORD=correct-horse-battery"})}},
		"image/digest":          {{"a tag", "", spec("Image", shared.tagged())}},
	}
}

// A service is denied with every reason of its container and its own; the conforming one runs, and without a network.
func TestServices(t *testing.T) {
	for _, version := range engine.Versions() {
		t.Run(string(version), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
			defer cancel()
			c := assembleCluster(ctx, t, version)
			defer func() {
				if t.Failed() {
					t.Logf("gate log:\n%s", c.gate.Tail())
				}
			}()
			at := map[engine.Version]string{engine.Oldest: "/v1.41", engine.Newest: "/v1.44"}[version]
			for rule, changes := range serviceCases(c) {
				for _, change := range changes {
					body := c.conforming("agent")
					change.edit(body)
					c.denied(ctx, t, rule, "POST", at+"/services/create", body)
				}
			}
			if version == engine.Newest {
				c.denied(ctx, t, "swarm/api-version", "POST", "/v1.43/services/create", c.conforming("agent"))
			}
			naive, err := c.Docker(ctx, "service", "create", "--detach", "--no-resolve-image", shared.worker)
			if err != nil || naive.Code == 0 || !strings.Contains(naive.Stderr, "hardening/readonly-rootfs") || !strings.Contains(naive.Stderr, "--read-only") {
				t.Errorf("naive: %d %v %s", naive.Code, err, naive.Stderr)
			}

			conforming := []string{"service", "create", "--detach", "--no-resolve-image", "--name", "agent", "--user", "1001:1001", "--read-only",
				"--cap-drop", "ALL", "--limit-memory", "64m", "--limit-cpu", "0.5", "--limit-pids", "64",
				"--mount", "type=tmpfs,destination=/tmp,tmpfs-size=16777216",
				"--secret", "source=key,target=key,uid=1001,gid=1001,mode=0400", shared.worker}
			c.known(ctx, t, func() { docker(ctx, t, c.guarded, conforming...) }, func() {
				denied(ctx, t, c.guarded, "1 rule broken, hardening/no-new-privileges", conforming...)
			})
			c.confined(ctx, t, "agent")
			c.create(ctx, t, at, c.conforming("other"))
			shared.report.count(version, "services admitted and confined")

			// A task in no network is in nobody's way.
			id := created(ctx, t, c.guarded, "", shared.conforming())
			remove(ctx, t, c.guarded, id)

			c.changes(ctx, t, at)
		})
	}
}

// known does what is admitted where the gate can know that no process gains new privileges. The oldest engine does not
// tell: there it is denied, and done beside the gate.
func (c *cluster) known(ctx context.Context, t *testing.T, admitted, unknown func()) {
	t.Helper()
	if c.Version == engine.Newest {
		admitted()
		return
	}
	unknown()
	ungated(ctx, t, c.guarded, admitted)
}

// create makes a service that conforms.
func (c *cluster) create(ctx context.Context, t *testing.T, at string, body object) {
	t.Helper()
	c.known(ctx, t, func() {
		if status, answer, err := c.Call(ctx, "POST", at+"/services/create", body); err != nil || status != 201 {
			t.Errorf("create %s: %d %s %v", body["Name"], status, answer, err)
		}
	}, func() { c.denied(ctx, t, "hardening/no-new-privileges", "POST", at+"/services/create", body) })
}

// denied posts what must be denied by a rule.
func (c *cluster) denied(ctx context.Context, t *testing.T, rule, method, target string, body any) {
	t.Helper()
	status, answer, err := c.Call(ctx, method, target, body)
	if err != nil || status != 403 {
		t.Errorf("%s %s: %d %s %v, want 403 by %s", method, target, status, answer, err, rule)
		return
	}
	if got := broken(t, text(answer)); !slices.Contains(got, rule) {
		t.Errorf("%s %s: denied by %v, want %s", method, target, got, rule)
		return
	}
	shared.report.count(c.Version, "service denied by", rule)
}

// confined waits for a task and looks at what it sees.
func (c *cluster) confined(ctx context.Context, t *testing.T, service string) {
	t.Helper()
	var seen struct {
		UID        int
		RootWrites bool
		Status     map[string]string
	}
	for ctx.Err() == nil {
		task, err := c.Docker(ctx, "ps", "-q", "--no-trunc", "--filter", "label=com.docker.swarm.service.name="+service)
		if err == nil && strings.TrimSpace(task.Stdout) != "" {
			out, err := c.Docker(ctx, "logs", strings.TrimSpace(task.Stdout))
			if err == nil && json.Unmarshal([]byte(out.Stdout), &seen) == nil {
				networks, err := c.Docker(ctx, "inspect", "--format", "{{.Config.NetworkDisabled}}", strings.TrimSpace(task.Stdout))
				if err != nil || strings.TrimSpace(networks.Stdout) != "true" {
					t.Errorf("the task's network: %v %s%s", err, networks.Stdout, networks.Stderr)
				}
				break
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	if seen.UID != 1001 || seen.RootWrites || seen.Status["CapBnd"] != "0000000000000000" || seen.Status["NoNewPrivs"] != "1" || seen.Status["Seccomp"] != "2" {
		t.Errorf("what the task sees: %+v", seen)
	}
}

// changes updates, reads and removes services.
func (c *cluster) changes(ctx context.Context, t *testing.T, at string) {
	t.Helper()
	version := func(service string) string {
		var live struct{ Version struct{ Index int } }
		status, answer, err := c.Call(ctx, "GET", at+"/services/"+service, nil)
		if err != nil || status != 200 || json.Unmarshal(answer, &live) != nil {
			t.Fatalf("%s: %d %s %v", service, status, answer, err)
		}
		return fmt.Sprint(live.Version.Index)
	}
	update := func(service, query string) string {
		return at + "/services/" + service + "/update?version=" + url.QueryEscape(version(service)) + query
	}
	c.denied(ctx, t, "swarm/rollback", "POST", update("other", "&rollback=previous"), c.conforming("other"))
	c.denied(ctx, t, "swarm/registry-auth", "POST", update("other", "&registryAuthFrom=previous-spec"), c.conforming("other"))
	c.denied(ctx, t, "swarm/live", "POST", at+"/services/gone/update?version=1", c.conforming("gone"))
	c.denied(ctx, t, "swarm/live", "DELETE", at+"/services/gone", nil)
	worse := c.conforming("other")
	spec("ReadOnly", false)(worse)
	c.denied(ctx, t, "hardening/readonly-rootfs", "POST", update("other", ""), worse)
	same := c.conforming("other")
	spec("Env", []any{"A=b"})(same)
	changed := update("other", "&rollback=none&registryAuthFrom=spec")
	c.known(ctx, t, func() {
		if status, answer, err := c.Call(ctx, "POST", changed, same); err != nil || status != 200 {
			t.Errorf("update: %d %s %v", status, answer, err)
		}
	}, func() { c.denied(ctx, t, "hardening/no-new-privileges", "POST", changed, same) })

	proxy := c.conforming("proxy")
	spec("Image", shared.proxy)(proxy)
	spec("Secrets", nil)(proxy)
	spec("Configs", nil)(proxy)
	c.create(ctx, t, at, proxy)
	c.denied(ctx, t, "swarm/protected", "DELETE", at+"/services/proxy", nil)
	c.denied(ctx, t, "swarm/protected", "GET", at+"/services/proxy/logs?stdout=1", nil)
	c.denied(ctx, t, "swarm/protected", "POST", update("proxy", ""), c.conforming("proxy"))
	for _, target := range []string{"/swarm/leave?force=1", "/swarm/update?version=1"} {
		c.denied(ctx, t, "api/operation", "POST", at+target, object{})
	}
	for _, target := range []string{"/swarm", "/swarm/unlockkey", "/configs", "/configs/" + c.config} {
		c.denied(ctx, t, "api/operation", "GET", at+target, nil)
	}
	for _, target := range []string{"/services", "/services/other", "/tasks", "/nodes", "/secrets", "/secrets/" + c.secret} {
		if status, answer, err := c.Call(ctx, "GET", at+target, nil); err != nil || status != 200 {
			t.Errorf("%s: %d %s %v", target, status, answer, err)
		}
	}
	for _, service := range []string{"other", "agent"} {
		if status, answer, err := c.Call(ctx, "DELETE", at+"/services/"+service, nil); err != nil || status != 200 {
			t.Errorf("remove %s: %d %s %v", service, status, answer, err)
		}
	}
	if log := c.gate.Log(); strings.Contains(log, "Y2FuYXJ5") || strings.Contains(log, "canary") {
		t.Error("a secret is in the log of the gate")
	}
}
