//go:build e2e

package e2e_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
)

// A process is run in a container when the role of its image names its command, and then as the container's own runs.
func TestExec(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		worker := running(ctx, t, g, "", shared.conforming())
		edge := running(ctx, t, g, "", func() object { o := shared.conforming(); o["Image"] = shared.healthy; return o }())
		good := func() object { return object{"Cmd": []any{"/helper", "status"}, "AttachStdout": true} }
		target := "/containers/" + worker + "/exec"
		for _, c := range []struct {
			name string
			edit func(object)
			rule string
		}{
			{"another command", set("Cmd", []any{"/helper"}), "lifecycle/exec-command"},
			{"one argument more", set("Cmd", []any{"/helper", "status", ""}), "lifecycle/exec-command"},
			{"two arguments in one", set("Cmd", []any{"/helper status"}), "lifecycle/exec-command"},
			{"joined by NUL", set("Cmd", []any{"/helper\x00status"}), "lifecycle/exec-command"},
			{"privileged", set("Privileged", true), "lifecycle/exec-privileged"},
			{"root", set("User", "0"), "lifecycle/exec-user"},
			{"root of the right group", set("User", "0:1001"), "lifecycle/exec-user"},
			{"another spelling", set("User", "01001:1001"), "lifecycle/exec-user"},
			{"variable", set("Env", []any{"LD_PRELOAD=/tmp/x.so"}), "lifecycle/exec-env"},
			{"directory", set("WorkingDir", "/tmp"), "lifecycle/exec-working-dir"},
		} {
			body := good()
			c.edit(body)
			refused(ctx, t, g, c.name, "POST", target, body, c.rule)
		}
		refused(ctx, t, g, "role without commands", "POST", "/containers/"+edge+"/exec", good(), "lifecycle/exec-command")
		for name, edit := range map[string]func(object){
			"plain": func(object) {}, "the same user": set("User", "1001:1001"), "no variables": set("Env", []any{}),
			"terminal": set("Tty", true), "keys": set("DetachKeys", "ctrl-q"),
		} {
			body := good()
			edit(body)
			id := admitted(ctx, t, g, name, "POST", target, body)
			admitted(ctx, t, g, name, "POST", "/exec/"+id+"/start", object{"Detach": true})
		}
		// As people type it.
		var seen struct {
			UID    int
			Status map[string]string
		}
		out := docker(ctx, t, g, "exec", worker, "/helper", "status")
		if err := json.Unmarshal([]byte(out), &seen); err != nil || seen.UID != 1001 || seen.Status["CapEff"] != "0000000000000000" {
			t.Errorf("what runs sees %+v (%v): %s", seen, err, out)
		}
		for rule, flags := range map[string][]string{
			"lifecycle/exec-privileged":  {"--privileged"},
			"lifecycle/exec-user":        {"--user", "root"},
			"lifecycle/exec-env":         {"--env", "A=b"},
			"lifecycle/exec-working-dir": {"--workdir", "/tmp"},
		} {
			denied(ctx, t, g, rule, append(append([]string{"exec"}, flags...), worker, "/helper", "status")...)
		}
		denied(ctx, t, g, "lifecycle/exec-command", "exec", worker, "/bin/sh")
		if r, err := g.Docker(ctx, "exec", worker, "/helper", "canary-of-a-secret"); err != nil || strings.Contains(r.Stderr, "canary-of-a-secret") ||
			strings.Contains(g.gate.Tail(), "canary-of-a-secret") {
			t.Errorf("the argument is repeated (%v): %s", err, r.Stderr)
		}
	})
}

