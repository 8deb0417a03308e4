package bundle_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/airlock-gate/airlock/bundle"
)

func TestLoadRefuses(t *testing.T) {
	for _, tc := range []struct {
		name   string
		bundle map[string]string
		want   string // part of the error
	}{
		{
			"policies that admit everything",
			map[string]string{mainPath: "package airlock.main\n\nallow := true\n\nviolations := set()\n"},
			"self-test: policies admit a request without operation",
		},
		{
			"policies that admit an unknown operation",
			map[string]string{mainPath: "package airlock.main\n\ndefault allow := false\n\nallow if input.version == 1\n\nviolations := set()\n"},
			"self-test: policies admit an operation nobody knows",
		},
		{
			"policies without a decision for nothing",
			map[string]string{mainPath: "package airlock.main\n\nallow if input.version == 1\n\nviolations := set()\n"},
			"self-test with a request without operation: no usable decision: 0 results, want 1",
		},
		{"no router", map[string]string{mainPath: ""}, "policies define no data.airlock.main.allow"},
		{
			"no violations", map[string]string{mainPath: "package airlock.main\n\nallow := false\n"},
			"policies define no data.airlock.main.violations",
		},
		{"no rule", map[string]string{rulePath: ""}, "no rule below data.airlock.rules"},
		{
			"a rule that reports nothing",
			map[string]string{"airlock/rules/image/x/x.rego": "package airlock.rules.image.x\n\ndenny contains 1 if input.y\n"},
			"rule image/x reports nothing; want `deny contains … if …`",
		},
		{
			"a rule that is no set",
			map[string]string{"airlock/rules/image/x/x.rego": "package airlock.rules.image.x\n\ndeny if input.y\n"},
			"airlock/rules/image/x/x.rego:3: deny of image/x is not a set; want `deny contains … if …`",
		},
		{
			"a rule out of the router's sight",
			map[string]string{"airlock/rules/image/x/y/y.rego": "package airlock.rules.image.x.y\n\ndeny contains 1 if input.y\n"},
			`package airlock.rules.image.x.y is out of the router's sight; want airlock.rules.<category>["<rule>"]`,
		},
		{
			"a severity nobody knows",
			map[string]string{rulePath: strings.Replace(ruleRego, "severity: high", "severity: hihg", 1)},
			`metadata of rule hardening/readonly-rootfs: severity "hihg"; want one of critical, high, medium, low`,
		},
		{
			"metadata of another type",
			map[string]string{rulePath: strings.Replace(ruleRego, `["5.13"]`, "5.13", 1)},
			"metadata of rule hardening/readonly-rootfs: custom: json: cannot unmarshal",
		},
		{
			"a parse error", map[string]string{rulePath: "package airlock.rules.x.y\n\ndeny contains {"},
			"readonly-rootfs.rego:3: rego_parse_error",
		},
		{
			"an unused variable",
			map[string]string{rulePath: "package airlock.rules.x.y\n\ndeny contains 1 if {\n\tz := input.y\n\tinput.a\n}\n"},
			"assigned var z unused",
		},
		{
			"a field the schema does not know",
			map[string]string{
				"schemas/input.json": `{"type": "object", "properties": {"operation": {"type": "string"}}}`,
				rulePath: "# METADATA\n# schemas:\n#   - input: schema.input\npackage airlock.rules.x.y\n\n" +
					"deny contains 1 if input.opeartion\n",
			},
			"undefined ref: input.opeartion",
		},
		{"a schema that is none", map[string]string{"schemas/input.json": "{"}, "read schemas/input.json: unexpected end"},
		{
			"the network", map[string]string{rulePath: "package airlock.rules.x.y\n\ndeny contains x if x := http.send({})\n"},
			"undefined function http.send",
		},
		{
			"the process's surroundings",
			map[string]string{rulePath: "package airlock.rules.x.y\n\ndeny contains x if x := opa.runtime()\n"},
			"undefined function opa.runtime",
		},
		{
			"the network, by capabilities of its own",
			map[string]string{
				"capabilities.json": `{"features": ["rego_v1"], "builtins": [{"name": "http.send", "decl": {"type": "function",
					"args": [{"type": "any"}], "result": {"type": "any"}}}]}`,
				mainPath: "package airlock.main\n\nallow := false\n\nviolations := set()\n",
				rulePath: "package airlock.rules.x.y\n\ndeny contains x if x := http.send({})\n",
			},
			"undefined function http.send",
		},
		{
			"a built-in its capabilities lack",
			map[string]string{"capabilities.json": `{"features": ["rego_v1"], "builtins": []}`}, "undefined function",
		},
		{
			"site data in the bundle", map[string]string{".manifest": `{"roots": [""]}`, "site/data.json": `{"registries": []}`},
			"the bundle carries data.site; site data comes from the site file alone",
		},
		{
			"policies for data.site",
			map[string]string{".manifest": `{"roots": [""]}`, "site/site.rego": "package site\n\nregistries := [\"evil\"]\n"},
			"conflict",
		},
		{
			"data in the place of a rule",
			map[string]string{"airlock/rules/hardening/readonly-rootfs/data.json": `{"deny": []}`},
			"conflict",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := bundle.Load(bundleOf(tc.bundle), bundle.DefaultSite(), bundle.Options{})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got error %v, want %q", err, tc.want)
			}
			if s != nil {
				t.Error("got a snapshot beside the error")
			}
		})
	}
}

