package bundle

import (
	"maps"
	"slices"
	"testing"

	"github.com/airlock-gate/airlock/policies"
)

// TestProvenCompilesAlike holds that what is left out for the embedded policies changes no rule: compiled with and
// without the checks, every one is the same to the letter.
func TestProvenCompilesAlike(t *testing.T) {
	compiled := func(opts Options) map[string][]string {
		p, err := new(Loader).Compile(policies.FS, opts)
		if err != nil {
			t.Fatal(err)
		}
		rules := map[string][]string{}
		for name, m := range p.compiled.compiler.Modules {
			for _, r := range m.Rules {
				r.Annotations = nil // printed with the rule, read by nobody
				rules[name] = append(rules[name], r.String())
			}
		}
		return rules
	}
	got, want := compiled(Options{}), compiled(Options{AllChecks: true})
	if len(want) < 100 || !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want))) {
		t.Fatalf("got %d modules, want the same %d", len(got), len(want))
	}
	for name := range want {
		if !slices.Equal(got[name], want[name]) {
			t.Errorf("%s: compiles to another text without the checks; a condition that stands before what gives its variables "+
				"a value has to move behind it. Got\n%s\nwant\n%s", name, got[name], want[name])
		}
	}
}
