//go:build e2e

package e2e_test

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/test/engine"
)

// change is one change to the conforming create.
type change struct {
	name  string
	query string
	edit  func(object)
}

// twins are the changes a rule denies, and the near ones it admits.
type twins struct {
	deny  []change
	admit []change
}

func deny(changes ...change) twins { return twins{deny: changes} }

func (t twins) with(changes ...change) twins {
	t.admit = changes
	return t
}

// creates holds the cases that are creates. The conforming create is every rule's first admitted twin.
func creates(b *bench) map[string]twins {
	tmpfs := func(path, options string) func(object) { return host("Tmpfs", object{path: options}) }
	mounts := func(m ...any) func(object) { return host("Mounts", m) }
	options := func(o ...any) func(object) { return host("SecurityOpt", append([]any{"no-new-privileges"}, o...)) }
	endpoint := func(e object) func(object) {
		return set("NetworkingConfig", object{"EndpointsConfig": object{"none": e}})
	}
	between := func(image string, sysctls object, networks ...string) func(object) {
		endpoints := object{}
		for _, name := range networks {
			endpoints[name] = object{}
		}
		return all(set("Image", image), set("User", "1001:1001"), join(networks[0]), host("Sysctls", sysctls),
			set("NetworkingConfig", object{"EndpointsConfig": endpoints}))
	}
	alias := func(name string) func(object) {
		return all(join("agents"), set("NetworkingConfig", object{"EndpointsConfig": object{"agents": object{"Aliases": []any{name}}}}))
	}
	unforwarded := object{"net.ipv4.ip_forward": "0"}
	const good = "size=16m,noexec,nosuid,nodev"
	cases := map[string]twins{
		"hardening/readonly-rootfs": deny(change{"writable", "", host("ReadonlyRootfs", false)}, change{"absent", "", func(o object) {
			delete(o["HostConfig"].(object), "ReadonlyRootfs")
		}}),
		"hardening/privileged": deny(change{"true", "", host("Privileged", true)}).with(
			change{"false", "", host("Privileged", false)}),
		"hardening/capabilities-dropped": deny(change{"none", "", host("CapDrop", nil)}, change{"one", "", host("CapDrop", []any{"NET_RAW"})}).
			with(change{"lower case", "", host("CapDrop", []any{"all"})}),
		"hardening/capabilities-added": deny(change{"SYS_ADMIN", "", host("CapAdd", []any{"SYS_ADMIN"})},
			change{"ALL", "", host("CapAdd", []any{"ALL"})}, change{"another role's", "", host("CapAdd", []any{"NET_BIND_SERVICE"})},
			change{"a digest the role does not list", "", all(set("Image", b.unlisted), host("CapAdd", []any{"NET_BIND_SERVICE"}))}).
			with(change{"the role's", "", all(set("Image", b.healthy), host("CapAdd", []any{"NET_BIND_SERVICE"}))}),
		"hardening/no-new-privileges": deny(change{"absent", "", host("SecurityOpt", nil)},
			change{"last wins", "", options("no-new-privileges=false")}).
			with(change{"other spelling", "", host("SecurityOpt", []any{"no-new-privileges:true"})}),
		"hardening/seccomp": deny(change{"unconfined", "", options("seccomp=unconfined")},
			change{"inline", "", options(`seccomp={"defaultAction":"SCMP_ACT_ALLOW"}`)}),
		"hardening/apparmor":         deny(change{"unconfined", "", options("apparmor=unconfined")}),
		"hardening/selinux":          deny(change{"disabled", "", options("label=disable")}),
		"hardening/security-options": deny(change{"unknown", "", options("writable-cgroups=true")}),
		"hardening/system-paths": deny(change{"nothing masked", "", host("MaskedPaths", []any{})},
			change{"nothing read-only", "", host("ReadonlyPaths", []any{})}),
		"hardening/user": deny(change{"root", "", set("User", "0:0")}, change{"no group", "", set("User", "1001")},
			change{"name", "", set("User", "agent")}, change{"image runs as root", "", all(set("Image", b.root), set("User", ""))}).
			with(change{"the image's", "", set("User", "")}),
		"hardening/groups": deny(change{"root", "", host("GroupAdd", []any{"0"})}),
		"hardening/memory": deny(change{"unlimited", "", all(host("Memory", 0), host("MemorySwap", 0))},
			change{"beyond", "", all(host("Memory", 1<<30), host("MemorySwap", 1<<30))}).
			with(change{"at the limit", "", all(host("Memory", 256<<20), host("MemorySwap", 256<<20))}),
		"hardening/swap": deny(change{"unlimited", "", host("MemorySwap", -1)}),
		"hardening/memory-tuning": deny(change{"spared by the kernel", "", host("OomKillDisable", true)},
			change{"spared before others", "", host("OomScoreAdj", -1000)}).
			with(change{"killed first", "", host("OomScoreAdj", 500)}),
		"hardening/cpu": deny(change{"unlimited", "", host("NanoCpus", 0)}, change{"rounds to nothing", "", host("NanoCpus", 9999)},
			change{"beyond", "", host("NanoCpus", 1_500_000_000)}).
			with(change{"quota and period", "", all(host("NanoCpus", 0), host("CpuQuota", 50000), host("CpuPeriod", 100000))}),
		"hardening/cpu-tuning": deny(change{"undone by quota", "", host("CpuQuota", -1)}, change{"heavy", "", host("CpuShares", 100000)}),
		"hardening/pids": deny(change{"absent", "", host("PidsLimit", nil)}, change{"unlimited", "", host("PidsLimit", -1)},
			change{"beyond", "", host("PidsLimit", 4096)}).with(change{"at the limit", "", host("PidsLimit", 128)}),
		"hardening/shm": deny(change{"huge", "", host("ShmSize", 1<<40)}).with(change{"small", "", host("ShmSize", 1<<20)}),
		"hardening/ulimits": deny(change{"unlimited core", "", host("Ulimits", []any{object{"Name": "memlock", "Soft": -1, "Hard": -1}})}).
			with(change{"files", "", host("Ulimits", []any{object{"Name": "nofile", "Soft": 1024, "Hard": 1024}})}),
		"hardening/block-io": deny(change{"weight", "", host("BlkioWeight", 500)},
			change{"rate", "", host("BlkioDeviceReadBps", []any{object{"Path": "/dev/null", "Rate": 1 << 20}})}),
		"hardening/cgroup-parent": deny(change{"elsewhere", "", host("CgroupParent", "/../..")}),
		"hardening/pid-namespace": deny(change{"host", "", host("PidMode", "host")}),
		"hardening/ipc-namespace": deny(change{"host", "", host("IpcMode", "host")}, change{"shareable", "", host("IpcMode", "shareable")}).
			with(change{"none", "", host("IpcMode", "none")}, change{"private", "", host("IpcMode", "private")}),
		"hardening/uts-namespace":    deny(change{"host", "", host("UTSMode", "host")}),
		"hardening/user-namespace":   deny(change{"host", "", host("UsernsMode", "host")}),
		"hardening/cgroup-namespace": deny(change{"host", "", host("CgroupnsMode", "host")}),
		"hardening/devices": deny(change{"kernel memory", "", host("Devices", []any{object{
			"PathOnHost": "/dev/null", "PathInContainer": "/dev/x", "CgroupPermissions": "rwm"}})},
			change{"everything", "", host("DeviceCgroupRules", []any{"a *:* rwm"})}),
		"hardening/sysctls": deny(change{"forwarding", "", host("Sysctls", object{"net.ipv4.ip_forward": "1"})}).
			with(change{"no forwarding", "", host("Sysctls", object{"net.ipv4.ip_forward": "0"})}),
		"hardening/runtime":         deny(change{"another", "", host("Runtime", "io.containerd.other.v1")}).with(change{"the default", "", host("Runtime", "runc")}),
		"hardening/isolation":       deny(change{"another", "", host("Isolation", "hyperv")}),
		"hardening/annotations":     deny(change{"unit property", "", host("Annotations", object{"org.systemd.property.MemoryMax": "1"})}),
		"hardening/storage-options": deny(change{"size", "", host("StorageOpt", object{"size": "1G"})}),
		"hardening/name": deny(change{"like an ID", "?name=deadbeef", nil}).
			with(change{"plain", "?name=agent-e2e", nil}),
		"hardening/identity": deny(change{"the proxy's", "", set("Hostname", "egress-proxy")}, change{"domain", "", set("Domainname", "internal")}),
		"hardening/stop-timeout": deny(change{"a day", "", set("StopTimeout", 86400)}).
			with(change{"ten seconds", "", set("StopTimeout", 10)}),
		"filesystem/mount-types": deny(change{"host directory", "", host("Binds", []any{"/etc:/data:ro"})},
			change{"anonymous", "", set("Volumes", object{"/data": object{}})},
			change{"engine socket", "", mounts(object{"Type": "bind", "Source": "/run/docker.sock", "Target": "/run/docker.sock"})}).
			with(change{"tmpfs", "", mounts(object{"Type": "tmpfs", "Target": "/work", "TmpfsOptions": object{"SizeBytes": 1 << 20}})}),
		"filesystem/tmpfs-options": deny(change{"executable", "", tmpfs("/tmp", good+",exec")}, change{"set-user-id", "", tmpfs("/tmp", good+",suid")}),
		"filesystem/tmpfs-size": deny(change{"half the memory", "", tmpfs("/tmp", "noexec")}, change{"zero", "", tmpfs("/tmp", "size=0")},
			change{"by blocks", "", tmpfs("/tmp", good+",nr_blocks=0")}),
		"filesystem/tmpfs-total": deny(change{"too much together", "", host("Tmpfs", object{
			"/tmp": "size=40m", "/work": "size=40m"})}).with(change{"two", "", host("Tmpfs", object{"/tmp": good, "/work": good})}),
		"filesystem/mount-destination": deny(change{"configuration", "", tmpfs("/etc", good)}, change{"unclean", "", tmpfs("/x/../tmp", good)}).
			with(change{"below tmp", "", tmpfs("/tmp/scratch", good)}),
		"filesystem/mount-propagation": deny(change{"shared", "", host("Binds", []any{"/srv:/data:rshared"})}),
		"image/registry":               deny(change{"outside", "", set("Image", b.foreign)}).with(change{"another of the site", "", set("Image", b.healthy)}),
		"image/digest": deny(change{"tag", "", set("Image", b.tagged())}, change{"name", "", set("Image", strings.TrimSuffix(b.tagged(), ":latest"))},
			change{"none", "", set("Image", "")}),
		"image/platform": deny(change{"another", "?platform=linux/s390x", nil}),
		"image/volumes": deny(change{"uncovered", "", set("Image", b.volumes)}).
			with(change{"covered", "", all(set("Image", b.volumes), host("Tmpfs", object{"/data": good}))}),
		"airgap/network-namespace": deny(change{"host", "", host("NetworkMode", "host")}),
		"airgap/network-resolved":  deny(change{"nobody's", "", join("nowhere")}).with(change{"a live one", "", join("agents")}),
		"airgap/network-class": deny(change{"the host answers in it", "", join("weak")}, change{"host", "", host("NetworkMode", "host")}).
			with(change{"airgap", "", join("agents")}),
		"airgap/network-set": deny(change{"worker on the way out", "", join("egress")},
			change{"no role, two networks", "", between(b.root, unforwarded, "agents", "results")}).
			with(change{"proxy on the way out", "", all(set("Image", b.proxy), join("egress"))},
				change{"worker within", "", join("agents")}, change{"no role, one network", "", between(b.root, unforwarded, "agents")}),
		"airgap/dns": deny(change{"the host's", "", host("NetworkMode", "agents")},
			change{"outside", "", all(join("agents"), host("Dns", []any{"192.0.2.53"}))},
			change{"one more", "", all(join("agents"), host("Dns", []any{"127.0.0.1", "192.0.2.53"}))}).
			with(change{"nobody", "", join("agents")}),
		// The oldest engine takes one network at create: TestConnect has the twins of both engines.
		"airgap/forwarding": deny(change{"proxy unsaid", "", between(b.proxy, object{}, "agents", "egress")},
			change{"worker unsaid", "", between(b.worker, object{}, "agents", "results")}),
		"airgap/reserved-names": deny(change{"the proxy's name", "?name=llm-proxy", join("agents")},
			change{"below the proxy's name", "?name=llm-proxy.internal", join("agents")},
			change{"the proxy's host name", "", all(join("agents"), set("Hostname", "llm-proxy"))},
			change{"the proxy's alias", "", alias("llm-proxy")}, change{"the proxy's alias in capitals", "", alias("LLM-Proxy.")}).
			with(change{"another name", "?name=worker-proxy", join("agents")}, change{"another alias", "", alias("worker-1")},
				change{"the proxy", "?name=llm-proxy", all(set("Image", b.proxy), join("agents"))}),
		"airgap/published-ports": deny(change{"one", "", all(set("ExposedPorts", object{"80/tcp": object{}}),
			host("PortBindings", object{"80/tcp": []any{object{"HostPort": "18080"}}}))}, change{"all", "", host("PublishAllPorts", true)}),
		"airgap/links":       deny(change{"to another", "", host("Links", []any{"proxy:proxy"})}),
		"airgap/extra-hosts": deny(change{"the gateway", "", host("ExtraHosts", []any{"egress-proxy:host-gateway"})}),
		"airgap/endpoints": deny(change{"redirected", "", endpoint(object{"NetworkID": strings.Repeat("a", 64)})},
			change{"static address", "", endpoint(object{"IPAMConfig": object{"IPv4Address": "10.0.0.9"}})},
			change{"option of the driver", "", all(join("agents"), set("NetworkingConfig", object{"EndpointsConfig": object{
				"agents": object{"DriverOpts": object{"com.docker.network.endpoint.exposedports": "x"}}}}))}).
			with(change{"by name only", "", all(join("agents"), set("NetworkingConfig", object{"EndpointsConfig": object{"agents": object{}}}))}),
		"airgap/logging-driver": deny(change{"off the host", "", host("LogConfig", object{"Type": "syslog", "Config": object{"syslog-address": "udp://192.0.2.1:514"}})},
			change{"templates", "", host("LogConfig", object{"Type": "json-file", "Config": object{"env": "KEY"}})}).
			with(change{"bounded file", "", host("LogConfig", object{"Type": "json-file", "Config": object{"max-size": "1m", "max-file": "2"}})}),
		"lifecycle/restart-policy": deny(change{"without end", "", host("RestartPolicy", object{"Name": "on-failure", "MaximumRetryCount": 50})}).
			with(change{"bounded", "", host("RestartPolicy", object{"Name": "on-failure", "MaximumRetryCount": 3})}),
		"lifecycle/healthcheck": deny(change{"switched off", "", set("Healthcheck", object{"Test": []any{"NONE"}})}),
	}
	maps.Copy(cases, secretCreates(b))
	maps.Copy(cases, volumeMounts(b))
	return cases
}

