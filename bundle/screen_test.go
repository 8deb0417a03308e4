package bundle_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/view"
)

// pull is the pull of an image every rule admits on workerSite.
func pull() *view.Input {
	in := worker()
	image := in.Container.Image
	return &view.Input{
		Version: view.InputVersion, Operation: "image.pull", Subject: view.SubjectImage,
		Request: view.Request{
			Method: "POST", Path: "/images/create", APIVersion: "1.41",
			Query: map[string][]string{"fromImage": {image.Reference}, "tag": {""}}, Vars: map[string]string{},
		},
		Image:  &image,
		Engine: in.Engine,
	}
}

// words are values that some rule treats unlike others.
var words = []string{
	"", "none", "host", "container", "image", "default", "private", "unconfined", "builtin", "tmpfs", "bind", "volume",
	"image-volume", "/", "/tmp", "/run/secrets/x", "/var/cache/../x", "0:0", "digest", "tag", "on-failure", "always",
	"registry.internal/openclaw", "registry.internal/openclaw-evil", "registry.internal/openclaw/worker", "ALL", "cafe",
	"container.start", "container.top", "container.attach", "image.pull", "container.list", "network.disconnect", "1", "nofile", "core", "\xff",
}

// examples are the requests that mutation begins with: most of them every rule admits on workerSite.
func examples() []func() *view.Input {
	networked := func() *view.Input { return joined(2) }
	opened := func() *view.Input {
		in := joined(1)
		in.Operation, in.Container.Stored = "exec.create", true
		in.Exec = &view.Exec{User: in.Container.User, Env: []view.Variable{}, Arguments: 1, CommandDigest: "cafe", Findings: []view.Finding{}}
		in.Exec.User.Source = "container"
		in.Breakglass = &view.Breakglass{ID: "x", Operations: []string{"exec.create", "container.archive.get"}, Until: 1 << 40, Reason: "r"}
		return in
	}
	archive := func() *view.Input {
		in := worker()
		in.Operation, in.Container.Stored, in.Engine = "container.archive.get", true, nil
		return in
	}
	network := func() *view.Input {
		in := joined(1)
		made := in.Container.Network.Attached[0].Network
		made.ID, made.Name = "", "agents-2"
		in.Operation, in.Subject, in.Network, in.Container = "network.create", view.SubjectNetwork, &made, nil
		return in
	}
	volume := func() *view.Input {
		in := worker()
		in.Operation, in.Subject, in.Container = "volume.create", view.SubjectVolume, nil
		in.Volume = &view.Volume{Name: "state", Driver: "local", Kind: "plain", Options: []string{}, Labels: []view.Variable{}, Live: *view.NoVolume()}
		return in
	}
	return []func() *view.Input{worker, worker, bad, read, pull, networked, opened, archive, network, volume}
}

// choices choose what a mutation changes, and to what: 0 to n-1.
type choices interface{ IntN(n int) int }

// script are choices written down; at its end everything is 0.
type script []byte

func (s *script) IntN(n int) int {
	if len(*s) == 0 {
		return 0
	}
	chosen := int((*s)[0]) % n
	*s = (*s)[1:]
	return chosen
}

// mutant is an example with up to most changes.
func mutant(c choices, most int) *view.Input {
	of := examples()
	in := of[c.IntN(len(of))]()
	for range c.IntN(most + 1) {
		mutate(c, reflect.ValueOf(in).Elem())
	}
	in.Version = view.InputVersion
	return in
}

// mutate changes one value somewhere below v, chosen by r.
func mutate(r choices, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || r.IntN(24) == 0 {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			} else {
				v.SetZero()
			}
			return
		}
		mutate(r, v.Elem())
	case reflect.Struct:
		mutate(r, v.Field(r.IntN(v.NumField())))
	case reflect.Slice:
		switch n := v.Len(); {
		case r.IntN(16) == 0:
			v.SetZero()
		case n == 0 || r.IntN(6) == 0:
			v.Set(reflect.Append(v, reflect.New(v.Type().Elem()).Elem()))
		case r.IntN(6) == 0:
			v.Set(v.Slice(0, n-1))
		default:
			mutate(r, v.Index(r.IntN(n)))
		}
	case reflect.Map:
		if v.IsNil() || r.IntN(8) == 0 {
			v.Set(reflect.MakeMap(v.Type()))
			return
		}
		value := reflect.New(v.Type().Elem()).Elem()
		mutate(r, value)
		v.SetMapIndex(reflect.ValueOf(words[r.IntN(len(words))]).Convert(v.Type().Key()), value)
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.String:
		v.SetString(words[r.IntN(len(words))])
	default:
		v.SetInt([]int64{-1, 0, 1, 5, 18, 511, 1024, 64 << 20, 1 << 40}[r.IntN(9)])
	}
}

