package bundle_test

import (
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/view"
	"github.com/airlock-gate/airlock/policies"
)

// elsewhere is the embedded policies as an operator would give them: the same files from another place.
func elsewhere(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(policies.FS, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(policies.FS, name)
		files[name] = &fstest.MapFile{Data: content, Mode: 0o444}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestEmbeddedPoliciesPassEveryCheck is why a start of the gate need not check them. What is compiled without the checks
// decides and describes itself as what was checked.
func TestEmbeddedPoliciesPassEveryCheck(t *testing.T) {
	unchecked := published(t, bundle.Options{})
	for name, load := range map[string]func() (*bundle.Snapshot, error){
		"embedded, with all checks": func() (*bundle.Snapshot, error) {
			return bundle.Load(policies.FS, site(t, workerSite), bundle.Options{AllChecks: true})
		},
		"given": func() (*bundle.Snapshot, error) {
			return bundle.Load(elsewhere(t), site(t, workerSite), bundle.Options{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			checked, err := load()
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(unchecked.Rules(), checked.Rules()) {
				t.Error("the rules describe themselves in another way")
			}
			operations, err := unchecked.Operations(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if want, err := checked.Operations(t.Context()); err != nil || !reflect.DeepEqual(operations, want) {
				t.Errorf("the operations are others: %v", err)
			}
			if unchecked.Revision() != checked.Revision() {
				t.Errorf("revision %s, want %s", unchecked.Revision(), checked.Revision())
			}
			for _, in := range []*view.Input{worker(), joined(3), read(), bad(), {Version: view.InputVersion, Subject: view.SubjectNone}} {
				got, err := unchecked.Decide(t.Context(), in)
				want, wantErr := checked.Decide(t.Context(), in)
				if !reflect.DeepEqual(got, want) || (err == nil) != (wantErr == nil) {
					t.Errorf("%s: got %+v, %v; want %+v, %v", in.Operation, got, err, want, wantErr)
				}
			}
		})
	}
}

// TestGivenPoliciesAreChecked holds that only the embedded file system is spared the checks, not what looks like it.
func TestGivenPoliciesAreChecked(t *testing.T) {
	const rule = "airlock/rules/hardening/privileged/privileged.rego"
	for _, tc := range []struct{ name, from, to, want string }{
		{"a field the schema does not know", `input.container.privileges.privileged == false`, `input.container.privileges.privilegd == false`, "undefined ref"},
		{"an unknown function", `input.subject == "container"`, `is_subject("container")`, "undefined function"},
		{"an import nobody uses", "import data.airlock.lib.violation", "import data.airlock.lib.violation\nimport data.airlock.lib.site", "unused"},
		{"a rule about itself", `input.subject == "container"`, `count(deny) == 0`, "recursive"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := elsewhere(t)
			if _, err := bundle.Load(files, site(t, workerSite), bundle.Options{}); err != nil {
				t.Fatalf("as embedded: %v", err)
			}
			text := string(files[rule].Data)
			changed := strings.Replace(text, tc.from, tc.to, 1)
			if changed == text {
				t.Fatalf("%s does not say %s", rule, tc.from)
			}
			files[rule] = &fstest.MapFile{Data: []byte(changed), Mode: 0o444}
			if _, err := bundle.Load(files, site(t, workerSite), bundle.Options{}); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}