// elsewhere holds the rules that no create of an unchanged engine can break, with the test that covers each, or the
// reason why a real engine never shows it.
var elsewhere = map[string]string{
	"api/operation":              "TestOperations",
	"api/top-arguments":          "TestOperations",
	"api/attach-input":           "TestOperations",
	"api/start-parameters":       "TestOperations",
	"api/pull-parameters":        "TestOperations",
	"image/identity":             "TestStoredImage",
	"image/signature":            "TestEvidence",
	"image/scan":                 "TestEvidence",
	"image/vulnerabilities":      "TestEvidence",
	"image/content":              "TestForgedContent",
	"airgap/exit-path":           "TestExitPath",
	"airgap/disconnect":          "TestDisconnect",
	"airgap/network-removal":     "TestNetworkRemoval",
	"filesystem/volume-name":     "TestVolumeCreate",
	"filesystem/volume-removal":  "TestVolumeRemoval",
	"airgap/connect":             "the gate itself adds the network of the path with its endpoint, or refuses; only a defect loses them",
	"hardening/umask":            "no engine's API has the field yet; the view carries it for those that will",
	"lifecycle/protected":        "TestProtected",
	"lifecycle/signal":           "TestSignal",
	"lifecycle/archive":          "TestArchive",
	"api/input":                  "only a defect of the gate loses the subject; no request can",
	"hardening/enforced-limits":  "the kernel of a host that can run the suite enforces every limit",
	"lifecycle/exec-command":     "TestExec",
	"lifecycle/exec-env":         "TestExec",
	"lifecycle/exec-privileged":  "TestExec",
	"lifecycle/exec-user":        "TestExec",
	"lifecycle/exec-working-dir": "TestExec",
	"api/swarm":                  "TestSwarmOff",
	"swarm/live":                 "TestServices",
	"swarm/protected":            "TestServices",
	"swarm/registry-auth":        "TestServices",
	"swarm/rollback":             "TestServices",
	"swarm/runtime":              "TestServices",
	"swarm/secrets":              "TestServices",
	"swarm/configs":              "TestServices",
	"swarm/tasks":                "TestServices",
	"swarm/templates":            "TestServices",
	"swarm/image-present":        "TestServices",
	"swarm/api-version":          "TestServices",
	"swarm/nodes":                "a second node is another host; the decision tests have it",
}

