package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/plugin/breakglass"
)

// breakglass runs the verb against a gate.
func (h *host) breakglass(args ...string) (code int, stdout, stderr string) {
	var out, problems bytes.Buffer
	code = run(h.t.Context(), append([]string{"breakglass", "--control", filepath.Join(filepath.Dir(h.socket), "control.sock")}, args...),
		nil, &out, &problems)
	return code, out.String(), problems.String()
}

// TestBreakglass opens, uses and closes through the running gate.
func TestBreakglass(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may use the control socket")
	}
	h := startHost(t, "--site", write(t, "site.yaml", site))
	prune := func() (bool, string) {
		return h.ask("POST", "/v1.41/networks/prune", map[string]string{"Content-Length": "0"}, nil)
	}
	if allow, message := prune(); allow || !strings.Contains(message, "airlock breakglass --for 15m --reason WHY network.prune") {
		t.Fatalf("before: allowed %v, %s", allow, message)
	}
	if code, out, _ := h.breakglass("--status"); code != 0 || out != "closed\n" {
		t.Errorf("status: %d %s", code, out)
	}
	code, out, problems := h.breakglass("--for", "2m", "--reason", "disk full", "--ticket", "OPS-7", "--json", "network.prune")
	var state breakglass.State
	if err := json.Unmarshal([]byte(out), &state); err != nil || code != 0 || !state.Open || state.Until.Sub(state.Opened) != 2*time.Minute {
		t.Fatalf("open: %d %s %s %v", code, out, problems, err)
	}
	if code, out, _ := h.breakglass("--status"); code != 0 || !strings.HasPrefix(out, "open       network.prune\nuntil      ") ||
		!strings.HasSuffix(out, "reason     disk full\nticket     OPS-7\nid         "+state.ID+"\n") {
		t.Errorf("status: %d %s", code, out)
	}
	if code, _, problems := h.breakglass("--reason", "x", "image.prune"); code != 1 || !strings.Contains(problems, "something is open already") {
		t.Errorf("opened twice: %d %s", code, problems)
	}
	if allow, message := prune(); !allow {
		t.Errorf("open: %s", message)
	}
	h.log.await(t, `"level":"warn".*"verdict":"allow".*"breakglass":"`+state.ID+`","waived":\[\{"rule":"api/operation","field":"request",`+
		`"by":"breakglass","name":"`+state.ID+`","reason":"disk full","ticket":"OPS-7","until":"[^"]+"\}\],"waived_total":1`, 1)
	if allow, message := h.ask("POST", "/v1.41/images/prune", map[string]string{"Content-Length": "0"}, nil); allow {
		t.Errorf("opened more: %s", message)
	}
	h.log.await(t, `"operation":"image.prune","verdict":"deny".*"breakglass":"`+state.ID+`"`, 1) // visible in every decision
	if code, out, _ := h.breakglass("--close"); code != 0 || !strings.HasPrefix(out, "closed     network.prune\n") {
		t.Errorf("close: %d %s", code, out)
	}
	if allow, _ := prune(); allow {
		t.Error("closed: allowed")
	}
	if code, out, problems := h.breakglass("--for", "1s", "--reason", "x", "network.prune"); code != 0 {
		t.Errorf("open for a second: %d %s %s", code, out, problems)
	}
	h.log.await(t, `"event":"expired"`, 1)
	if allow, _ := prune(); allow {
		t.Error("expired: allowed")
	}
	for event, lines := range map[string]int{"opened": 2, "closed": 1, "expired": 1} {
		h.log.await(t, `"event":"`+event+`","breakglass":"\w+","operations":\["network.prune"\],"reason":"[^"]+".*"message":"breakglass"`, lines)
	}
	if code, _, problems := h.breakglass("--reason", "x", "build.run"); code != 1 || !strings.Contains(problems, `"build.run" is no operation that can be opened`) {
		t.Errorf("refused operation: %d %s", code, problems)
	}
}

