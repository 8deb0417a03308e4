package view

import (
	"strings"

	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/api/types/system"
)

// Seccomp defaults of a daemon.
const (
	seccompBuiltin    = "builtin"
	seccompUnconfined = "unconfined"
	seccompNone       = "none"
	seccompCustom     = "custom"
)

// EngineFrom takes what policies need from GET /info. The API version is not part of it: it comes from GET /version or
// the ping header, and is left empty here.
func EngineFrom(info system.Info) *Engine {
	engine := &Engine{
		Version:        info.ServerVersion,
		CgroupVersion:  info.CgroupVersion,
		CgroupDriver:   info.CgroupDriver,
		StorageDriver:  info.Driver,
		OSType:         info.OSType,
		Architecture:   info.Architecture,
		DefaultRuntime: info.DefaultRuntime,
		LoggingDriver:  info.LoggingDriver,
		Enforces: EngineLimits{
			Memory: info.MemoryLimit,
			Swap:   info.SwapLimit,
			CPU:    info.CPUCfsQuota && info.CPUCfsPeriod,
			Pids:   info.PidsLimit,
		},
		Seccomp:      seccompNone,
		Swarm:        info.Swarm.LocalNodeState != "" && info.Swarm.LocalNodeState != swarm.LocalNodeStateInactive,
		Experimental: info.ExperimentalBuild,
	}
	if info.Swarm.ControlAvailable {
		engine.SwarmNodes = int64(info.Swarm.Nodes)
	}
	if cluster := info.Swarm.Cluster; cluster != nil && cluster.Spec.TaskDefaults.LogDriver != nil {
		engine.SwarmLogging = cluster.Spec.TaskDefaults.LogDriver.Name
	}
	if engine.CgroupVersion == "" {
		engine.CgroupVersion = "1" // engines that do not report it (before API 1.41) know no other
	}
	for _, option := range info.SecurityOptions {
		engine.security(option)
	}
	return engine
}

// security reads one entry of SecurityOptions: "name=seccomp,profile=builtin" (moby daemon/info.go,
// fillSecurityOptions). An engine whose kernel or build lacks seccomp lists no such entry.
func (e *Engine) security(option string) {
	name, profile := "", ""
	for pair := range strings.SplitSeq(option, ",") {
		switch key, value, _ := strings.Cut(pair, "="); key {
		case "name":
			name = value
		case "profile":
			profile = value
		}
	}
	switch name {
	case "seccomp":
		switch profile {
		case "", "default", seccompBuiltin: // "default" until 20.10
			e.Seccomp = seccompBuiltin
		default:
			e.Seccomp = profile
		}
	case "apparmor":
		e.AppArmor = true
	case "selinux":
		e.SELinux = true
	case "userns":
		e.UsernsRemap = true
	case "rootless":
		e.Rootless = true
	case "no-new-privileges":
		e.NoNewPrivs = true
	}
}

// architectures are the kernel's names of machines in the words of an image index.
var architectures = map[string]string{
	"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386", "ppc64le": "ppc64le", "s390x": "s390x",
	"riscv64": "riscv64", "loongarch64": "loong64",
}

// Platform is what the engine runs by itself, as an image index writes it: "linux/amd64". An architecture with no other
// name keeps its own.
func (e *Engine) Platform() string {
	if name, ok := architectures[e.Architecture]; ok {
		return e.OSType + "/" + name
	}
	return e.OSType + "/" + e.Architecture
}