// same fails when a snapshot with the screen and one without it answer unlike.
func same(t testing.TB, screened, plain *bundle.Snapshot, in *view.Input) bundle.Decision {
	t.Helper()
	got, gotErr := screened.Decide(t.Context(), in)
	want, wantErr := plain.Decide(t.Context(), in)
	if !reflect.DeepEqual(got, want) || errors.Is(gotErr, bundle.ErrPolicy) != errors.Is(wantErr, bundle.ErrPolicy) ||
		(gotErr == nil) != (wantErr == nil) {
		text, _ := json.Marshal(in)
		t.Fatalf("with the screen %+v, %v\nwithout %+v, %v\n%s", got, gotErr, want, wantErr, text)
	}
	return got
}

// TestScreenChangesNoDecision compares thousands of requests, each a few changes away from one that is known. The comparison
// is worth what it has met: it goes on, within bounds, until that is enough, however many values an input has.
func TestScreenChangesNoDecision(t *testing.T) {
	const rounds, most, admissions, rules = 3000, 30000, 300, 50
	screened := published(t, bundle.Options{MemoEntries: -1})
	plain := published(t, bundle.Options{MemoEntries: -1, NoScreen: true})
	r := rand.New(rand.NewPCG(1, 2))
	admitted, denied, met := 0, map[string]int{}, 0
	for ; met < rounds || met < most && (admitted < admissions || len(denied) < rules); met++ {
		decision := same(t, screened, plain, mutant(r, 2))
		if decision.Allow {
			admitted++
		}
		for _, v := range decision.Violations {
			denied[v.Rule]++
		}
	}
	t.Logf("%d requests, %d admitted, %d rules denied", met, admitted, len(denied))
	if admitted < admissions || len(denied) < rules {
		t.Errorf("met %d admissions and %d rules that deny: %v", admitted, len(denied), denied)
	}
}