func TestBreakglassCompletion(t *testing.T) {
	var out bytes.Buffer
	run(t.Context(), []string{"__complete", "breakglass", "network.prune", ""}, nil, &out, &bytes.Buffer{})
	if !strings.Contains(out.String(), "image.prune\n") || strings.Contains(out.String(), "network.prune\n") || strings.Contains(out.String(), "build.run") {
		t.Errorf("got %s", out.String())
	}
}

// TestExpiredExceptionsAreSaid at load by the gate, and by check.
func TestExpiredExceptionsAreSaid(t *testing.T) {
	file := write(t, "site.yaml", site+"exceptions:\n- {rule: hardening/pids, subject: 'image:"+worker+"', reason: why, ticket: OPS-9, expires: 2020-01-31}\n")
	var out, problems bytes.Buffer
	code := run(t.Context(), []string{"check", "--site", file}, nil, &out, &problems)
	if want := "expired   exception from hardening/pids for image:" + worker + " at 2020-01-31T00:00:00Z (OPS-9)\n"; code != 0 || !strings.HasSuffix(out.String(), want) {
		t.Errorf("got %d %s%s, want %s", code, out.String(), problems.String(), want)
	}
	h := startHost(t, "--site", file)
	h.log.await(t, `"rule":"hardening/pids".*"ticket":"OPS-9".*exception has expired; remove it from the site data`, 1)
}

// TestCheckShowsWhatIsWaived: an exception decides alike in check and gate, and leaves a trace in both.
func TestCheckShowsWhatIsWaived(t *testing.T) {
	exempt := func(expires string) string {
		return write(t, "site.yaml", site+"exceptions:\n- {rule: hardening/readonly-rootfs, subject: 'image:"+worker+
			"', reason: writes its index, ticket: OPS-1, expires: "+expires+"}\n")
	}
	body := strings.Replace(conforming, `"ReadonlyRootfs":true`, `"ReadonlyRootfs":false`, 1)
	line := `{"method":"POST","uri":"/v1.41/containers/create","headers":{"Content-Type":"application/json"},"body":` + body + "}\n"
	info, image := write(t, "info.json", engineInfo), write(t, "image.json", "["+imageInspect+"]")
	for _, tc := range []struct {
		name, expires string
		code          int
		want          []string
	}{
		{"in force", "2099-01-01", 0, []string{"allow POST", "waived hardening/readonly-rootfs (HostConfig.ReadonlyRootfs) by exception image:" + worker +
			" until 2099-01-01T00:00:00Z: writes its index (OPS-1)"}},
		{"expired", "2020-01-01", 1, []string{"deny POST", "1 rule broken, hardening/readonly-rootfs",
			"expired  exception image:" + worker + " until 2020-01-01T00:00:00Z: writes its index (OPS-1)"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out, problems bytes.Buffer
			file := exempt(tc.expires)
			args := []string{"check", "--site", file, "--engine-info", info, "--image-inspect", image, "--request", "-"}
			code := run(t.Context(), args, strings.NewReader(line), &out, &problems)
			for _, want := range tc.want {
				if code != tc.code || !strings.Contains(out.String(), want) {
					t.Errorf("got %d %s%s, want %s", code, out.String(), problems.String(), want)
				}
			}
			out.Reset()
			run(t.Context(), append(args, "--json"), strings.NewReader(line), &out, &problems)
			var report struct {
				Waived []struct {
					Rule    string
					Waivers []struct{ By, Ticket string }
				}
				Violations []struct{ Lapsed *struct{ Ticket string } }
			}
			if err := json.Unmarshal(out.Bytes(), &report); err != nil {
				t.Fatal(err)
			}
			if tc.code == 0 && (len(report.Waived) != 1 || report.Waived[0].Waivers[0].Ticket != "OPS-1") ||
				tc.code == 1 && (len(report.Violations) != 1 || report.Violations[0].Lapsed == nil) {
				t.Errorf("got %s", out.String())
			}
			h := startHost(t, "--site", file)
			if allow, message := h.create(body); allow != (tc.code == 0) {
				t.Errorf("the gate: allowed %v, %s", allow, message)
			}
		})
	}
}