func TestLoadRefusesWithoutSite(t *testing.T) {
	for _, site := range []*bundle.Site{nil, {}} {
		if _, err := bundle.Load(bundleOf(nil), site, bundle.Options{}); err == nil {
			t.Error("loaded without site data")
		}
	}
	if _, err := bundle.Load(nil, bundle.DefaultSite(), bundle.Options{}); err == nil {
		t.Error("loaded without policies")
	}
}

func TestLoadRefusesLinkedDirectories(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	for name, file := range bundleOf(nil) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, file.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := bundle.Load(os.DirFS(dir), bundle.DefaultSite(), bundle.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(dir, "airlock", "rules", "more")); err != nil {
		t.Fatal(err)
	}
	const want = "load policies: airlock/rules/more: a link to a directory; give the directory itself"
	if _, err := bundle.Load(os.DirFS(dir), bundle.DefaultSite(), bundle.Options{}); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestRevision(t *testing.T) {
	of := func(files fs.FS, site *bundle.Site) string {
		t.Helper()
		s, err := bundle.Load(files, site, bundle.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s.Revision()
	}
	first := of(bundleOf(nil), bundle.DefaultSite())
	if len(first) != 64 {
		t.Errorf("got %q, want a SHA-256", first)
	}
	same := bundleOf(map[string]string{
		"airlock/rules/hardening/readonly-rootfs/readonly-rootfs_test.rego": "not even Rego",
		"README.md": "# Nothing",
	})
	if got := of(same, site(t, "limits: {memory: 2048m}")); got != first {
		t.Errorf("got %s, want %s: tests, documents and the spelling of site data decide nothing", got, first)
	}
	pinned := func(role string, digests ...string) string {
		return of(bundleOf(nil), site(t, "registries: [r.io/a]\nroles: {"+role+": {images: [{repository: r.io/a/b, digests: ["+
			strings.Join(digests, ", ")+"]}]}}"))
	}
	if got, want := pinned("x", digest('1'), digest('2')), pinned("x", digest('2'), digest('1')); got != want {
		t.Errorf("got %s, want %s: the order of digests decides nothing", got, want)
	}
	if one := pinned("x", digest('1')); one == pinned("x", digest('2')) || one == pinned("y", digest('1')) {
		t.Error("digest or role changed, the revision did not")
	}
	for name, other := range map[string]string{
		"policy": of(bundleOf(map[string]string{mainPath: mainRego + "\n"}), bundle.DefaultSite()),
		"path": of(func() fstest.MapFS {
			files := bundleOf(map[string]string{mainPath: ""})
			files["airlock/main/router.rego"] = &fstest.MapFile{Data: []byte(mainRego)}
			return files
		}(), bundle.DefaultSite()),
		"site": of(bundleOf(nil), site(t, "limits: {memory: 1g}")),
	} {
		if other == first {
			t.Errorf("%s changed, the revision did not", name)
		}
	}
}

func TestSiteReachesPolicies(t *testing.T) {
	policy := bundleOf(map[string]string{rulePath: `package airlock.rules.image.registry

deny contains {"field": "Image", "got": input.container.image.repository, "want": data.site.registries} if {
	input.subject == "container"
	not registered
}

registered if input.container.image.repository in data.site.registries

registered if {
	some prefix in data.site.registries
	startswith(input.container.image.repository, concat("", [prefix, "/"]))
}
`})
	for _, tc := range []struct {
		name string
		site *bundle.Site
		want bundle.Decision
	}{
		{"listed", site(t, workerSite), bundle.Decision{Allow: true}},
		{"default", bundle.DefaultSite(), bundle.Decision{Violations: []bundle.Violation{
			{Rule: "image/registry", Field: "Image", Got: "registry.internal/openclaw/worker", Want: []any{}},
		}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := bundle.Load(policy, tc.site, bundle.Options{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Decide(t.Context(), worker())
			if err != nil || !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %+v, %v; want %+v", got, err, tc.want)
			}
		})
	}
}

// TestLoaderCompilesOnce holds that new site data costs no compilation, and that changed policies do count.
func TestLoaderCompilesOnce(t *testing.T) {
	var loader bundle.Loader
	of := func(files fs.FS, site *bundle.Site) *bundle.Snapshot {
		t.Helper()
		s, err := loader.Load(files, site, bundle.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	files, other := bundleOf(nil), site(t, workerSite)
	first := of(files, bundle.DefaultSite())
	if got := testing.AllocsPerRun(3, func() { of(files, other) }); got > 4000 && !raceDetector {
		t.Errorf("got %.0f allocations for new site data, want at most 4000", got)
	}
	if got := of(files, other).Revision(); got == first.Revision() {
		t.Errorf("got %s for other site data too", got)
	}
	strict := bundleOf(map[string]string{"airlock/rules/hardening/never/never.rego": "package airlock.rules.hardening.never\n\n" +
		"deny contains {\"field\": \"f\", \"got\": null, \"want\": null}\n"})
	if got, err := of(strict, other).Decide(t.Context(), worker()); err == nil && got.Allow {
		t.Error("the last policies decide after new ones were loaded")
	}
	if got, err := of(files, other).Decide(t.Context(), worker()); err != nil || !got.Allow {
		t.Errorf("got %+v, %v; want the first policies again", got, err)
	}
}
