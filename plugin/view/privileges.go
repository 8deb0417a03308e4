package view

import (
	"slices"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/container"
)

// defaultCapabilities are the engine's (moby daemon/pkg/oci/caps/defaults.go), sorted.
var defaultCapabilities = []string{
	"CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_MKNOD",
	"CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT",
}

// kernelCapabilities are all there are up to Linux 5.9, which added the last one (capability.h), sorted.
var kernelCapabilities = []string{
	"CAP_AUDIT_CONTROL", "CAP_AUDIT_READ", "CAP_AUDIT_WRITE", "CAP_BLOCK_SUSPEND", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_IPC_LOCK", "CAP_IPC_OWNER",
	"CAP_KILL", "CAP_LEASE", "CAP_LINUX_IMMUTABLE", "CAP_MAC_ADMIN", "CAP_MAC_OVERRIDE", "CAP_MKNOD", "CAP_NET_ADMIN",
	"CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_RAW", "CAP_PERFMON", "CAP_SETFCAP", "CAP_SETGID",
	"CAP_SETPCAP", "CAP_SETUID", "CAP_SYSLOG", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_CHROOT", "CAP_SYS_MODULE",
	"CAP_SYS_NICE", "CAP_SYS_PACCT", "CAP_SYS_PTRACE", "CAP_SYS_RAWIO", "CAP_SYS_RESOURCE", "CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG", "CAP_WAKE_ALARM",
}

// defaultMaskedPaths is what every supported engine masks by itself: the list of 20.10 (moby oci/defaults.go), to which
// newer engines only added. A container is compared with this list, so that one made before an upgrade still passes.
var defaultMaskedPaths = []string{
	"/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
	"/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
}

// defaultReadonlyPaths is the same on every supported engine (moby daemon/pkg/oci/defaults.go).
var defaultReadonlyPaths = []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}

// allCapabilities is the engine's word for every capability; it has no CAP_ prefix.
const allCapabilities = "ALL"

// maxOption bounds free text from the request that is shown as given.
const maxOption = 64

// privilegesOf reads what the kernel will let the process do.
func privilegesOf(host *container.HostConfig, legacyCapabilities []string, engine *Engine) Privileges {
	privileges := Privileges{
		Privileged:      host.Privileged,
		Capabilities:    capabilitiesOf(host),
		NoNewPrivileges: engine.NoNewPrivs,
		Seccomp:         engine.Seccomp,
		AppArmor:        "default",
		SELinux:         []string{},
		OtherOptions:    []string{},
		Sysctls:         orEmptyMap(host.Sysctls),
	}
	if privileges.Seccomp == "" {
		privileges.Seccomp = seccompNone
	}
	if host.Privileged {
		// moby daemon/seccomp_linux.go and apparmor_linux.go: only a profile asked for by name applies.
		privileges.Seccomp, privileges.AppArmor = seccompUnconfined, "unconfined"
	}
	for _, option := range host.SecurityOpt {
		privileges.option(option, engine)
	}
	if len(legacyCapabilities) > 0 {
		// The exact capability set of engine 19.03; later engines keep but do not read it.
		privileges.OtherOptions = append(privileges.OtherOptions, "HostConfig.Capabilities")
	}
	privileges.paths(host)
	return privileges
}

// option applies one entry of SecurityOpt; a later one overrides an earlier one (moby daemon/daemon_unix.go,
// parseSecurityOpt). What the engine would refuse, or what no rule knows, ends up in OtherOptions.
func (p *Privileges) option(option string, engine *Engine) {
	switch option {
	case "no-new-privileges":
		p.NoNewPrivileges = true
		return
	case "disable":
		p.SELinux = append(p.SELinux, option)
		return
	}
	key, value, found := strings.Cut(option, "=")
	if !found {
		key, value, found = strings.Cut(option, ":")
	}
	switch {
	case !found:
		p.other(option)
	case key == "label":
		p.SELinux = append(p.SELinux, cut(value))
	case key == "apparmor":
		switch value {
		case "", "docker-default":
			p.AppArmor = "default"
			if value == "" && p.Privileged {
				p.AppArmor = "unconfined"
			}
		default:
			p.AppArmor = cut(value)
		}
	case key == "seccomp":
		p.seccomp(value, engine)
	case key == "no-new-privileges":
		on, err := strconv.ParseBool(value)
		if err != nil {
			p.other(option)
		}
		p.NoNewPrivileges = on // false on error, though the engine will refuse it
	default:
		p.other(option)
	}
}