// FuzzScreen looks for a request that the published policies decide otherwise with the screen than without it.
func FuzzScreen(f *testing.F) {
	screened := published(f, bundle.Options{MemoEntries: -1})
	plain := published(f, bundle.Options{MemoEntries: -1, NoScreen: true})
	for example, of := range examples() {
		same(f, screened, plain, of())
		f.Add([]byte{byte(example)})
		f.Add([]byte{byte(example), 1, 6, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
		f.Add([]byte{byte(example), 5, 6, 40, 13, 17, 2, 33, 21, 7, 20, 9, 4, 6, 30, 5, 11, 200, 12, 6, 19, 90, 1, 77})
	}
	f.Fuzz(func(t *testing.T, written []byte) {
		chosen := script(written)
		same(t, screened, plain, mutant(&chosen, 8))
	})
}

// hostileHead is a rule package's beginning, without what the screen has to cope with.
const hostileHead = `package airlock.rules.hardening.hostile

`

// TestScreenOfAnyPolicies holds the promise for policies of other shapes than the published ones.
func TestScreenOfAnyPolicies(t *testing.T) {
	const path = "airlock/rules/hardening/hostile/hostile.rego"
	violation := `{"field": "f", "got": null, "want": null}`
	for name, rego := range map[string]string{
		"no body":            `deny contains ` + violation,
		"one condition":      `deny contains ` + violation + ` if not input.container.rootfs.readonly`,
		"two negations":      `deny contains ` + violation + ` if { input.subject == "container"; not input.container.name == "a"; not input.container.name == "worker-1" }`,
		"three, one missing": `deny contains ` + violation + ` if { input.subject == "container"; not input.container.rootfs.readonly == false; input.container.name == "a" }`,
		"head may be lost":   `deny contains {"field": "f", "got": input.container.absent, "want": 1} if { input.subject == "container"; not input.container.privileges.privileged == true }`,
		"local function":     "deny contains " + violation + " if { input.subject == \"container\"; not f(input.container) }\n\nf(c) if c.rootfs.readonly",
		"every":              `deny contains ` + violation + ` if { input.subject == "container"; every m in input.container.mounts { m.type == "tmpfs" } }`,
		"some":               `deny contains ` + violation + ` if { input.subject == "container"; some m in input.container.mounts; m.nosuid; m.target == "/tmp" }`,
		"shared variable":    `deny contains {"field": input.container.mounts[i].target, "got": i, "want": 1} if { input.container.mounts[i].size > 0 }`,
		"same variable":      "deny contains {\"field\": \"a\", \"got\": i, \"want\": 1} if { input.subject == \"container\"; input.container.mounts[i].size < 0 }\n\ndeny contains {\"field\": \"b\", \"got\": i, \"want\": 1} if { input.subject == \"container\"; input.container.env[i].name == \"TZ\" }",
		"comprehension":      `deny contains ` + violation + ` if { input.subject == "container"; count([m | some m in input.container.mounts]) > 1 }`,
		"not over variables": `deny contains ` + violation + ` if { input.subject == "container"; not count([1 | some e in input.container.env; e.name == "TZ"]) == 0 }`,
		"with":               `deny contains ` + violation + ` if { input.subject == "container"; not input.container.rootfs.readonly == false with input.container.rootfs.readonly as false }`,
		"with that fires":    `deny contains ` + violation + ` if { input.subject == "container"; not input.container.rootfs.readonly == true with input.container.rootfs.readonly as false }`,
		"print":              `deny contains ` + violation + ` if { print(input.subject); input.subject == "container"; print("x") }`,
		"guard of its own":   `deny contains ` + violation + ` if { x := input.subject; x == "container" }`,
		"guard is negated":   `deny contains ` + violation + ` if { not input.subject == "none"; input.container.name == "worker-1" }`,
		"built-in error":     `deny contains ` + violation + ` if { input.subject == "container"; to_number(input.container.name) == 1 }`,
		"error behind guard": `deny contains ` + violation + ` if { to_number(input.container.name) == 1; input.subject == "image" }`,
		"error before index": `deny contains ` + violation + ` if { input.subject == "container"; to_number(input.container.name) == 1; input.operation == "x" }`,
		"error in the head":  `deny contains {"field": "f", "got": to_number(input.container.name), "want": 1} if { input.subject == "container"; not input.container.name == "worker-1" }`,
		"never":              `deny contains ` + violation + ` if false`,

		"undefined compared":     `deny contains ` + violation + ` if { input.subject == "container"; input.container.absent > 1 }`,
		"undefined not compared": `deny contains ` + violation + ` if { input.subject == "container"; not input.container.absent > 1 }`,
		"types compared":         `deny contains ` + violation + ` if { input.subject == "container"; input.container.name > 1; input.container.name < {} }`,
		"false is defined":       `deny contains ` + violation + ` if { input.subject == "container"; x := input.container.privileges.privileged; not x }`,
		"null is true":           `deny contains ` + violation + ` if { input.container.process.stop_timeout; input.subject == "container" }`,
		"key and value":          `deny contains ` + violation + ` if { input.subject == "container"; some i, m in input.container.mounts; i > 0; m.type == "tmpfs" }`,
		"keys of an object":      `deny contains ` + violation + ` if { some k, v in input.request.query; startswith(k, "from"); "" in v }`,
		"nested elements":        `deny contains ` + violation + ` if { some k, v in input.request.query; some x in v; count(x) > 70; k != "tag" }`,
		"elements of nothing":    `deny contains ` + violation + ` if { input.subject == "container"; some x in input.container.name; x == 1 }`,
		"element in a negation":  `deny contains ` + violation + ` if { input.subject == "container"; not has("TZ") }` + "\n\nhas(n) if { some e in input.container.env; e.name == n }",
		"call fails":             `deny contains ` + violation + ` if { input.subject == "container"; startswith(input.container.mounts, "a") }`,
		"call fails, negated":    `deny contains ` + violation + ` if { input.subject == "container"; not startswith(input.container.mounts, "a") }`,
		"call fails too late":    `deny contains ` + violation + ` if { input.subject == "container"; input.container.name == "x"; startswith(input.container.mounts, "a") }`,
		"definitions": `deny contains ` + violation + ` if { input.subject == "container"; not x == 2 }` +
			"\n\ndefault x := 2\n\nx := 1 if input.container.name == \"a\"\n\nx := 2 if input.container.rootfs.readonly",
		"definitions differ": `deny contains ` + violation + ` if { input.subject == "container"; x == 3 }` +
			"\n\nx := 1 if input.container.name == \"a\"\n\nx := 2 if not input.container.rootfs.readonly",
		"definition without value": `deny contains ` + violation + ` if { input.subject == "container"; not x }` +
			"\n\nx := input.container.absent",
		"definition that is false": `deny contains ` + violation + ` if { input.subject == "container"; not x }` +
			"\n\nx := false if input.container.name == \"a\"\n\nx if not input.container.name == \"a\"",
		"default that is computed": `deny contains ` + violation + ` if { input.subject == "container"; x == ["worker-1"] }` +
			"\n\ndefault x := [n | n := \"worker-1\"]\n\nx := [] if input.container.name == \"a\"",
		"definition with else": `deny contains ` + violation + ` if { input.subject == "container"; x == 2 }` +
			"\n\nx := 1 if input.container.name == \"a\"\n\nelse := 2",
		"member of a constant": `deny contains ` + violation + ` if { input.subject == "container"; not names[input.container.name] == 1 }` +
			"\n\nnames := {\"a\": 1, \"worker-1\": 2}",
		"partial set":        "deny contains " + violation + " if { input.subject == \"container\"; \"a\" in s }\n\ns contains input.container.name if true",
		"partial object":     "deny contains " + violation + " if { input.subject == \"container\"; o.a == \"a\" }\n\no.a := input.container.name",
		"array of values":    `deny contains ` + violation + ` if { input.subject == "container"; concat("/", [input.container.name, "x"]) == "a/x" }`,
		"array of undefined": `deny contains ` + violation + ` if { input.subject == "container"; not concat("/", [input.container.absent, "x"]) == "a/x" }`,
		"site data":          `deny contains ` + violation + ` if { input.subject == "container"; input.container.resources.memory <= data.site.limits.memory }`,
		"no such site data":  `deny contains ` + violation + ` if { input.subject == "container"; not data.site.absent.more == 1 }`,
		"function of constants": `deny contains ` + violation + ` if { input.subject == "container"; not f(input.container.name, 1) == "b" }` +
			"\n\nf(\"worker-1\", 1) := \"a\"\n\nf(_, 2) := \"b\"\n\nf(\"a\", n) := \"b\" if n < 2",
		"function with a default": `deny contains ` + violation + ` if { input.subject == "container"; f(input.container.name) == "b" }` +
			"\n\ndefault f(_) := \"b\"\n\nf(x) := \"a\" if x == \"a\"",
		"default of the undefined": `deny contains ` + violation + ` if { input.subject == "container"; f(input.container.absent) == "b" }` +
			"\n\ndefault f(_) := \"b\"\n\nf(x) := \"a\" if x == \"a\"",
		"function that is false": `deny contains ` + violation + ` if { input.subject == "container"; not f(input.container.name) }` +
			"\n\nf(x) := x == \"a\"",
		"function that differs": `deny contains ` + violation + ` if { input.subject == "container"; f(input.container.name) == 3 }` +
			"\n\nf(x) := 1 if x != \"b\"\n\nf(x) := 2 if x == \"a\"",
		"function of a function": `deny contains ` + violation + ` if { input.subject == "container"; f(f(input.container.name)) == "worker-1--" }` +
			"\n\nf(x) := concat(\"\", [x, g(x)])\n\ng(x) := \"-\" if count(x) > 1",
		"function over elements": `deny contains ` + violation + ` if { input.subject == "container"; not f(input.container, "tmpfs") }` +
			"\n\nf(c, t) if { some m in c.mounts; m.type == t }",
		"function with values": `deny contains ` + violation + ` if { input.subject == "container"; f(input.container) == "tmpfs" }` +
			"\n\nf(c) := m.type if { some m in c.mounts }",
		"function of each": `deny contains ` + violation + ` if { input.subject == "container"; some e in input.container.env; some m in input.container.mounts; f(e.name, f(m.type, "x")) == "TZtmpfsx" }` +
			"\n\nf(a, b) := concat(\"\", [a, b])",
		"parameter twice":  `deny contains ` + violation + ` if { input.subject == "container"; f(input.container.name, "a") }` + "\n\nf(x, x)",
		"parameter a list": `deny contains ` + violation + ` if { input.subject == "container"; f([input.container.name, "a"]) }` + "\n\nf([x, \"a\"]) if x != \"b\"",
		"set of solutions": `deny contains ` + violation + ` if { input.subject == "container"; {m.type | some m in input.container.mounts} == {"tmpfs"} }`,
		"set of functions": `deny contains ` + violation + ` if { input.subject == "container"; some x in {f(e) | some e in input.container.env}; x == "TZ" }` +
			"\n\nf(e) := e.name if e.length > 0",
		"set that is empty":     `deny contains ` + violation + ` if { input.subject == "container"; count({e | some e in input.container.env; e.name == "absent"}) == 0 }`,
		"set of constants":      `deny contains ` + violation + ` if { input.subject == "container"; not input.container.name in {"a", input.operation} }`,
		"set with an undefined": `deny contains ` + violation + ` if { input.subject == "container"; not input.container.name in {"a", "worker-1", input.container.absent} }`,
		"gathered set": `deny contains ` + violation + ` if { input.subject == "container"; not input.container.name in s; count(s) > 2 }` +
			"\n\ns contains e.name if some e in input.container.env\n\ns contains input.container.absent if true\n\ns contains \"a\" if input.container.rootfs.readonly",
		"elements of a gathered set": `deny contains ` + violation + ` if { input.subject == "container"; some x in s; startswith(x, "work") }` +
			"\n\ns contains x if { some x in [input.container.name, \"b\"]; x != \"a\" }",
		"negation that binds": `deny contains ` + violation + ` if { input.subject == "container"; some m in input.container.mounts; not f(m) }` +
			"\n\nf(m) if { some o in input.container.mounts; x := o.target; x != m.target }",
		"else": `deny contains ` + violation + ` if { input.subject == "container"; f(input.container.name) == 2 }` +
			"\n\nf(\"b\") := 3\n\nf(x) := 1 if x == \"a\"\n\nelse := 2 if count(x) > 1\n\nelse := 4",
		"else that differs": `deny contains ` + violation + ` if { input.subject == "container"; f(input.container.name) == 4 }` +
			"\n\nf(x) := 3 if x == \"a\"\n\nf(x) := 1 if x == \"b\"\n\nelse := 4 if x == \"a\"",
		"else without value": `deny contains ` + violation + ` if { input.subject == "container"; x == 2 }` +
			"\n\nx := input.container.absent if input.container.name\n\nelse := 2",
		"else of false": `deny contains ` + violation + ` if { input.subject == "container"; not x }` +
			"\n\nx := false if input.container.name == \"a\"\n\nelse := true",
		"several solutions, one value": `deny contains ` + violation + ` if { input.subject == "container"; x == "tmpfs" }` +
			"\n\nx := m.type if some m in input.container.mounts",
		"several solutions, several values": `deny contains ` + violation + ` if { input.subject == "container"; not x == "HOME" }` +
			"\n\nx := e.name if { some e in input.container.env; not e.name == \"PATH\" }",
		"list of solutions":  `deny contains ` + violation + ` if { input.subject == "container"; count([m.type | some m in input.container.mounts]) == 2 }`,
		"greatest of a list": `deny contains ` + violation + ` if { input.subject == "container"; max([m.size | some m in input.container.mounts]) > 5 }`,
		"greatest of none":   `deny contains ` + violation + ` if { input.subject == "container"; not max([m.size | some m in input.container.mounts; m.type == "x"]) > 5 }`,
		"first of a list":    `deny contains ` + violation + ` if { input.subject == "container"; x := [m | some m in input.container.mounts; m.nosuid][0]; x.size > 5 }`,
		"three operands":     `deny contains ` + violation + ` if { input.subject == "container"; object.get(input.container, ["name", 0], "none") == "none" }`,
		"words taken apart":  `deny contains ` + violation + ` if { input.subject == "container"; [a, _] := split(input.container.name, "-"); a == "worker" }`,
		"sums":               `deny contains ` + violation + ` if { input.subject == "container"; input.container.resources.memory + 1 > input.container.resources.memory_swap - 1; bits.and(input.container.resources.pids, 3) == 0 }`,
		"rule by a variable": `deny contains ` + violation + ` if { input.subject == "container"; x := o[input.container.name]; x == 2 }` +
			"\n\no[\"a\"] := 1\n\no[\"worker-1\"] := 2",

		"a call words it": `deny contains {"field": f(input.container.name), "got": 1, "want": 2} if { input.subject == "container"; not input.container.rootfs.readonly }` + "\n\nf(x) := x if x == \"a\"",
	} {
		for prefix, head := range map[string]string{"": hostileHead, "keyword not: ": hostileHead + "import future.keywords.not\n\n"} {
			t.Run(prefix+name, func(t *testing.T) {
				files := bundleOf(map[string]string{path: head + rego + "\n"})
				plain, err := bundle.Load(files, bundle.DefaultSite(), bundle.Options{MemoEntries: -1, NoScreen: true})
				if err != nil {
					if strings.Contains(rego, "to_number") || strings.Contains(err.Error(), "unused") {
						t.Skip(err)
					}
					t.Fatal(err)
				}
				screened, err := bundle.Load(files, bundle.DefaultSite(), bundle.Options{MemoEntries: -1})
				if err != nil {
					t.Fatal(err)
				}
				other := worker()
				other.Container.Name, other.Container.Rootfs.ReadOnly = "a", false
				number := worker()
				number.Container.Name = "1"
				for _, in := range []*view.Input{worker(), bad(), read(), pull(), other, number} {
					same(t, screened, plain, in)
				}
			})
		}
	}
}

func TestScreenRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ path, rego, want string }{
		"its own package": {"airlock/screen/screen.rego", "package airlock.screen\n\nviolated if false\n", "which is generated"},
		"below its package": {
			"airlock/screen/deep/deep.rego", "package airlock.screen.deep\n\nviolated if false\n", "which is generated",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := bundle.Load(bundleOf(map[string]string{tc.path: tc.rego}), bundle.DefaultSite(), bundle.Options{})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want an error with %q", err, tc.want)
			}
		})
	}
}

