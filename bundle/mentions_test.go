package bundle_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/view"
	"github.com/airlock-gate/airlock/policies"
)

const exemptImage = "registry.internal/openclaw/worker@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

func exempting(rule string) string {
	return workerSite + "\nexceptions:\n- rule: " + rule + "\n  subject: image:" + exemptImage +
		"\n  reason: writes its index\n  ticket: OPS-1\n  expires: 2027-01-31\n"
}

// TestMentions holds that what site data names of the policies is there, where the two meet.
func TestMentions(t *testing.T) {
	caller := func(operation string) string {
		return "callers:\n  ops:\n    tls: [ops.example]\n    operations: [" + operation + "]\n"
	}
	for _, tc := range []struct{ name, site, want string }{
		{"an openable operation", caller("network.prune"), ""},
		{"a rule", exempting("hardening/readonly-rootfs"), ""},
		{"an operation nobody knows", caller("network.prun"),
			`site.yaml:4: callers.ops.operations[0]: "network.prun" is no operation that can be given to a caller; did you mean "network.prune"?`},
		{"a refused operation", caller("build.run"),
			`site.yaml:4: callers.ops.operations[0]: "build.run" is no operation that can be given to a caller`},
		{"an operation everybody has", caller("system.ping"), `"system.ping" is no operation that can be given to a caller`},
		{"a rule nobody knows", exempting("hardening/readonly-rootf"),
			`.rule: "hardening/readonly-rootf" is no rule; did you mean "hardening/readonly-rootfs"?; airlock rules lists them`},
		{"a rule of category api", exempting("api/operation"), `.rule: "api/operation" cannot be set aside: `},
		{"a refusal", exempting("api/duplicate-key"), `.rule: "api/duplicate-key" cannot be set aside: `},
		{"a rule nobody sets aside", exempting("hardening/privileged"),
			`.rule: "hardening/privileged" cannot be set aside: a privileged container is root on the host`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := bundle.Load(policies.FS, site(t, tc.site), bundle.Options{})
			var all bundle.SiteErrors
			switch {
			case tc.want == "":
				if err != nil {
					t.Error(err)
				}
			case !errors.As(err, &all) || len(all) != 1 || !strings.Contains(all[0].Error(), tc.want):
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

// TestMentionsOfOtherPolicies: policies that say nothing of waivers grant nothing.
func TestMentionsOfOtherPolicies(t *testing.T) {
	given := site(t, "callers: {ops: {tls: [ops.example], operations: [container.create]}}")
	if _, err := bundle.Load(bundleOf(nil), given, bundle.Options{}); err == nil || !strings.Contains(err.Error(), "container.create") {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestExceptions(t *testing.T) {
	s, err := bundle.Load(policies.FS, site(t, exempting("hardening/readonly-rootfs")), bundle.Options{})
	if err != nil {
		t.Fatal(err)
	}
	end := time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)
	in := worker()
	in.Container.Image.Repository, in.Container.Image.Digest, _ = strings.Cut(exemptImage, "@")
	in.Container.Rootfs.ReadOnly = false
	in.Time = end.Unix() - 1
	got, err := s.Decide(t.Context(), in)
	waiver := bundle.Waiver{By: bundle.ByException, Name: "image:" + exemptImage, Reason: "writes its index", Ticket: "OPS-1", Until: end.Unix()}
	if err != nil || !got.Allow || len(got.Violations) > 0 || len(got.Waived) != 1 || !slices.Equal(got.Waived[0].Waivers, []bundle.Waiver{waiver}) ||
		got.Waived[0].Rule != "hardening/readonly-rootfs" || got.Waived[0].Title == "" {
		t.Errorf("got %+v, %v; want an admission with the waived violation", got, err)
	}
	in.Time++
	got, err = s.Decide(t.Context(), in)
	if err != nil || got.Allow || len(got.Waived) > 0 || len(got.Violations) != 1 || got.Violations[0].Lapsed == nil || *got.Violations[0].Lapsed != waiver {
		t.Errorf("got %+v, %v; want a denial that names the expired exception", got, err)
	}
	if left := s.Expired(end.Add(-time.Second)); len(left) > 0 {
		t.Errorf("expired before its end: %v", left)
	}
	if left := s.Expired(end); len(left) != 1 || left[0].Ticket != "OPS-1" {
		t.Errorf("got %v, want the exception", left)
	}
}

// TestMemoTellsWaivers: what is admitted by a waiver is recorded with it every time.
func TestMemoTellsWaivers(t *testing.T) {
	s := published(t, bundle.Options{})
	in := read()
	in.Operation = "network.prune"
	in.Breakglass = &view.Breakglass{ID: "1", Operations: []string{"network.prune"}, Until: 1, Reason: "why"}
	for range 3 {
		if got, err := s.Decide(t.Context(), in); err != nil || !got.Allow || len(got.Waived) != 1 {
			t.Errorf("got %+v, %v; want an admission with its waiver", got, err)
		}
	}
	in.Breakglass = nil
	if got, err := s.Decide(t.Context(), in); err != nil || got.Allow {
		t.Errorf("got %+v, %v; want a denial once nothing is open", got, err)
	}
}