// seccomp applies one profile (moby daemon/seccomp_linux.go): the API takes profiles inline, never as a path.
func (p *Privileges) seccomp(value string, engine *Engine) {
	switch value {
	case "": // the daemon's default, or none for a privileged container
		p.Seccomp = engine.Seccomp
		if p.Privileged {
			p.Seccomp = seccompUnconfined
		} else if p.Seccomp == "" {
			p.Seccomp = seccompNone
		}
	case seccompUnconfined:
		p.Seccomp = seccompUnconfined
	case seccompBuiltin:
		p.Seccomp = seccompBuiltin
		if engine.Seccomp == "" || engine.Seccomp == seccompNone {
			p.Seccomp = seccompNone // the kernel has none to offer
		}
		if p.Privileged {
			p.Seccomp = seccompUnconfined // privileged containers load the word as a profile, and fail
		}
	default:
		p.Seccomp = seccompCustom
	}
}

func (p *Privileges) other(option string) {
	p.OtherOptions = append(p.OtherOptions, cut(option))
}

// paths fills in masked and read-only paths. Absent means the engine's defaults, an empty list means none at all, and
// a privileged container has neither (moby daemon/create_unix.go, createContainerOSSpecificSettings).
func (p *Privileges) paths(host *container.HostConfig) {
	p.MaskedPaths, p.ReadonlyPaths = host.MaskedPaths, host.ReadonlyPaths
	if host.Privileged {
		p.MaskedPaths, p.ReadonlyPaths = orEmpty(p.MaskedPaths), orEmpty(p.ReadonlyPaths)
		p.SystemPaths = "custom"
		return
	}
	if p.MaskedPaths == nil {
		p.MaskedPaths = defaultMaskedPaths
	}
	if p.ReadonlyPaths == nil {
		p.ReadonlyPaths = defaultReadonlyPaths
	}
	p.SystemPaths = "default"
	if !containsAll(p.MaskedPaths, defaultMaskedPaths) || !containsAll(p.ReadonlyPaths, defaultReadonlyPaths) {
		p.SystemPaths = "custom"
	}
}

// capabilitiesOf works out the bounding set (moby daemon/pkg/oci/caps/utils.go, TweakCapabilities): privileged gives
// all; adding ALL wins over dropping ALL; with ALL dropped only what is added remains; otherwise the defaults change.
func capabilitiesOf(host *container.HostConfig) Capabilities {
	add, drop := capabilityNames(host.CapAdd), capabilityNames(host.CapDrop)
	capabilities := Capabilities{Add: add, Drop: drop, Effective: defaultCapabilities}
	switch {
	case host.Privileged:
		capabilities.Effective = []string{allCapabilities}
	case slices.Contains(add, allCapabilities):
		capabilities.Effective = without(kernelCapabilities, drop)
		if len(capabilities.Effective) == len(kernelCapabilities) {
			capabilities.Effective = []string{allCapabilities}
		}
	case slices.Contains(drop, allCapabilities):
		capabilities.Effective = add
	case len(add) > 0 || len(drop) > 0:
		effective := append(without(defaultCapabilities, drop), add...)
		slices.Sort(effective)
		capabilities.Effective = slices.Compact(effective)
	}
	return capabilities
}

// capabilityNames spells names as the engine reads them: upper case, with CAP_ except for ALL. Unknown names stay, for
// the engine to refuse; CAP_ALL is one of them.
func capabilityNames(given []string) []string {
	if len(given) == 0 {
		return []string{}
	}
	names := make([]string, len(given))
	for i, name := range given {
		name = strings.ToUpper(name)
		if name != allCapabilities && !strings.HasPrefix(name, "CAP_") {
			name = "CAP_" + name
		}
		names[i] = cut(name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func without(set, removed []string) []string {
	rest := make([]string, 0, len(set)+8)
	for _, name := range set {
		if !slices.Contains(removed, name) {
			rest = append(rest, name)
		}
	}
	return rest
}

func containsAll(set, wanted []string) bool {
	for _, want := range wanted {
		if !slices.Contains(set, want) {
			return false
		}
	}
	return true
}

// cut bounds text shown as given, on a character boundary.
func cut(text string) string {
	if len(text) <= maxOption {
		return text
	}
	return strings.ToValidUTF8(text[:maxOption], "")
}

func orEmptyMap(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
