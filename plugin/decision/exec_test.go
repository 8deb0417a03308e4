package decision_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	types "github.com/moby/moby/api/types/container"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/decision"
	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/refusal"
	"github.com/airlock-gate/airlock/policies"
)

const waiting = "5e00000000000000000000000000000000000000000000000000000000000001"

// commanding is the shipped policies on a site whose workers may be asked for their uptime.
func commanding(t testing.TB) *bundle.Source {
	t.Helper()
	site, err := bundle.ParseSite("site.yaml", []byte(`registries: [registry.internal/openclaw]
signatures: {required: false}
scan: {required: false}
roles: {worker: {images: [registry.internal/openclaw/worker], exec: [[cat, /proc/uptime]]}}
`))
	if err != nil {
		t.Fatal(err)
	}
	s, err := bundle.NewSource(func() (*bundle.Snapshot, error) { return bundle.Load(policies.FS, site, bundle.Options{}) })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// running is an engine with a conforming container in no network, and a process that waits in it.
func running(change func(*types.ExecInspectResponse)) *engine {
	e := healthy()
	e.container = conforming
	e.exec = func(id string) (*types.ExecInspectResponse, error) {
		if id != waiting {
			return nil, facts.ErrNotFound
		}
		found := &types.ExecInspectResponse{ID: waiting, ContainerID: container, ProcessConfig: &types.ExecProcessConfig{
			Entrypoint: "cat", Arguments: []string{"/proc/uptime"}, Privileged: new(bool), User: "1001:1001",
		}}
		if change != nil {
			change(found)
		}
		return found, nil
	}
	return e
}

// conforming answers with a container every rule admits.
func conforming(name string) (json.RawMessage, error) {
	if name != "web" && name != container {
		return nil, facts.ErrNotFound
	}
	text := strings.Replace(string(stored(true)), `"NetworkMode":"none"`, `"NetworkMode":"none","CapDrop":["ALL"],`+
		`"SecurityOpt":["no-new-privileges"],"Memory":67108864,"MemorySwap":67108864,"NanoCpus":500000000,"PidsLimit":64`, 1)
	return json.RawMessage(text), nil
}

// A process is judged when it is made, and again when it is started, by the same rules as far as the engine shows it.
func TestExec(t *testing.T) {
	const good = `{"Cmd":["cat","/proc/uptime"],"AttachStdout":true,"Env":null,"User":""}`
	policies := commanding(t)
	for _, tc := range []struct {
		name   string
		call   *decision.Call
		change func(*types.ExecInspectResponse)
		rule   string // "" = admitted
	}{
		{name: "create", call: with("/v1.41/containers/web/exec", good)},
		{name: "another command", call: with("/v1.41/containers/web/exec", `{"Cmd":["sh"]}`), rule: "lifecycle/exec-command"},
		{name: "one argument less", call: with("/v1.41/containers/web/exec", `{"Cmd":["cat"]}`), rule: "lifecycle/exec-command"},
		{name: "two arguments in one", call: with("/v1.41/containers/web/exec", `{"Cmd":["cat /proc/uptime"]}`), rule: "lifecycle/exec-command"},
		{name: "two arguments joined by NUL", call: with("/v1.41/containers/web/exec", `{"Cmd":["cat\u0000/proc/uptime"]}`),
			rule: "lifecycle/exec-command"},
		{name: "no command", call: with("/v1.41/containers/web/exec", `{}`), rule: "lifecycle/exec-command"},
		{name: "privileged", call: with("/v1.41/containers/web/exec", strings.Replace(good, `{`, `{"Privileged":true,`, 1)),
			rule: "lifecycle/exec-privileged"},
		{name: "as root", call: with("/v1.41/containers/web/exec", strings.Replace(good, `"User":""`, `"User":"0"`, 1)),
			rule: "lifecycle/exec-user"},
		{name: "as the same user", call: with("/v1.41/containers/web/exec", strings.Replace(good, `"User":""`, `"User":"1001:1001"`, 1))},
		{name: "with a variable", call: with("/v1.41/containers/web/exec", strings.Replace(good, `null`, `["LD_PRELOAD=x"]`, 1)),
			rule: "lifecycle/exec-env"},
		{name: "elsewhere", call: with("/v1.41/containers/web/exec", strings.Replace(good, `{`, `{"WorkingDir":"/tmp",`, 1)),
			rule: "lifecycle/exec-working-dir"},
		{name: "case variant", call: with("/v1.41/containers/web/exec", strings.Replace(good, `{`, `{"privileged":true,`, 1)),
			rule: string(refusal.CaseVariantKey)},
		{name: "in no container", call: with("/v1.41/containers/gone/exec", good), rule: string(refusal.NoSuchContainer)},
		{name: "start", call: with("/v1.41/exec/"+waiting+"/start", `{"Detach":false,"Tty":false}`)},
		{name: "start without a body", call: post("/v1.41/exec/" + waiting + "/start")},
		{name: "resize", call: post("/v1.41/exec/" + waiting + "/resize?h=1&w=1")},
		{name: "start with more", call: with("/v1.41/exec/"+waiting+"/start", `{"Privileged":true}`), rule: string(refusal.UnknownField)},
		{name: "start of nothing", call: post("/v1.41/exec/" + container + "/start"), rule: string(refusal.NoSuchExec)},
		{name: "start of another command", call: post("/v1.41/exec/" + waiting + "/start"), rule: "lifecycle/exec-command",
			change: func(e *types.ExecInspectResponse) { e.ProcessConfig.Arguments = []string{"/etc/passwd"} }},
		{name: "start with privileges", call: post("/v1.41/exec/" + waiting + "/start"), rule: "lifecycle/exec-privileged",
			change: func(e *types.ExecInspectResponse) { *e.ProcessConfig.Privileged = true }},
		{name: "start as root", call: post("/v1.41/exec/" + waiting + "/start"), rule: "lifecycle/exec-user",
			change: func(e *types.ExecInspectResponse) { e.ProcessConfig.User = "0:0" }},
		{name: "start in another container", call: post("/v1.41/exec/" + waiting + "/start"), rule: string(refusal.NoSuchContainer),
			change: func(e *types.ExecInspectResponse) { e.ContainerID = waiting }},
		{name: "resize with privileges", call: post("/v1.41/exec/" + waiting + "/resize?h=1&w=1"), rule: "lifecycle/exec-privileged",
			change: func(e *types.ExecInspectResponse) { *e.ProcessConfig.Privileged = true }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			judge(t, gate(t, policies, running(tc.change), decision.Enforce), tc.call, tc.rule)
		})
	}
	t.Run("when it cannot be looked up", func(t *testing.T) {
		e := running(nil)
		e.exec = func(string) (*types.ExecInspectResponse, error) { return nil, errors.New("connection refused") }
		got := gate(t, policies, e, decision.Enforce).Decide(t.Context(), post("/v1.41/exec/"+waiting+"/start"))
		if got.Verdict != decision.Fault || got.Fault.Code != decision.CodeFacts {
			t.Errorf("%s %v", got.Verdict, got.Fault)
		}
	})
	t.Run("in a container that breaks a rule", func(t *testing.T) {
		e := running(nil)
		e.container = healthy().container
		for _, call := range []*decision.Call{with("/v1.41/containers/web/exec", good), post("/v1.41/exec/" + waiting + "/start")} {
			got := gate(t, policies, e, decision.Enforce).Decide(t.Context(), call)
			if got.Verdict != decision.Deny || !slices.ContainsFunc(got.Violations, func(v bundle.Violation) bool {
				return v.Rule == "hardening/capabilities-dropped"
			}) {
				t.Errorf("%s: %s %+v", call.Target, got.Verdict, got.Violations)
			}
		}
	})
}

