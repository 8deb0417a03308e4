package bundle

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/airlock-gate/airlock/bundle/sieve"
)

// screenPackage holds the generated rule; no file may define it. screenFile is where it says it stands; policies stand
// in files whose names end in .rego.
const (
	screenPackage = "airlock.screen"
	screenFile    = "screen"
)

// screen adds to the policies the list of the rules that may report anything, and lets the router visit no other.
//
// A request breaks few rules, mostly none, yet the router visits every rule's package to learn that its set is empty,
// and a visit costs several times what the rule's own condition does. The sieve knows the first conditions of every
// rule, and which do not hold. In every body that goes through data.airlock.rules[category][rule].deny stands first
//
//	[category, rule] = data.airlock.screen.suspects[_]
//
// A rule that is no suspect has an empty set, so the condition changes no result: reasons come from the rules
// themselves, a stock OPA, which knows no screen, decides the same, and a failing built-in fails here as it would there.
//
// The screen is put in while the policies are compiled, once everything is checked and rewritten. Policies it cannot
// speak for, as plain tells, are left as they are.
type screen struct {
	sieve  *sieve.Sieve       // nil while the screen stands back
	places *sieve.Places      // that the sieve reads
	idle   map[*ast.Rule]bool // of the router, while there are no suspects
}

// reserved refuses modules in the package of the screen.
func reserved(modules map[string]*ast.Module) error {
	for _, m := range modules {
		if m.Package.Path.HasPrefix(screenRoot()) {
			return errors.New("policies define data." + screenPackage + ", which is generated")
		}
	}
	return nil
}

// stage puts the screen in, or leaves the policies as they are. It runs before the rules are indexed.
func (s *screen) stage(data map[string]any) ast.CompilerStageDefinition {
	return ast.CompilerStageDefinition{Name: "Screen", MetricName: "compile_stage_screen", Stage: func(c *ast.Compiler) *ast.Error {
		if c.Failed() || !plain(c, data) {
			return nil
		}
		s.places, s.idle = sieve.NewPlaces(), map[*ast.Rule]bool{}
		s.sieve = sieve.New(c, denials(c), s.places)
		for _, m := range c.Modules {
			if m.Package.Path.Equal(mainRoot()) {
				for _, r := range m.Rules {
					body, ok := narrowed(r.Body)
					r.Body, s.idle[r] = body, ok && r.Else == nil
				}
			}
		}
		c.Modules[screenFile] = suspectsModule()
		c.ModuleTree = ast.NewModuleTree(c.Modules)
		c.RuleTree = ast.NewRuleTree(c.ModuleTree)
		return nil
	}}
}

// plain reports whether everything the router finds below data.airlock.rules comes from a rule deny of a package
// data.airlock.rules.<category>.<rule>; whether nothing but the router can tell that there is a screen; and whether
// nothing puts other data in the place of what a rule reads.
func plain(compiled *ast.Compiler, data map[string]any) bool {
	if airlock, ok := data["airlock"]; ok {
		object, ok := airlock.(map[string]any)
		if _, rules := object["rules"]; rules || !ok {
			return false
		}
	}
	answer, rules, screen := true, rulesRoot(), screenRoot()
	for _, m := range compiled.Modules {
		_, regular := ruleOf(m)
		for _, r := range m.Rules {
			place := m.Package.Path.Extend(r.Head.Ref())
			if !regular && overlaps(place, rules) || overlaps(place, screen) {
				return false
			}
		}
		ast.WalkRefs(m, func(ref ast.Ref) bool {
			answer = answer && !overlaps(ref, screen)
			return false
		})
		ast.WalkWiths(m, func(w *ast.With) bool {
			if ref, ok := w.Target.Value.(ast.Ref); !ok || !ref.HasPrefix(ast.InputRootRef) {
				answer = false
			}
			return false
		})
	}
	return answer
}

// ruleOf returns category and rule of a package data.airlock.rules.<category>.<rule>.
func ruleOf(m *ast.Module) (place []string, ok bool) {
	place, ok = ruleSegments(m.Package)
	return place, ok && len(place) == 2
}

func mainRoot() ast.Ref   { return dataRef("airlock", "main") }
func rulesRoot() ast.Ref  { return dataRef("airlock", "rules") }
func screenRoot() ast.Ref { return dataRef(strings.Split(screenPackage, ".")...) }