// What waits to be started is judged again when it is: made beside the gate, or in a container that is no longer what it was.
func TestExecStart(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		worker := running(ctx, t, g, "", shared.conforming())
		make := func(container string, edit func(object)) (id string) {
			body := object{"Cmd": []any{"/helper", "status"}}
			edit(body)
			return admitted(ctx, t, g, "made beside the gate", "POST", "/containers/"+container+"/exec", body)
		}
		waiting := map[string]string{}
		var weak string
		ungated(ctx, t, g, func() {
			waiting["lifecycle/exec-command"] = make(worker, set("Cmd", []any{"/helper", "exit", "0"}))
			waiting["lifecycle/exec-privileged"] = make(worker, set("Privileged", true))
			waiting["lifecycle/exec-user"] = make(worker, set("User", "0:0"))
			weak = running(ctx, t, g, "", func() object { o := shared.conforming(); host("ReadonlyRootfs", false)(o); return o }())
			waiting["hardening/readonly-rootfs"] = make(weak, func(object) {})
		})
		for rule, id := range waiting {
			refused(ctx, t, g, rule, "POST", "/exec/"+id+"/start", object{"Detach": true}, rule)
			refused(ctx, t, g, rule, "POST", "/exec/"+id+"/resize?h=10&w=10", nil, rule)
		}
		refused(ctx, t, g, "in a container that breaks a rule", "POST", "/containers/"+weak+"/exec", object{"Cmd": []any{"/helper", "status"}},
			"hardening/readonly-rootfs")
		id := make(worker, func(object) {})
		refused(ctx, t, g, "with more", "POST", "/exec/"+id+"/start", object{"Detach": true, "Privileged": true}, "api/unknown-field")
		refused(ctx, t, g, "nobody's", "POST", "/exec/"+strings.Repeat("0", 64)+"/start", object{"Detach": true}, "api/no-such-exec")
		admitted(ctx, t, g, "conforming", "POST", "/exec/"+id+"/start", object{"Detach": true})
	})
}

// An update is judged by the limits the container would have, and changes them.
func TestUpdate(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := context.WithoutCancel(t.Context())
		worker := running(ctx, t, g, "", shared.conforming())
		target := "/containers/" + worker + "/update"
		for name, c := range map[string]struct {
			body object
			rule string
		}{
			"no pids":           {object{"PidsLimit": 0}, "hardening/pids"},
			"any number":        {object{"PidsLimit": -1}, "hardening/pids"},
			"all swap":          {object{"MemorySwap": -1}, "hardening/swap"},
			"more memory":       {object{"Memory": 1 << 30, "MemorySwap": 1 << 30}, "hardening/memory"},
			"quota below one":   {object{"CpuQuota": -1}, "hardening/cpu-tuning"},
			"rounds to nothing": {object{"NanoCpus": 1}, "hardening/cpu"},
			"heavy":             {object{"CpuShares": 100000}, "hardening/cpu-tuning"},
			"weight":            {object{"BlkioWeight": 500}, "hardening/block-io"},
			"without end":       {object{"RestartPolicy": object{"Name": "on-failure", "MaximumRetryCount": 50}}, "lifecycle/restart-policy"},
			"devices":           {object{"DeviceCgroupRules": []any{"a *:* rwm"}}, "api/unknown-field"},
		} {
			refused(ctx, t, g, name, "POST", target, c.body, c.rule)
		}
		admitted(ctx, t, g, "nothing", "POST", target, object{"Memory": 0, "PidsLimit": nil})
		admitted(ctx, t, g, "fewer pids", "POST", target, object{"PidsLimit": 32})
		docker(ctx, t, g, "update", "--memory", "48m", "--memory-swap", "48m", "--cpus", "0.25", worker)
		denied(ctx, t, g, "hardening/swap", "update", "--memory-swap", "-1", worker)
		denied(ctx, t, g, "hardening/pids", "update", "--pids-limit", "-1", worker)
		const limits = "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}"
		if got := docker(ctx, t, g, "inspect", "--format", limits, worker); got != "50331648 250000000 32" {
			t.Errorf("the limits are %s", got)
		}
		proxy := running(ctx, t, g, "", in(shared.proxy, "agents"))
		refused(ctx, t, g, "protected", "POST", "/containers/"+proxy+"/update", object{"Memory": 32 << 20, "MemorySwap": 32 << 20}, "lifecycle/protected")
	})
}
