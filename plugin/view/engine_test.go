package view_test

import (
	"encoding/json"
	"testing"

	"github.com/moby/moby/api/types/system"

	"github.com/airlock-gate/airlock/plugin/view"
)

// TestEngineFrom follows moby daemon/info.go, fillSecurityOptions, and what 20.10 answers.
func TestEngineFrom(t *testing.T) {
	for _, tc := range []struct {
		name, info string
		want       view.Engine
	}{
		{
			"20.10 with seccomp profile named default",
			`{"ServerVersion":"20.10.24+dfsg1","Driver":"overlay2","MemoryLimit":true,"SwapLimit":true,"CpuCfsPeriod":true,
			"CpuCfsQuota":true,"PidsLimit":true,"LoggingDriver":"json-file","CgroupDriver":"cgroupfs","CgroupVersion":"1",
			"OSType":"linux","Architecture":"x86_64","DefaultRuntime":"runc","Swarm":{"LocalNodeState":"inactive"},
			"SecurityOptions":["name=apparmor","name=seccomp,profile=default"]}`,
			view.Engine{Version: "20.10.24+dfsg1", CgroupVersion: "1", CgroupDriver: "cgroupfs", StorageDriver: "overlay2",
				OSType: "linux", Architecture: "x86_64", DefaultRuntime: "runc", LoggingDriver: "json-file",
				Enforces: view.EngineLimits{Memory: true, Swap: true, CPU: true, Pids: true}, Seccomp: "builtin", AppArmor: true},
		},
		{
			"newest with everything on",
			`{"ServerVersion":"29.7.2","Driver":"overlayfs","CgroupVersion":"2","CgroupDriver":"systemd","Swarm":{"LocalNodeState":"active"},
			"ExperimentalBuild":true,"SecurityOptions":["name=apparmor,profile=default","name=seccomp,profile=builtin",
			"name=selinux","name=userns","name=rootless","name=cgroupns","name=no-new-privileges"]}`,
			view.Engine{Version: "29.7.2", StorageDriver: "overlayfs", CgroupVersion: "2", CgroupDriver: "systemd",
				Seccomp: "builtin", AppArmor: true, SELinux: true, UsernsRemap: true, Rootless: true, NoNewPrivs: true,
				Swarm: true, Experimental: true},
		},
		{"no seccomp, and no cgroup version", `{"SecurityOptions":null}`, view.Engine{CgroupVersion: "1", Seccomp: "none"}},
		{"profile path", `{"SecurityOptions":["name=seccomp,profile=/etc/docker/seccomp.json"]}`,
			view.Engine{CgroupVersion: "1", Seccomp: "/etc/docker/seccomp.json"}},
		{"unconfined daemon", `{"SecurityOptions":["name=seccomp,profile=unconfined"]}`,
			view.Engine{CgroupVersion: "1", Seccomp: "unconfined"}},
		{"period without quota is no limit", `{"CpuCfsPeriod":true,"CpuCfsQuota":false}`,
			view.Engine{CgroupVersion: "1", Seccomp: "none"}},
		{"a swarm node in trouble is in a swarm", `{"Swarm":{"LocalNodeState":"locked"}}`,
			view.Engine{CgroupVersion: "1", Seccomp: "none", Swarm: true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var info system.Info
			if err := json.Unmarshal([]byte(tc.info), &info); err != nil {
				t.Fatal(err)
			}
			same(t, view.EngineFrom(info), &tc.want)
		})
	}
}

func TestPlatform(t *testing.T) {
	for machine, want := range map[string]string{
		"x86_64": "linux/amd64", "aarch64": "linux/arm64", "amd64": "linux/amd64", "mips64": "linux/mips64",
	} {
		if got := (&view.Engine{OSType: "linux", Architecture: machine}).Platform(); got != want {
			t.Errorf("%s: %s, want %s", machine, got, want)
		}
	}
}