// dataRef builds a reference below data; parsing one costs much more, and loading asks for thousands.
func dataRef(segments ...string) ast.Ref {
	ref := make(ast.Ref, 0, len(segments)+1)
	ref = append(ref, ast.DefaultRootDocument)
	for _, segment := range segments {
		ref = append(ref, ast.StringTerm(segment))
	}
	return ref
}

// overlaps reports whether a reference may reach what stands at or below root, or contain it.
func overlaps(ref, root ast.Ref) bool {
	for i := range min(len(ref), len(root)) {
		if i > 0 && !ref[i].IsGround() {
			continue
		}
		if !ref[i].Equal(root[i]) {
			return false
		}
	}
	return true
}

// generated is the place that errors about the screen name.
func generated() *ast.Location { return ast.NewLocation(nil, screenFile, 1, 1) }

// suspectsModule defines data.airlock.screen.suspects, by OPA evaluated once for a decision.
func suspectsModule() *ast.Module {
	module := &ast.Module{Package: &ast.Package{Path: screenRoot(), Location: generated()}}
	module.SetRegoVersionSpan(ast.RegoVersionSpanOf(ast.RegoV1))
	input, suspects := ast.VarTerm(ast.LocalVarPrefix+"0_input__"), ast.VarTerm(ast.LocalVarPrefix+"1_suspects__")
	bind := ast.Equality.Expr(input, ast.NewTerm(ast.InputRootRef))
	sift := sieve.Builtin().Expr(input, suspects)
	bind.SetLoc(generated())
	sift.SetLoc(generated())
	head := ast.NewHead(ast.Var("suspects"), nil, suspects)
	head.SetLoc(generated())
	module.Rules = []*ast.Rule{{Head: head, Body: ast.NewBody(bind, sift), Module: module, Location: generated()}}
	return module
}

// narrowed puts the suspects in front of every step of a body that goes through the rules, and tells whether there is
// one. They come first, so that without suspects nobody evaluates what leads up to the step.
func narrowed(body ast.Body) (ast.Body, bool) {
	var asked ast.Body
	for _, e := range body {
		category, rule, ok := walk(e)
		if !ok {
			continue
		}
		each := ast.VarTerm(ast.LocalVarPrefix + "_suspect" + strconv.Itoa(len(asked)) + "__")
		ask := ast.Equality.Expr(ast.ArrayTerm(category, rule),
			ast.NewTerm(screenRoot().Append(ast.StringTerm("suspects")).Append(each)))
		ask.SetLoc(generated())
		asked = append(asked, ask)
	}
	if len(asked) == 0 {
		return body, false
	}
	return ast.NewBody(slices.Concat(asked, body)...), true
}

// walk tells `some found in data.airlock.rules[category][rule].deny` in its compiled form, where category and rule are
// variables or names.
func walk(e *ast.Expr) (category, rule *ast.Term, ok bool) {
	if e.Negated || len(e.With) > 0 || !e.IsEquality() {
		return nil, nil, false
	}
	for _, operand := range e.Operands() {
		ref, isRef := operand.Value.(ast.Ref)
		if !isRef || len(ref) != 7 || !ref.HasPrefix(rulesRoot()) || !ref[5].Equal(ast.StringTerm("deny")) {
			continue
		}
		if known(ref[3]) && known(ref[4]) {
			return ref[3], ref[4], true
		}
	}
	return nil, nil, false
}

// known tells the terms that can stand for a category or a rule.
func known(t *ast.Term) bool {
	switch t.Value.(type) {
	case ast.Var, ast.String:
		return true
	}
	return false
}

// denials groups the deny rules by their rule's package.
func denials(compiled *ast.Compiler) []sieve.Group {
	var all []sieve.Group
	found := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(compiled.Modules)) {
		place, ok := ruleOf(compiled.Modules[name])
		if !ok {
			continue
		}
		at, ok := found[strings.Join(place, "/")]
		if !ok {
			at = len(all)
			found[strings.Join(place, "/")] = at
			all = append(all, sieve.Group{ID: ast.ArrayTerm(ast.StringTerm(place[0]), ast.StringTerm(place[1]))})
		}
		for _, r := range compiled.Modules[name].Rules {
			if r.Head.Ref()[0].String() == "deny" {
				all[at].Rules = append(all[at].Rules, r)
			}
		}
	}
	return all
}
