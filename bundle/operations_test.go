package bundle_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/policies"
)

func TestOperations(t *testing.T) {
	snapshot, err := bundle.Load(policies.FS, bundle.DefaultSite(), bundle.Options{})
	if err != nil {
		t.Fatal(err)
	}
	operations, err := snapshot.Operations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	every := []string{"api/input", "api/operation"}
	for _, tc := range []struct {
		name, treatment, subject string
		rules, not               []string
	}{
		{"container.create", "judged", "container", []string{"hardening/privileged", "image/digest"}, []string{"airgap/network-driver", "api/top-arguments"}},
		{"image.pull", "judged", "image", []string{"api/pull-parameters", "image/digest", "image/registry"}, []string{"hardening/privileged"}},
		{"distribution.inspect", "judged", "image", []string{"image/digest", "image/registry"}, []string{"api/pull-parameters"}},
		{"network.disconnect", "judged", "container", []string{"airgap/disconnect"}, []string{"hardening/privileged"}},
		{"container.top", "granted", "none", []string{"api/top-arguments"}, []string{"image/digest"}},
		{"image.load", "refused", "", nil, []string{"image/digest"}},
	} {
		at := slices.IndexFunc(operations, func(o bundle.Operation) bool { return o.Name == tc.name })
		if at < 0 {
			t.Errorf("no %s", tc.name)
			continue
		}
		o := operations[at]
		if o.Treatment != tc.treatment || o.Subject != tc.subject || o.Why == "" {
			t.Errorf("%s: got %+v", tc.name, o)
		}
		for _, rule := range slices.Concat(every, tc.rules) {
			if !slices.Contains(o.Rules, rule) {
				t.Errorf("%s: %s does not judge it, want it to", tc.name, rule)
			}
		}
		for _, rule := range tc.not {
			if slices.Contains(o.Rules, rule) {
				t.Errorf("%s: %s judges it, want it not to", tc.name, rule)
			}
		}
	}
}

func TestOperationsWithoutTable(t *testing.T) {
	if _, err := load(t, nil, bundle.Options{}).Operations(t.Context()); !errors.Is(err, bundle.ErrUntold) {
		t.Errorf("got %v, want %v", err, bundle.ErrUntold)
	}
}
