package bundle_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/view"
	"github.com/airlock-gate/airlock/policies"
)

func TestDescribe(t *testing.T) {
	site, err := bundle.ParseSite("site.yaml", []byte(`
registries: [registry.internal/openclaw]
signatures: {required: false}
scan: {required: false}
networks: {egress: [egress], segments: [ops]}
roles:
  worker: {images: [registry.internal/openclaw/worker]}
  proxy: {images: [registry.internal/openclaw/llm-proxy], networks: [egress]}
`))
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := bundle.Load(policies.FS, site, bundle.Options{})
	if err != nil {
		t.Fatal(err)
	}
	network := func(id, name string, internal bool, options map[string]string) view.LiveNetwork {
		return view.LiveNetwork{ID: id, Name: name, Driver: "bridge", Scope: "local", Internal: internal, Options: options,
			IPAM: view.IPAM{Driver: "default", Options: []string{}, Subnets: []string{}, Auxiliary: []string{}}}
	}
	member := func(id, repository string) view.Member {
		return view.Member{ID: id, Name: id, Repository: repository, Mode: "network", Networks: []string{}}
	}
	topology := &view.Topology{
		Networks: []view.LiveNetwork{
			network("a", "agents", true, map[string]string{"com.docker.network.bridge.inhibit_ipv4": "true"}),
			network("e", "egress", false, map[string]string{}), network("w", "weak", true, map[string]string{}),
		},
		Containers: []view.Member{
			member("1", "registry.internal/openclaw/worker"), member("2", "registry.internal/openclaw/llm-proxy"), member("3", ""),
		},
	}
	got, err := snapshot.Describe(t.Context(), topology)
	want := &bundle.Description{
		Roles:   map[string]string{"1": "worker", "2": "proxy", "3": ""},
		Exits:   map[string]bool{"2": true},
		Classes: map[string]string{"a": "airgap", "e": "egress", "w": "none"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Describe = %+v, %v, want %+v", got, err, want)
	}
	if _, err := snapshot.Describe(t.Context(), nil); !errors.Is(err, bundle.ErrInput) {
		t.Errorf("Describe(nil) error = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := snapshot.Describe(ctx, topology); !errors.Is(err, context.Canceled) {
		t.Errorf("Describe after the end = %v", err)
	}
}

func TestDescribeWithoutWords(t *testing.T) {
	for name, tc := range map[string]struct {
		words string
		want  error
	}{
		"none":          {"", bundle.ErrUndescribed},
		"undefined":     {"package airlock.lib.map\n\ndescribed := 1 if input.version == 7\n", bundle.ErrUndescribed},
		"another type":  {"package airlock.lib.map\n\ndescribed := \"airgap\"\n", bundle.ErrPolicy},
		"another shape": {"package airlock.lib.map\n\ndescribed := {\"roles\": [1]}\n", bundle.ErrPolicy},
		"failing":       {"package airlock.lib.map\n\ndescribed := json.unmarshal(input.operation)\n", bundle.ErrPolicy},
	} {
		snapshot := load(t, map[string]string{"airlock/lib/map/map.rego": tc.words}, bundle.Options{})
		topology := &view.Topology{Networks: []view.LiveNetwork{}, Containers: []view.Member{}}
		if got, err := snapshot.Describe(t.Context(), topology); got != nil || !errors.Is(err, tc.want) {
			t.Errorf("%s: Describe = %+v, %v, want %v", name, got, err, tc.want)
		}
	}
}
