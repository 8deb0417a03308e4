package sieve_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/airlock-gate/airlock/bundle/sieve"
)

// sifted is rules under a sieve.
type sifted struct {
	sifter *sieve.Sifter
	places []sieve.Place
}

// sifting compiles rules of one package each.
func sifting(t testing.TB, site string, rules map[string]string) sifted {
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
	places := sieve.NewPlaces()
	return sifted{sieve.New(compiler, groups, places).With(ast.MustParseTerm(site).Value), places.All()}
}

// caught returns the ids of the suspects, sorted: of an input that is taken apart, and of the same as OPA gives it.
func (s sifted) caught(t testing.TB, input *ast.Term) []string {
	t.Helper()
	apart := s.apart(input)
	suspects := s.sifter.Suspects("test", apart)
	got := ids(t, suspects)
	for _, ctx := range []context.Context{t.Context(), sieve.Suspecting(t.Context(), input.Value, suspects)} {
		if asked := s.asked(t, ctx, input); !reflect.DeepEqual(asked, got) {
			t.Errorf("taken apart: caught %v; asked by OPA: %v", got, asked)
		}
	}
	return got
}

// asked returns what the function says that OPA calls.
func (s sifted) asked(t testing.TB, ctx context.Context, input *ast.Term) (got []string) {
	t.Helper()
	function := s.sifter.Builtins()[sieve.Builtin().Name].Func
	err := function(topdown.BuiltinContext{Context: ctx}, []*ast.Term{input}, func(found *ast.Term) error {
		var suspects []*ast.Term
		found.Value.(*ast.Array).Foreach(func(t *ast.Term) { suspects = append(suspects, t) })
		got = ids(t, suspects)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func ids(t testing.TB, suspects []*ast.Term) []string {
	t.Helper()
	all := make([]string, len(suspects))
	for i, suspect := range suspects {
		if err := ast.As(suspect.Value, &all[i]); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(all)
	return all
}

// apart is an input taken apart by way of its text.
type apart struct {
	value  ast.Value
	places []sieve.Place
	images sieve.Images
	asked  []int // for parts
}

func (s sifted) apart(input *ast.Term) *apart {
	a := &apart{value: input.Value, places: s.places}
	for _, place := range s.places {
		a.images.Add(func(b []byte) []byte {
			value, err := input.Value.Find(place.Path)
			switch {
			case err != nil:
				return append(b, '-')
			case place.Kind:
				return append(b, ast.ValueName(value)...)
			default:
				return append(b, "="+value.String()...)
			}
		})
	}
	return a
}

func (a *apart) Images() *sieve.Images { return &a.images }

func (a *apart) Part(i int) ast.Value {
	a.asked = append(a.asked, i)
	found, err := a.value.Find(a.places[i].Path)
	if err != nil {
		return nil
	}
	return found
}

// Each rule reports something about one of the two inputs and nothing about the other.
func TestSuspects(t *testing.T) {
	sane := ast.MustParseTerm(`{"a": 1, "list": ["x", "y"], "name": "web", "kind": {}, "part": {"of": {"it": true}}}`)
	broken := ast.MustParseTerm(`{"a": 2, "list": ["x", "z"], "name": "db", "kind": "s", "part": {"of": {"it": false}}}`)
	for name, rule := range map[string]string{
		"comparison":   `deny contains 1 if input.a > 1`,
		"equality":     `deny contains 1 if not input.name == "web"`,
		"undefined":    `deny contains 1 if { not input.part.of.it; not input.absent }`,
		"elements":     `deny contains 1 if { some x in input.list; x == "z" }`,
		"membership":   `deny contains 1 if not input.name in {"web", "www"}`,
		"site data":    `deny contains 1 if not input.a <= data.site.most`,
		"function":     "deny contains 1 if f(input.name, 1)\n\nf(x, n) if { some y in data.site.names[n]; x == y }",
		"definition":   "deny contains 1 if not ok\n\nok if input.part.of.it\n\nok if input.a == 7",
		"set":          "deny contains 1 if \"z\" in seen\n\nseen contains x if some x in input.list",
		"else":         "deny contains 1 if x == 2\n\nx := 1 if input.part.of.it\n\nelse := 2 if input.name == \"db\"",
		"solutions":    "deny contains 1 if x == \"z\"\n\nx := y if { some y in input.list; not y in [\"x\", \"y\"] }",
		"list":         `deny contains 1 if [y | some y in input.list] == ["x", "z"]`,
		"look-up":      `deny contains 1 if object.get(input, ["part", "of", "it"], true) == false`,
		"default":      `deny contains 1 if object.get(input, ["part", "of", "that"], input.a) == 2`,
		"the whole":    "deny contains 1 if f(input)\n\nf(x) if not x.part.of.it",
		"a name twice": `deny contains 1 if { count([x | x = input; x.a]) == 1; [x | x = input.name] == ["db"] }`,
		"a kind":       `deny contains 1 if is_string(input.kind)`,
		"no kind":      `deny contains 1 if not is_object(input.kind)`,
		"words":        `deny contains x if { not input.name == "web"; x := sprintf("%v", [input.name]) }`,
	} {
		t.Run(name, func(t *testing.T) {
			caught := sifting(t, `{"most": 1, "names": [[], ["db"]]}`, map[string]string{"it": rule})
			for range 2 { // the second time it remembers
				if got := caught.caught(t, sane); len(got) != 0 {
					t.Errorf("sane input: caught %v", got)
				}
				if got := caught.caught(t, broken); !reflect.DeepEqual(got, []string{"it"}) {
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
			if got := caught.caught(t, input); !reflect.DeepEqual(got, []string{"it"}) {
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
		for _, id := range caught.caught(t, of(tc.left, tc.right)) {
			got[id] = true
		}
		if !reflect.DeepEqual(got, tc.want) {
			t.Errorf("left %v right %v: caught %v, want %v", tc.left, tc.right, got, tc.want)
		}
	}
}

// TestOnlyWhatChangedIsLookedAt holds that a facet is evaluated when it looks as it never did, and only then.
func TestOnlyWhatChangedIsLookedAt(t *testing.T) {
	s := sifting(t, `{}`, map[string]string{
		"left":  `deny contains 1 if input.left.bad`,
		"right": `deny contains 1 if object.get(input, ["right", "bad"], false)`,
		"kind":  `deny contains 1 if is_string(input.kind)`,
	})
	whole := sifting(t, `{}`, map[string]string{"whole": "deny contains 1 if f(input)\n\nf(x) if x.left.bad\n"})
	for i, tc := range []struct {
		input string
		want  []string // places that are asked for
	}{
		{`{"left": {}, "right": {"bad": 1, "n": 1}, "kind": {}, "else": 1}`, []string{"kind", "left", "right"}},
		{`{"left": {}, "right": {"bad": 1, "n": 1}, "kind": {}, "else": 2}`, nil},
		{`{"left": {}, "right": {"bad": 2, "n": 1}, "kind": {}}`, []string{"right"}},
		{`{"left": {"bad": true}, "right": {"bad": 1, "n": 1}, "kind": {}}`, []string{"left"}},
		{`{"left": {}, "right": {"bad": 1, "n": 1}, "kind": {"other": 1}}`, nil},
		{`{"left": {"bad": true}, "right": {"bad": 2, "n": 2}, "kind": "s"}`, []string{"kind"}},
		{`{"left": {"bad": true}, "right": {"bad": 2, "n": 2}, "kind": "t"}`, nil},
	} {
		input := s.apart(ast.MustParseTerm(tc.input))
		s.sifter.Suspects("test", input)
		var got []string
		for _, place := range input.asked {
			got = append(got, string(s.places[place].Path[0].Value.(ast.String)))
		}
		slices.Sort(got)
		if !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%d: asked for %v, want %v", i, got, tc.want)
		}
		input = whole.apart(ast.MustParseTerm(tc.input))
		if whole.sifter.Suspects("test", input); len(input.asked) != 1 {
			t.Errorf("%d: asked %d times for the whole, which is another one each time", i, len(input.asked))
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
	s := sifting(b, `{"most": 100}`, rules)
	input := ast.MustParseTerm(text)
	b.Run("every rule", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.asked(b, b.Context(), input)
		}
	})
	apart := s.apart(input)
	b.Run("as before", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.sifter.Suspects("test", apart)
		}
	})
}
