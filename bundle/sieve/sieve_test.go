package sieve_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/airlock-gate/airlock/bundle/sieve"
)

// sifting compiles rules of one package each and returns what the sieve says of an input.
func sifting(t testing.TB, site string, rules map[string]string) func(input *ast.Term) []string {
	t.Helper()
	modules := map[string]*ast.Module{}
	for name, text := range rules {
		m, err := ast.ParseModuleWithOpts(name, "package rules."+name+"\n\n"+text, ast.ParserOptions{RegoVersion: ast.RegoV1})
		if err != nil {
			t.Fatal(err)
		}
		modules[name] = m
	}
	compiler := ast.NewCompiler()
	if compiler.Compile(modules); compiler.Failed() {
		t.Fatal(compiler.Errors)
	}
	var groups []sieve.Group
	for name, m := range compiler.Modules {
		g := sieve.Group{ID: ast.StringTerm(name)}
		for _, r := range m.Rules {
			if r.Head.Ref()[0].String() == "deny" {
				g.Rules = append(g.Rules, r)
			}
		}
		groups = append(groups, g)
	}
	function := sieve.New(compiler, groups).With(ast.MustParseTerm(site).Value).Builtins()[sieve.Builtin().Name].Func
	return func(input *ast.Term) (ids []string) {
		t.Helper()
		err := function(topdown.BuiltinContext{}, []*ast.Term{input}, func(found *ast.Term) error {
			return ast.As(found.Value, &ids)
		})
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
}

// Each rule reports something about one of the two inputs and nothing about the other.
func TestSuspects(t *testing.T) {
	sane := ast.MustParseTerm(`{"a": 1, "list": ["x", "y"], "name": "web", "part": {"of": {"it": true}}}`)
	broken := ast.MustParseTerm(`{"a": 2, "list": ["x", "z"], "name": "db", "part": {"of": {"it": false}}}`)
	for name, rule := range map[string]string{
		"comparison": `deny contains 1 if input.a > 1`,
		"equality":   `deny contains 1 if not input.name == "web"`,
		"undefined":  `deny contains 1 if { not input.part.of.it; not input.absent }`,
		"elements":   `deny contains 1 if { some x in input.list; x == "z" }`,
		"membership": `deny contains 1 if not input.name in {"web", "www"}`,
		"site data":  `deny contains 1 if not input.a <= data.site.most`,
		"function":   "deny contains 1 if f(input.name, 1)\n\nf(x, n) if { some y in data.site.names[n]; x == y }",
		"definition": "deny contains 1 if not ok\n\nok if input.part.of.it\n\nok if input.a == 7",
		"set":        "deny contains 1 if \"z\" in seen\n\nseen contains x if some x in input.list",
		"else":       "deny contains 1 if x == 2\n\nx := 1 if input.part.of.it\n\nelse := 2 if input.name == \"db\"",
		"solutions":  "deny contains 1 if x == \"z\"\n\nx := y if { some y in input.list; not y in [\"x\", \"y\"] }",
		"list":       `deny contains 1 if [y | some y in input.list] == ["x", "z"]`,
		"words":      `deny contains x if { not input.name == "web"; x := sprintf("%v", [input.name]) }`,
	} {
		t.Run(name, func(t *testing.T) {
			caught := sifting(t, `{"most": 1, "names": [[], ["db"]]}`, map[string]string{"it": rule})
			for range 2 { // the second time it remembers
				if got := caught(sane); len(got) != 0 {
					t.Errorf("sane input: caught %v", got)
				}
				if got := caught(broken); !reflect.DeepEqual(got, []string{"it"}) {
					t.Errorf("broken input: caught %v", got)
				}
			}
		})
	}
}

// What the sieve does not know it leaves to OPA.
func TestUnknownConditionsMakeSuspects(t *testing.T) {
	input := ast.MustParseTerm(`{"name": "web", "list": []}`)
	for name, rule := range map[string]string{
		"other function":   `deny contains 1 if regex.match("x", input.name)`,
		"failing function": `deny contains 1 if startswith(input.list, "x")`,
		"failure negated":  `deny contains 1 if not startswith(input.list, "x")`,
		"definitions":      "deny contains 1 if x == 3\n\nx := 1 if input.name\n\nx := 2 if input.list",
		"solutions":        "deny contains 1 if x == 3\n\nx := y if some y in [1, 2]",
		"with":             `deny contains 1 if input.name == "x" with input.name as "y"`,
		"every":            `deny contains 1 if every x in input.list { x == 1 }`,
		"no condition":     `deny contains 1`,
	} {
		t.Run(name, func(t *testing.T) {
			caught := sifting(t, `{}`, map[string]string{"it": rule})
			if got := caught(input); !reflect.DeepEqual(got, []string{"it"}) {
				t.Errorf("caught %v, want the rule", got)
			}
		})
	}
}

// What was found about a part counts for that part alone, and for as long as it is the same.
func TestPartsAreRemembered(t *testing.T) {
	caught := sifting(t, `{}`, map[string]string{
		"left":  `deny contains 1 if input.left.bad`,
		"right": `deny contains 1 if input.right.bad`,
		"both":  `deny contains 1 if { input.left.bad; input.right.bad }`,
	})
	good, bad := ast.MustParseTerm(`{"bad": false}`), ast.MustParseTerm(`{"bad": true}`)
	of := func(left, right *ast.Term) *ast.Term {
		return ast.ObjectTerm(ast.Item(ast.StringTerm("left"), left), ast.Item(ast.StringTerm("right"), right))
	}
	for _, tc := range []struct {
		left, right *ast.Term
		want        map[string]bool
	}{
		{good, good, map[string]bool{}},
		{bad, good, map[string]bool{"left": true}},
		{bad, bad, map[string]bool{"left": true, "right": true, "both": true}},
		{good, bad, map[string]bool{"right": true}},
		{good, bad, map[string]bool{"right": true}},
		{good, ast.MustParseTerm(`{"bad": true}`), map[string]bool{"right": true}},
		{ast.MustParseTerm(`{"bad": 0}`), ast.MustParseTerm(`{}`), map[string]bool{"left": true}},
		{good, good, map[string]bool{}},
	} {
		got := map[string]bool{}
		for _, id := range caught(of(tc.left, tc.right)) {
			got[id] = true
		}
		if !reflect.DeepEqual(got, tc.want) {
			t.Errorf("left %v right %v: caught %v, want %v", tc.left, tc.right, got, tc.want)
		}
	}
}

func BenchmarkCatch(b *testing.B) {
	rules := map[string]string{}
	for i := range 100 {
		rules[fmt.Sprintf("r%d", i)] = fmt.Sprintf(`deny contains 1 if { input.subject == "container"; not input.container.part%d.value%d <= data.site.most }`, i%10, i)
	}
	text := `{"subject": "container", "container": {`
	for part := range 10 {
		text += fmt.Sprintf(`"part%d": {`, part)
		for i := part; i < 100; i += 10 {
			text += fmt.Sprintf(`"value%d": %d,`, i, i)
		}
		text += `"last": 0},`
	}
	text += `"id": "x"}}`
	caught := sifting(b, `{"most": 100}`, rules)
	first, second := ast.MustParseTerm(text), ast.MustParseTerm(text)
	b.Run("another input", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			caught(first)
			caught(second)
		}
	})
	b.Run("same parts", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			caught(first)
		}
	})
}