func (b *bench) tagged() string {
	name, _, _ := strings.Cut(b.worker, "@")
	return name + ":latest"
}

// rules reads the ids from the policies' directories.
func rules(t *testing.T) []string {
	t.Helper()
	root, err := engine.Root()
	if err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(root, "policies", "airlock", "rules", "*", "*"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no rules: %v", err)
	}
	ids := make([]string, 0, len(found))
	for _, dir := range found {
		ids = append(ids, filepath.Base(filepath.Dir(dir))+"/"+filepath.Base(dir))
	}
	return ids
}

func TestEveryRuleHasCases(t *testing.T) {
	cases, ids := creates(shared), rules(t)
	for id, c := range networkCreates() {
		if _, twice := cases[id]; twice {
			t.Errorf("rule %s has cases of both kinds", id)
		}
		cases[id] = c
	}
	for _, id := range ids {
		if len(cases[id].deny) == 0 && elsewhere[id] == "" {
			t.Errorf("rule %s has no end-to-end case", id)
		}
	}
	for id := range cases {
		if !slices.Contains(ids, id) {
			t.Errorf("cases for %s, which is no rule", id)
		}
	}
	for id, by := range elsewhere {
		if !slices.Contains(ids, id) {
			t.Errorf("%s (%s) is no rule", id, by)
		}
	}
}

