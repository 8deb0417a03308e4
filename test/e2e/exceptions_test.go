//go:build e2e

package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/test/engine"
)

// TestExceptions: an exception admits one image beyond one rule until it expires, at create and at start alike, and the audit
// shows it.
func TestExceptions(t *testing.T) {
	exempting := func(expires string) string {
		return shared.site + fmt.Sprintf("exceptions: [{rule: hardening/readonly-rootfs, subject: 'image:%s', reason: writes its index, "+
			"ticket: OPS-1, expires: %s}]\n", shared.worker, expires)
	}
	alone(t, "exceptions", exempting("2099-01-01"), func(t *testing.T, g *engine.Guarded) {
		ctx := t.Context()
		writable := shared.conforming()
		host("ReadonlyRootfs", false)(writable)
		status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/create", writable)
		var made struct{ ID string }
		if err != nil || status != 201 || json.Unmarshal(answer, &made) != nil {
			t.Fatalf("create: %d %s %v", status, answer, err)
		}
		if status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/"+made.ID+"/start", nil); err != nil || status != 204 {
			t.Errorf("start: %d %s %v", status, answer, err)
		}
		shared.report.count(g.Version, "exception: create and start admitted")
		worse, other := shared.conforming(), shared.conforming()
		all(host("ReadonlyRootfs", false), host("Privileged", true))(worse)
		all(host("ReadonlyRootfs", false), set("Image", shared.healthy))(other)
		for what, body := range map[string]object{"another rule": worse, "another image": other} {
			if status, answer, err := g.Call(ctx, "POST", "/v1.41/containers/create", body); err != nil || status != 403 {
				t.Errorf("%s: %d %s %v", what, status, answer, err)
			}
		}
		if !regexp.MustCompile(`"operation":"container.start","verdict":"allow".*"waived":\[\{"rule":"hardening/readonly-rootfs",.*"by":"exception".*"ticket":"OPS-1"`).
			MatchString(g.Gate.Log()) {
			t.Error("the log does not say what was waived")
		}
		if code, out := auditText(ctx, t, g, exempting("2099-01-01")); code != 0 || !strings.Contains(out, "waived: hardening/readonly-rootfs") {
			t.Errorf("audit: %d %s", code, out)
		}

		if err := g.Gate.SetSite(exempting("2020-01-01")); err != nil {
			t.Fatal(err)
		}
		if err := g.Gate.Reload(); err != nil {
			t.Fatal(err)
		}
		for range 100 {
			if strings.Contains(g.Gate.Log(), "exception has expired") {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		status, answer, err = g.Call(ctx, "POST", "/v1.41/containers/create", writable)
		if err != nil || status != 403 || !strings.Contains(text(answer), "expired  exception image:"+shared.worker) {
			t.Errorf("expired: %d %s %v", status, answer, err)
		} else {
			shared.report.count(g.Version, "exception: denied once expired")
		}
		if code, out := auditText(ctx, t, g, exempting("2020-01-01")); code != 1 || !strings.Contains(out, "expired: exception from hardening/readonly-rootfs") {
			t.Errorf("audit: %d %s", code, out)
		}
	})
}

func auditText(ctx context.Context, t *testing.T, g *engine.Guarded, site string) (int, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(file, []byte(site), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, shared.program, "audit", "--engine", g.URL(), "--site", file)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}
