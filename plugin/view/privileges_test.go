package view_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/plugin/view"
)

var defaults = []string{
	"CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_MKNOD",
	"CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT",
}

// TestCapabilities follows moby daemon/pkg/oci/caps/utils.go, TweakCapabilities and normalizeCap.
func TestCapabilities(t *testing.T) {
	for _, tc := range []struct {
		name, host string
		want       view.Capabilities
	}{
		{"default", `{}`, view.Capabilities{Add: []string{}, Drop: []string{}, Effective: defaults}},
		{"drop all", `{"CapDrop":["all"]}`, view.Capabilities{Add: []string{}, Drop: []string{"ALL"}, Effective: []string{}}},
		{"drop all, add one", `{"CapDrop":["ALL"],"CapAdd":["net_bind_service","CAP_NET_BIND_SERVICE"]}`, view.Capabilities{
			Add: []string{"CAP_NET_BIND_SERVICE"}, Drop: []string{"ALL"}, Effective: []string{"CAP_NET_BIND_SERVICE"}}},
		{"adding all beats dropping all", `{"CapDrop":["ALL"],"CapAdd":["ALL"]}`, view.Capabilities{
			Add: []string{"ALL"}, Drop: []string{"ALL"}, Effective: []string{"ALL"}}},
		{"CAP_ALL is no word of the engine", `{"CapDrop":["CAP_ALL"]}`, view.Capabilities{
			Add: []string{}, Drop: []string{"CAP_ALL"}, Effective: defaults}},
		{"drop some", `{"CapDrop":["Cap_Mknod","chown"],"CapAdd":["bogus"]}`, view.Capabilities{
			Add: []string{"CAP_BOGUS"}, Drop: []string{"CAP_CHOWN", "CAP_MKNOD"}, Effective: []string{
				"CAP_AUDIT_WRITE", "CAP_BOGUS", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL",
				"CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID",
				"CAP_SYS_CHROOT"}}},
		{"privileged ignores dropping", `{"Privileged":true,"CapDrop":["ALL"]}`, view.Capabilities{
			Add: []string{}, Drop: []string{"ALL"}, Effective: []string{"ALL"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			same(t, host(t, tc.host, enforcing()).Privileges.Capabilities, tc.want)
		})
	}
}

func TestAddingAllButSome(t *testing.T) {
	got := host(t, `{"CapAdd":["ALL"],"CapDrop":["SYS_ADMIN"]}`, enforcing()).Privileges.Capabilities.Effective
	if len(got) != 40 || slices.Contains(got, "CAP_SYS_ADMIN") || !slices.Contains(got, "CAP_BPF") || !slices.IsSorted(got) {
		t.Errorf("got %v, want every capability of the kernel but CAP_SYS_ADMIN, sorted", got)
	}
}

// TestSecurityOptions follows moby daemon/daemon_unix.go, parseSecurityOpt; seccomp_linux.go; apparmor_linux.go.
func TestSecurityOptions(t *testing.T) {
	base := func(change func(*view.Privileges)) view.Privileges {
		p := host(t, `{}`, enforcing()).Privileges
		change(&p)
		return p
	}
	for _, tc := range []struct {
		name, options string
		want          func(*view.Privileges)
	}{
		{"none", `[]`, func(*view.Privileges) {}},
		{"bare", `["no-new-privileges"]`, func(p *view.Privileges) { p.NoNewPrivileges = true }},
		{"equals", `["no-new-privileges=true"]`, func(p *view.Privileges) { p.NoNewPrivileges = true }},
		{"colon", `["no-new-privileges:T"]`, func(p *view.Privileges) { p.NoNewPrivileges = true }},
		{"one", `["no-new-privileges=1"]`, func(p *view.Privileges) { p.NoNewPrivileges = true }},
		{"the last wins", `["no-new-privileges","no-new-privileges:f"]`, func(*view.Privileges) {}},
		{"the last wins again", `["no-new-privileges=0","no-new-privileges"]`, func(p *view.Privileges) { p.NoNewPrivileges = true }},
		{"not a boolean", `["no-new-privileges","no-new-privileges=yes"]`, func(p *view.Privileges) {
			p.OtherOptions = []string{"no-new-privileges=yes"}
		}},
		{"keys are case-sensitive", `["No-New-Privileges"]`, func(p *view.Privileges) {
			p.OtherOptions = []string{"No-New-Privileges"}
		}},
		{"= is tried before :", `["label:type=x"]`, func(p *view.Privileges) { p.OtherOptions = []string{"label:type=x"} }},
		{"seccomp unconfined", `["seccomp=unconfined"]`, func(p *view.Privileges) { p.Seccomp = "unconfined" }},
		{"seccomp inline", `["seccomp={\"defaultAction\":\"SCMP_ACT_ALLOW\"}"]`, func(p *view.Privileges) { p.Seccomp = "custom" }},
		{"seccomp inline, then builtin", `["seccomp={}","seccomp=builtin"]`, func(*view.Privileges) {}},
		{"apparmor", `["apparmor=unconfined"]`, func(p *view.Privileges) { p.AppArmor = "unconfined" }},
		{"apparmor profile", `["apparmor:mine"]`, func(p *view.Privileges) { p.AppArmor = "mine" }},
		{"apparmor default by name", `["apparmor=docker-default"]`, func(*view.Privileges) {}},
		{"labels", `["label=disable","disable","label:type:x"]`, func(p *view.Privileges) {
			p.SELinux = []string{"disable", "disable", "type:x"}
		}},
		{"writable cgroups", `["writable-cgroups","writable-cgroups=true"]`, func(p *view.Privileges) {
			p.OtherOptions = []string{"writable-cgroups", "writable-cgroups=true"}
		}},
		{"systempaths is a word of the CLI", `["systempaths=unconfined"]`, func(p *view.Privileges) {
			p.OtherOptions = []string{"systempaths=unconfined"}
		}},
		{"long unknown text is cut", `["x=` + strings.Repeat("s", 100) + `"]`, func(p *view.Privileges) {
			p.OtherOptions = []string{"x=" + strings.Repeat("s", 62)}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			same(t, host(t, `{"SecurityOpt":`+tc.options+`}`, enforcing()).Privileges, base(tc.want))
		})
	}
}

func TestDaemonWideSecurity(t *testing.T) {
	for _, tc := range []struct {
		name, host         string
		engine             func(*view.Engine)
		nnp                bool
		seccomp, armor     string
		systemPaths        string
		wantMasked, wantRO int
	}{
		{"daemon-wide no-new-privileges", `{}`, func(e *view.Engine) { e.NoNewPrivs = true }, true, "builtin", "default", "default", 10, 5},
		{"taken back by the request", `{"SecurityOpt":["no-new-privileges:false"]}`, func(e *view.Engine) { e.NoNewPrivs = true },
			false, "builtin", "default", "default", 10, 5},
		{"daemon unconfined", `{}`, func(e *view.Engine) { e.Seccomp = "unconfined" }, false, "unconfined", "default", "default", 10, 5},
		{"kernel without seccomp", `{"SecurityOpt":["seccomp=builtin"]}`, func(e *view.Engine) { e.Seccomp = "none" },
			false, "none", "default", "default", 10, 5},
		{"unknown engine", `{}`, func(e *view.Engine) { *e = view.Engine{} }, false, "none", "default", "default", 10, 5},
		{"privileged", `{"Privileged":true}`, func(*view.Engine) {}, false, "unconfined", "unconfined", "custom", 0, 0},
		{"privileged with profiles", `{"Privileged":true,"SecurityOpt":["seccomp=builtin","apparmor="]}`, func(*view.Engine) {},
			false, "unconfined", "unconfined", "custom", 0, 0},
		{"privileged with the default asked for", `{"Privileged":true,"SecurityOpt":["seccomp="]}`, func(*view.Engine) {},
			false, "unconfined", "unconfined", "custom", 0, 0},
		{"empty profile is the daemon's", `{"SecurityOpt":["seccomp={}","seccomp=","apparmor=x","apparmor="]}`,
			func(e *view.Engine) { e.Seccomp = "/etc/s.json" }, false, "/etc/s.json", "default", "default", 10, 5},
		{"empty profile of an unknown engine", `{"SecurityOpt":["seccomp="]}`, func(e *view.Engine) { *e = view.Engine{} },
			false, "none", "default", "default", 10, 5},
		{"nothing masked", `{"MaskedPaths":[]}`, func(*view.Engine) {}, false, "builtin", "default", "custom", 0, 5},
		{"nothing read-only", `{"ReadonlyPaths":[]}`, func(*view.Engine) {}, false, "builtin", "default", "custom", 10, 0},
		{"null means default", `{"MaskedPaths":null,"ReadonlyPaths":null}`, func(*view.Engine) {}, false, "builtin", "default", "default", 10, 5},
		{"more than the default", `{"MaskedPaths":["/proc/asound","/proc/acpi","/proc/interrupts","/proc/kcore","/proc/keys",
			"/proc/latency_stats","/proc/timer_list","/proc/timer_stats","/proc/sched_debug","/proc/scsi","/sys/firmware"]}`,
			func(*view.Engine) {}, false, "builtin", "default", "default", 11, 5},
		{"less than the default", `{"MaskedPaths":["/proc/asound"]}`, func(*view.Engine) {}, false, "builtin", "default", "custom", 1, 5},
	} {
		t.Run(tc.name, func(t *testing.T) {
			engine := enforcing()
			tc.engine(engine)
			p := host(t, tc.host, engine).Privileges
			same(t, []any{p.NoNewPrivileges, p.Seccomp, p.AppArmor, p.SystemPaths, len(p.MaskedPaths), len(p.ReadonlyPaths)},
				[]any{tc.nnp, tc.seccomp, tc.armor, tc.systemPaths, tc.wantMasked, tc.wantRO})
		})
	}
}