// judge fails unless a call is denied by one rule, or admitted for "".
func judge(t *testing.T, g *decision.Gate, call *decision.Call, rule string) {
	t.Helper()
	got := g.Decide(t.Context(), call)
	switch {
	case rule == "" && got.Verdict != decision.Allow:
		t.Errorf("%s %v %+v", got.Verdict, got.Fault, got.Violations)
	case rule != "" && (got.Verdict != decision.Deny || len(got.Violations) != 1 || got.Violations[0].Rule != rule):
		t.Errorf("%s %v %+v, want a denial by %s", got.Verdict, got.Fault, got.Violations, rule)
	}
}

// An update is judged by the limits the container would have.
func TestUpdate(t *testing.T) {
	g := gate(t, commanding(t), running(nil), decision.Enforce)
	for body, rule := range map[string]string{
		`{}`:                      "",
		`{"Memory":33554432}`:     "",
		`{"NanoCpus":1000000000}`: "",
		`{"Memory":0,"PidsLimit":null,"Ulimits":[],"Devices":null}`: "",
		`{"PidsLimit":0}`:   "hardening/pids",
		`{"PidsLimit":-1}`:  "hardening/pids",
		`{"MemorySwap":-1}`: "hardening/swap",
		`{"Memory":4294967296,"MemorySwap":4294967296}`: "hardening/memory",
		`{"NanoCpus":1}`:       "hardening/cpu",
		`{"CpuShares":100000}`: "hardening/cpu-tuning",
		`{"BlkioWeight":500}`:  "hardening/block-io",
		`{"RestartPolicy":{"Name":"on-failure","MaximumRetryCount":50}}`: "lifecycle/restart-policy",
		`{"RestartPolicy":{"Name":"","MaximumRetryCount":50}}`:           "",
		`{"DeviceCgroupRules":["a *:* rwm"]}`:                            string(refusal.UnknownField),
		`{"OomKillDisable":false}`:                                       string(refusal.UnknownField),
		`{"CgroupParent":"/"}`:                                           string(refusal.UnknownField),
		`{"BlkioDeviceReadBps":[{"Path":"/dev/null","Rate":1}]}`:         string(refusal.UnknownField),
		`{"KernelMemory":1}`:                                             string(refusal.LegacyField),
		`{"memory":1}`:                                                   string(refusal.CaseVariantKey),
		`{"Privileged":true}`:                                            string(refusal.UnknownField),
	} {
		t.Run(body, func(t *testing.T) { judge(t, g, with("/v1.41/containers/web/update", body), rule) })
	}
	t.Run("in no container", func(t *testing.T) {
		judge(t, g, with("/v1.41/containers/gone/update", `{}`), string(refusal.NoSuchContainer))
	})
	t.Run("protected", func(t *testing.T) {
		strict := gate(t, protecting(t, "true"), running(nil), decision.Enforce)
		judge(t, strict, with("/v1.41/containers/web/update", `{}`), "lifecycle/protected")
	})
}