// Every rule denies its cases and admits their twins, as the engine asks at create.
func TestCreate(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		id := created(ctx, t, g, "", shared.conforming())
		remove(ctx, t, g, id)
		for rule, cases := range creates(shared) {
			t.Run(rule, func(t *testing.T) {
				for _, c := range cases.deny {
					body := shared.conforming()
					if c.edit != nil {
						c.edit(body)
					}
					status, answer, err := g.Call(ctx, "POST", api(g)+"/containers/create"+c.query, body)
					if err != nil {
						t.Fatal(err)
					}
					if status != 403 {
						t.Errorf("%s: status %d, want 403: %s", c.name, status, answer)
						continue
					}
					if got := broken(t, text(answer)); !slices.Contains(got, rule) {
						t.Errorf("%s: denied by %v, want %s among them", c.name, got, rule)
						continue
					}
					shared.report.count(g.Version, "create denied by", rule)
				}
				for _, c := range cases.admit {
					body := shared.conforming()
					if c.edit != nil {
						c.edit(body)
					}
					status, answer, err := g.Call(ctx, "POST", api(g)+"/containers/create"+c.query, body)
					if err != nil {
						t.Fatal(err)
					}
					if status != 201 {
						t.Errorf("%s: status %d, want 201: %s", c.name, status, answer)
						continue
					}
					var made struct{ ID string }
					if err := json.Unmarshal(answer, &made); err != nil {
						t.Fatal(err)
					}
					// What is admitted at create must be admitted at start, from what the engine made of it.
					if status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/"+made.ID+"/start", nil); err != nil || status == 403 {
						t.Errorf("%s: start: %d %s %v", c.name, status, answer, err)
					}
					remove(ctx, t, g, made.ID)
					shared.report.count(g.Version, "create and start admitted near", rule)
				}
			})
		}
	})
}