// TestScreenStandsBack holds that violations which come from elsewhere than a rule's package are found all the same.
func TestScreenStandsBack(t *testing.T) {
	const violation = `{"field": "f", "got": null, "want": null}`
	for name, changes := range map[string]map[string]string{
		"deny of the category": {"a.rego": "package airlock.rules.hardening\n\nother.deny contains " + violation + "\n"},
		"deny of all rules":    {"a.rego": "package airlock.rules\n\nhardening.other.deny contains " + violation + "\n"},
		"deny is a package":    {"a.rego": "package airlock.rules.hardening.other.deny\n\nx := " + violation + "\n"},
		"deny is data":         {"airlock/rules/hardening/other/data.json": `{"deny": [` + violation + `]}`},
		"deny has a default":   {"a.rego": "package airlock.rules.hardening.other\n\ndefault deny := [" + violation + "]\n"},
		"rules replaced": {mainPath: strings.ReplaceAll(mainRego, "count(violations) == 0",
			"count(violations) == 0 with data.airlock.rules.hardening.other as {\"deny\": ["+violation+"]}")},
		"screen observed": {mainPath: strings.ReplaceAll(mainRego, "count(violations) == 0",
			"count(violations) == 0\n\tcount(data.airlock.screen.suspects) == 0")},
	} {
		t.Run(name, func(t *testing.T) {
			var decisions [2]bundle.Decision
			var failures [2]error
			for i, opts := range []bundle.Options{{MemoEntries: -1}, {MemoEntries: -1, NoScreen: true}} {
				s, err := bundle.Load(bundleOf(changes), bundle.DefaultSite(), opts)
				if err != nil {
					failures[i] = err
					continue
				}
				if decisions[i], err = s.Decide(t.Context(), worker()); err != nil {
					t.Fatal(err)
				}
			}
			// A bundle that is refused with the screen decides nothing, which is no other decision.
			if failures[0] == nil && !reflect.DeepEqual(decisions[0], decisions[1]) {
				t.Errorf("with the screen %+v, without %+v", decisions[0], decisions[1])
			}
			t.Log(decisions, failures)
		})
	}
}

// TestScreenOfAnotherRouter holds that a router of another shape is left as it is, and decides all the same.
func TestScreenOfAnotherRouter(t *testing.T) {
	files := bundleOf(map[string]string{mainPath: `package airlock.main

default allow := false

allow if {
	input.operation in {"container.create", "container.list"}
	count(violations) == 0
}

violations contains object.union(found, {"rule": concat("/", [category, rule])}) if {
	some category, rules in data.airlock.rules
	some rule, body in rules
	some found in body.deny
}
`})
	screened, err := bundle.Load(files, bundle.DefaultSite(), bundle.Options{MemoEntries: -1})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := bundle.Load(files, bundle.DefaultSite(), bundle.Options{MemoEntries: -1, NoScreen: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []*view.Input{worker(), bad(), read()} {
		same(t, screened, plain, in)
	}
}
