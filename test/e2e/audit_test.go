//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/airlock-gate/airlock/plugin/audit"
)

// TestAudit makes conforming and breaking objects beside the gate; an audit tells them apart, with the gate in front of
// the engine as without it.
func TestAudit(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		if err := g.disable(ctx); err != nil {
			t.Fatal(err)
		}
		inGate := false
		t.Cleanup(func() {
			if !inGate {
				if err := g.enable(context.WithoutCancel(ctx)); err != nil {
					t.Error(err)
				}
			}
		})
		for _, network := range []object{
			{"Name": "audit-agents", "Internal": true, "Options": object{"com.docker.network.bridge.inhibit_ipv4": "true"}},
			{"Name": "audit-weak", "Internal": true},
		} {
			if status, answer, err := g.Call(ctx, "POST", "/v1.41/networks/create", network); err != nil || status != 201 {
				t.Fatalf("network: %d %s %v", status, answer, err)
			}
		}
		volume := object{"Name": "audit-etc", "DriverOpts": object{"type": "none", "o": "bind", "device": "/etc"}}
		if status, answer, err := g.Call(ctx, "POST", "/v1.41/volumes/create", volume); err != nil || status != 201 {
			t.Fatalf("volume: %d %s %v", status, answer, err)
		}
		good, bad := shared.conforming(), shared.conforming()
		all(host("NetworkMode", "audit-agents"), host("Dns", []any{"127.0.0.1"}))(good)
		all(host("NetworkMode", "audit-weak"), host("Dns", []any{"127.0.0.1"}), host("ReadonlyRootfs", false))(bad)
		ids := []string{created(ctx, t, g, "?name=audit-good", good), created(ctx, t, g, "?name=audit-bad", bad)}
		if status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/"+ids[0]+"/start", nil); err != nil || status != 204 {
			t.Fatalf("start: %d %s %v", status, answer, err)
		}
		without := audited(t, g)
		if err := g.enable(ctx); err != nil {
			t.Fatal(err)
		}
		inGate = true
		with := audited(t, g)
		if !reflect.DeepEqual(without, with) {
			t.Errorf("with the gate in front\n%+v\nwithout\n%+v", with, without)
		}
		want := map[string][]string{
			"container audit-good": {}, "network audit-agents": {}, "network audit-weak": {"airgap/network-options"},
			"container audit-bad": {"airgap/network-class", "hardening/readonly-rootfs"}, "volume audit-etc": {"filesystem/volume-name", "filesystem/volume-options"},
		}
		for _, o := range with.Objects {
			rules, ours := want[o.Kind+" "+o.Name]
			if !ours {
				continue
			}
			delete(want, o.Kind+" "+o.Name)
			got := []string{}
			for _, v := range o.Violations {
				got = append(got, v.Rule)
			}
			slices.Sort(got)
			if got = slices.Compact(got); !slices.Equal(got, rules) || o.Fault != "" {
				t.Errorf("%s %s: found %q %s, want %q", o.Kind, o.Name, got, o.Fault, rules)
				t.Logf("%+v", o.Violations)
			}
			if o.Name == "audit-good" && (o.Role != "worker" || !o.Running || len(o.Networks) != 1) {
				t.Errorf("container %+v", o)
			}
			shared.report.count(g.Version, "audit", o.Kind, "judged")
		}
		for object := range want {
			t.Errorf("the report does not have %s", object)
		}
		if err := g.disable(ctx); err != nil {
			t.Fatal(err)
		}
		inGate = false
		for _, id := range ids {
			remove(ctx, t, g, id)
		}
		for _, target := range []string{"/networks/audit-agents", "/networks/audit-weak", "/volumes/audit-etc"} {
			if status, answer, err := g.Call(ctx, "DELETE", "/v1.41"+target, nil); err != nil || status != 204 {
				t.Errorf("remove %s: %d %s %v", target, status, answer, err)
			}
		}
	})
}

// audited runs airlock audit, which must find violations, and reads its report.
func audited(t *testing.T, g *guarded) *audit.Report {
	t.Helper()
	dir := t.TempDir()
	site, page := filepath.Join(dir, "site.yaml"), filepath.Join(dir, "map.html")
	if err := os.WriteFile(site, []byte(shared.site), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), shared.program, "audit", "--engine", g.URL(), "--site", site, "--json", "--html", page)
	var log bytes.Buffer
	command.Stderr = &log
	out, err := command.Output()
	if code := command.ProcessState.ExitCode(); code != 1 {
		t.Fatalf("audit: exit code %d, %v\n%s%s", code, err, out, &log)
	}
	report := &audit.Report{}
	if err := json.Unmarshal(out, report); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(page); err != nil || !bytes.Contains(text, []byte("audit-good")) {
		t.Errorf("map: %v", err)
	}
	return report
}