// confined is a docker run that every rule admits, but for the image.
func confined() []string {
	return []string{"run", "-d", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "1001:1001",
		"--memory", "64m", "--memory-swap", "64m", "--cpus", "0.5", "--pids-limit", "64", "--network", "none",
		"--tmpfs", "/tmp:size=16m,noexec,nosuid,nodev"}
}

// The docker command, as people type it: the conforming run works and is confined, the naive one is explained.
func TestDockerRun(t *testing.T) {
	args := confined()
	each(t, func(t *testing.T, g *guarded) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		r, err := g.Docker(ctx, append(slices.Clone(args), shared.worker)...)
		if err != nil || r.Code != 0 {
			t.Fatalf("conforming run: exit %d %v: %s", r.Code, err, r.Stderr)
		}
		id := strings.TrimSpace(r.Stdout)
		defer remove(t.Context(), t, g, id)
		var seen struct {
			UID        int
			RootWrites bool
			Status     map[string]string
		}
		for range 100 {
			out, err := g.Docker(ctx, "logs", id)
			if err == nil && json.Unmarshal([]byte(out.Stdout), &seen) == nil {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if seen.UID != 1001 || seen.RootWrites || seen.Status["CapBnd"] != "0000000000000000" || seen.Status["NoNewPrivs"] != "1" || seen.Status["Seccomp"] != "2" {
			t.Errorf("what runs sees %+v", seen)
		}
		naive, err := g.Docker(ctx, "run", "-d", shared.worker)
		if err != nil || naive.Code == 0 {
			t.Fatalf("naive run: exit %d %v %s", naive.Code, err, naive.Stdout)
		}
		for _, want := range []string{"hardening/readonly-rootfs", "--read-only", "--cap-drop", "--pids-limit"} {
			if !strings.Contains(naive.Stderr, want) {
				t.Errorf("the denial does not say %q:\n%s", want, naive.Stderr)
			}
		}
		for _, flag := range [][]string{{"--privileged"}, {"-v", "/:/host"}, {"--pid", "host"}, {"--cap-add", "SYS_ADMIN"},
			{"--device", "/dev/null"}, {"--security-opt", "systempaths=unconfined"}, {"-p", "18081:80"}} {
			all := append(append(slices.Clone(args), flag...), shared.worker)
			if r, err := g.Docker(ctx, all...); err != nil || r.Code == 0 || !strings.Contains(r.Stderr, g.gate.Name) {
				t.Errorf("%v: exit %d %v: %s", flag, r.Code, err, r.Stderr)
			}
		}
		left, err := g.Docker(ctx, "ps", "-aq", "--no-trunc")
		if err != nil || strings.TrimSpace(left.Stdout) != id {
			t.Errorf("containers left: %q (%v)", left.Stdout, err)
		}
	})
}

// refusals reads the ids of what is refused in Go.
func refusals(t *testing.T) []string {
	t.Helper()
	root, err := engine.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "plugin", "refusal", "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no refusals: %v", err)
	}
	var ids []string
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`Rule += "([a-z]+/[a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
			ids = append(ids, m[1])
		}
	}
	if len(ids) < 15 {
		t.Fatalf("only %d refusals found: %v", len(ids), ids)
	}
	return ids
}

// Names in messages and documents must be rules that exist.
func TestDocumentsNameRulesThatExist(t *testing.T) {
	root, err := engine.Root()
	if err != nil {
		t.Fatal(err)
	}
	ids := rules(t)
	ids = append(ids, refusals(t)...)
	documents, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	id := regexp.MustCompile("`((?:api|hardening|image|airgap|filesystem|secrets|lifecycle|control|swarm)/[a-z-]+)`")
	for _, file := range append(documents, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(file)
		if os.IsNotExist(err) {
			continue // a document that is not there names nothing
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range id.FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(ids, m[1]) {
				t.Errorf("%s names %s, which is no rule", file, m[1])
			}
		}
	}
}
