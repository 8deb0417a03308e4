package bundle_test

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/view"
)

// TestResidueOfAnyPolicies holds that a decision which is remembered for what the policies read beside their rules is the
// one they would come to, whatever they read. Every request is one change away from one whose decision is remembered.
func TestResidueOfAnyPolicies(t *testing.T) {
	const head = `package airlock.main

default allow := false

violations contains object.union(found, {"rule": concat("/", [category, rule])}) if {
	some category, rule
	some found in data.airlock.rules[category][rule].deny
}

`
	allowing := func(conditions string) string {
		return head + "allow if {\n\tinput.operation != \"unknown.operation\"\n\tinput.version == 1\n\tcount(violations) == 0\n\t" + conditions + "\n}\n"
	}
	for name, main := range map[string]string{
		"nothing":                 allowing(`true`),
		"a value":                 allowing(`input.container.name == "worker-1"`),
		"a value deep down":       allowing(`input.container.privileges.capabilities.drop == ["ALL"]`),
		"a number":                allowing(`input.container.resources.memory > 1024`),
		"not a value":             allowing(`not input.container.rootfs.readonly == false`),
		"a kind":                  allowing(`is_object(input.container)`),
		"not a kind":              allowing(`not is_object(input.image)`),
		"a kind of a scalar":      allowing(`is_string(input.container.user.given)`),
		"the kind of null":        allowing(`is_null(input.image)`),
		"a kind and a value":      allowing("is_object(input.container.rootfs)\n\tinput.container.rootfs.readonly"),
		"a kind, then below":      allowing("x := input.container\n\tis_object(x)\n\tx.rootfs.readonly"),
		"a kind with a result":    allowing(`{"a": is_object(input.image)} == {"a": false}`),
		"a kind by another name":  allowing(`type_name(input.container) == "object"`),
		"a kind of an element":    allowing("some k\n\tis_boolean(input.container.rootfs[k])"),
		"a kind found twice":      allowing("is_object(input.container)\n\tis_object(input.container)\n\tinput.container.name != \"a\""),
		"an element":              allowing("some m in input.container.mounts\n\tm.size > 1024"),
		"a list":                  allowing(`count([m | some m in input.container.mounts; m.nosuid]) == 2`),
		"every element":           allowing(`every m in input.container.mounts { m.nosuid }`),
		"any key":                 allowing("some k\n\tinput.container[k] == \"worker-1\""),
		"any part":                allowing("some k\n\tinput[k].name == \"worker-1\""),
		"the whole":               allowing(`object.get(input, ["container", "name"], "") == "worker-1"`),
		"the whole by a name":     allowing("x := input\n\tx.container.name == \"worker-1\""),
		"a key that is read":      allowing(`{"worker-1": 1}[input.container.name] == 1`),
		"with other input":        allowing(`input.container.name == "worker-1" with input.operation as input.container.name`),
		"a function":              allowing("f(input.container.name)") + "\nf(x) if x == \"worker-1\"\n",
		"a function of the whole": allowing("f(input)") + "\nf(x) if x.container.name == \"worker-1\"\n",
		"a function that reads":   allowing("f(1)") + "\nf(x) if input.container.resources.pids > x\n",
		"a rule":                  allowing("x") + "\nx if input.container.rootfs.readonly\n",
		"a rule with else":        allowing("x == 2") + "\nx := 1 if not input.container.rootfs.readonly\n\nelse := 2 if input.container.name == \"worker-1\"\n",
		"a set":                   allowing(`"worker-1" in s`) + "\ns contains input.container.name\n",
		"an object":               allowing(`o["worker-1"] == 1`) + "\no[input.container.name] := 1\n",
		"a rule by any name":      allowing("some x\n\tdata.airlock.main.o[x] == input.container.name") + "\no.a := \"worker-1\" if input.container.rootfs.readonly\n",
		"a violation of its own": head + `violations contains {"rule": "a/b", "field": "f", "got": 1, "want": 2} if not input.container.name == "worker-1"
` + "\nallow if count(violations) == 0\n",
		"else": head + "allow := false if count(violations) > 0\n\nelse := input.container.rootfs.readonly\n",
		"else of a rule that is idle": head + `found := true if {
	some category, rule
	some x in data.airlock.rules[category][rule].deny
	x.field
} else := input.container.name

allow if {
	count(violations) == 0
	found == "worker-1"
}
`,
	} {
		t.Run(name, func(t *testing.T) {
			files := bundleOf(map[string]string{mainPath: main})
			plain, err := bundle.Load(files, bundle.DefaultSite(), bundle.Options{MemoEntries: -1, NoScreen: true})
			if err != nil {
				t.Fatal(err)
			}
			screened, err := bundle.Load(files, bundle.DefaultSite(), bundle.Options{MemoEntries: -1})
			if err != nil {
				t.Fatal(err)
			}
			r, admitted := rand.New(rand.NewPCG(3, 4)), 0
			for range 200 {
				for _, of := range []func() *view.Input{worker, read, pull} {
					if same(t, screened, plain, of()).Allow {
						admitted++
					}
					changed := of()
					mutate(r, reflect.ValueOf(changed).Elem())
					changed.Version = view.InputVersion
					same(t, screened, plain, changed)
				}
				other := worker()
				other.Container.Name = "a"
				same(t, screened, plain, other)
			}
			if admitted == 0 {
				t.Error("nothing was admitted, so nothing was remembered")
			}
		})
	}
}

// TestResidueOfAnotherInput holds that nothing is remembered where the rules judge another input than the one given: one
// without suspects may have some under another name.
func TestResidueOfAnotherInput(t *testing.T) {
	files := bundleOf(map[string]string{
		mainPath: strings.Replace(mainRego, "count(violations) == 0",
			"count(violations) == 0\n\tcount(violations) == 0 with input.container.name as \"probe\"", 1),
		"airlock/rules/hardening/probe/probe.rego": `package airlock.rules.hardening.probe

deny contains {"field": "f", "got": 1, "want": 2} if {
	input.container.name == "probe"
	input.container.resources.pids > 64
}
`,
	})
	screened, err := bundle.Load(files, bundle.DefaultSite(), bundle.Options{MemoEntries: -1})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := bundle.Load(files, bundle.DefaultSite(), bundle.Options{MemoEntries: -1, NoScreen: true})
	if err != nil {
		t.Fatal(err)
	}
	if !same(t, screened, plain, worker()).Allow {
		t.Error("the worker is denied, want admission")
	}
	many := worker()
	many.Container.Resources.Pids = 100
	if same(t, screened, plain, many).Allow {
		t.Error("a worker that would be denied under another name is admitted")
	}
}
