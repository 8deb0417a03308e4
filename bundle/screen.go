package bundle

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// screenPackage holds the generated rules; no file may define it. screenFile is where they say they stand; policies
// stand in files whose names end in .rego.
const (
	screenPackage = "airlock.screen"
	screenFile    = "screen"
)

// screen adds to the policies a rule that is true when any rule reports anything, and lets the router ask it first.
//
// Most requests break no rule, yet the router visits every rule's package to learn that its set is empty, and a visit
// costs several times what the rule's own condition does. The generated rules hold the compiled conditions of all
// deny rules side by side, grouped by their first condition G, which is the guard that tells what a rule judges:
//
//	violated if { G; not clean_1 }
//	clean_1 if { not { rest of the first deny }; not { rest of the second deny } … }
//
// Before each step of the router that goes through data.airlock.rules stands the condition
// data.airlock.screen.violated. While it is undefined every deny set is empty and the step would find nothing, so the
// condition changes no result: reasons come from the rules themselves, a stock OPA, which knows no screen, decides the
// same, and a failing built-in fails here as it would there.
//
// Rules whose conditions are simple enough go to the sieve instead, which is asked first.
//
// The screen is put in while the policies are compiled: asked has the router ask an empty screen, and once everything
// else is checked and rewritten the stage fills it from the compiled bodies. Policies the screen cannot speak for, as
// plain tells, are compiled without it.
type screen struct {
	module    *ast.Module
	stoodBack bool
	sieve     *sieve
	groups    []group // deny bodies by guard, those the sieve does not know
	bodies    int
}

// asked returns the modules with a router that asks the screen, and the screen's own module, which admits nothing yet.
func (s *screen) asked(parsed map[string]*ast.Module) (map[string]*ast.Module, error) {
	out := make(map[string]*ast.Module, len(parsed)+1)
	for name, m := range parsed {
		if m.Package.Path.HasPrefix(screenRoot()) {
			return nil, errors.New("policies define data." + screenPackage + ", which is generated")
		}
		if m.Package.Path.Equal(mainRoot()) {
			m = m.Copy()
			for _, r := range m.Rules {
				r.Body = guarded(r.Body)
			}
		}
		out[name] = m
	}
	s.rule("violated", ast.NewBody(holding()))
	out[screenFile] = s.module
	return out, nil
}

// stage fills the screen, or leaves it and notes that it stood back. It runs before the rules are indexed.
func (s *screen) stage(data map[string]any) ast.CompilerStageDefinition {
	return ast.CompilerStageDefinition{Name: "Screen", MetricName: "compile_stage_screen", Stage: func(c *ast.Compiler) *ast.Error {
		if c.Failed() {
			return nil
		}
		if s.stoodBack = !plain(c, data); s.stoodBack {
			return nil
		}
		s.module = c.Modules[screenFile]
		s.module.Rules = nil
		if err := s.fill(c); err != nil {
			return ast.NewError(ast.CompileErr, generated(), "screen: %v", err)
		}
		c.ModuleTree = ast.NewModuleTree(c.Modules)
		c.RuleTree = ast.NewRuleTree(c.ModuleTree)
		return nil
	}}
}

// fill takes every deny rule of the compiled policies.
func (s *screen) fill(compiled *ast.Compiler) error {
	for _, name := range slices.Sorted(maps.Keys(compiled.Modules)) {
		m := compiled.Modules[name]
		if place, ok := ruleSegments(m.Package); !ok || len(place) != 2 {
			continue
		}
		for _, r := range m.Rules {
			if r.Head.Ref()[0].String() != "deny" {
				continue
			}
			if r.Else != nil || r.Default {
				return fmt.Errorf("%s:%d: deny with else or default", name, r.Location.Row)
			}
			if err := s.add(compiled, r.Body); err != nil {
				return fmt.Errorf("%s:%d: %w", name, r.Location.Row, err)
			}
		}
	}
	s.finish()
	return nil
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
	for name, m := range compiled.Modules {
		if name == screenFile {
			continue
		}
		place, ok := ruleSegments(m.Package)
		regular := ok && len(place) == 2
		for _, r := range m.Rules {
			if !regular && overlaps(m.Package.Path.Extend(r.Head.Ref()), rules) {
				return false
			}
			if overlaps(m.Package.Path.Extend(r.Head.Ref()), screen) {
				return false
			}
		}
		ast.NewGenericVisitor(func(node any) bool {
			switch node := node.(type) {
			case *ast.Expr:
				return node.Location != nil && node.Location.File == screenFile // the router's own question
			case ast.Ref:
				answer = answer && !overlaps(node, screen)
			}
			return false
		}).Walk(m)
		ast.WalkWiths(m, func(w *ast.With) bool {
			if ref, ok := w.Target.Value.(ast.Ref); !ok || !ref.HasPrefix(ast.InputRootRef) {
				answer = false
			}
			return false
		})
	}
	return answer
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

// group is the deny rules with one guard: what their bodies say after it.
type group struct {
	guard *ast.Expr
	rests []ast.Body
}

func newScreen() *screen {
	module := &ast.Module{Package: &ast.Package{Path: screenRoot(), Location: generated()}}
	module.SetRegoVersionSpan(ast.RegoVersionSpanOf(ast.RegoV1))
	return &screen{module: module, sieve: &sieve{}}
}

// generated is the place that errors about the screen name.
func generated() *ast.Location { return ast.NewLocation(nil, screenFile, 1, 1) }

func holding() *ast.Expr {
	holding := ast.NewExpr(ast.BooleanTerm(true))
	holding.SetLoc(generated())
	return holding
}

// add takes the compiled body of one deny rule.
func (s *screen) add(compiled *ast.Compiler, body ast.Body) error {
	s.bodies++
	body, err := s.renamed(body)
	if err != nil {
		return fmt.Errorf("rename variables: %w", err)
	}
	if s.sieve.add(compiled, body) {
		return nil
	}
	guard, rest := body[0], body[1:]
	if len(rest) == 0 || !ground(guard) || guardsLate(rest) {
		s.rule("violated", body)
		return nil
	}
	at := slices.IndexFunc(s.groups, func(g group) bool { return g.guard.Compare(guard) == 0 })
	if at < 0 {
		at = len(s.groups)
		s.groups = append(s.groups, group{guard: guard})
	}
	s.groups[at].rests = append(s.groups[at].rests, rest)
	return nil
}

// renamed returns the body with variables of its own: names are unique within one rule only.
func (s *screen) renamed(body ast.Body) (ast.Body, error) {
	variables := body.Vars(ast.VarVisitorParams{SkipRefCallHead: true})
	renamed, err := ast.TransformVars(body.Copy(), func(v ast.Var) (ast.Value, error) {
		if variables.Contains(v) && !ast.RootDocumentNames.Contains(ast.VarTerm(string(v))) {
			return ast.Var(fmt.Sprintf("%s%d_%s", ast.LocalVarPrefix, s.bodies, strings.TrimPrefix(string(v), ast.LocalVarPrefix))), nil
		}
		return v, nil
	})
	if err != nil {
		return nil, err
	}
	body, ok := renamed.(ast.Body)
	if !ok {
		return nil, fmt.Errorf("got %T", renamed)
	}
	return body, nil
}

func negation(e *ast.Expr) bool {
	_, ok := e.Terms.(*ast.Not)
	return ok || e.Negated
}

// single returns A of an expression `not A` in which A is one comparison without variables. It has one solution or
// none, so A can stand for `not { not A; … }`: where A holds, the deny rule cannot fire. Whatever the rest of the rule
// says could only make it fire less often; the screen may err that way, for then the router looks for itself.
func single(e *ast.Expr) *ast.Expr {
	if len(e.With) > 0 {
		return nil
	}
	var wanted *ast.Expr
	switch not, ok := e.Terms.(*ast.Not); {
	case ok && !e.Negated && len(not.Body) == 1:
		wanted = not.Body[0]
	case !ok && e.Negated:
		wanted = e.Complement()
	default:
		return nil
	}
	if !wanted.IsEquality() || !ground(wanted) {
		return nil
	}
	for _, operand := range wanted.Operands() {
		ref, ok := operand.Value.(ast.Ref)
		if ok && !ref.HasPrefix(ast.InputRootRef) || !ok && !ast.IsConstant(operand.Value) {
			return nil
		}
	}
	return wanted
}

// guardsLate reports whether a condition OPA's rule index may know stands behind a call. The index leaves such a rule
// out before the call is made, which matters if the call fails; so the rule must keep an index of its own.
func guardsLate(rest ast.Body) bool {
	called := false
	for _, e := range rest {
		if called && indexable(e) {
			return true
		}
		ast.WalkExprs(e, func(e *ast.Expr) bool {
			called = called || e.IsCall() && !e.IsEquality()
			return called
		})
	}
	return false
}

// indexable errs on the side of yes: an assignment and a call of the policies' own functions alone are known not to be.
func indexable(e *ast.Expr) bool {
	switch {
	case negation(e):
		return false
	case e.IsEquality():
		return !slices.ContainsFunc(e.Operands(), func(t *ast.Term) bool { _, ok := t.Value.(ast.Var); return ok })
	case e.IsCall():
		switch e.Operator().String() {
		case ast.Member.Name, ast.MemberWithKey.Name, ast.StartsWith.Name, ast.GlobMatch.Name:
			return true
		}
		return false
	default:
		return true
	}
}

// ground says whether an expression binds nothing, so that it can stand apart from what follows it.
func ground(e *ast.Expr) bool {
	vars := e.Vars(ast.VarVisitorParams{SkipRefCallHead: true, SkipRefHead: true})
	return len(vars) == 0 && !e.Negated && len(e.With) == 0
}

func (s *screen) rule(name string, body ast.Body) {
	head := ast.NewHead(ast.Var(name), nil, ast.BooleanTerm(true))
	head.SetLoc(generated())
	s.module.Rules = append(s.module.Rules, &ast.Rule{Head: head, Body: body, Module: s.module, Location: generated()})
}

func (s *screen) finish() {
	if len(s.sieve.groups) > 0 {
		in := ast.VarTerm(ast.LocalVarPrefix + "0_input__")
		bind := ast.Equality.Expr(in, ast.NewTerm(ast.InputRootRef))
		sift := sieveBuiltin.Expr(in)
		bind.SetLoc(generated())
		sift.SetLoc(generated())
		s.rule("violated", ast.NewBody(bind, sift))
	}
	for i, g := range s.groups {
		if len(g.rests) == 1 {
			s.rule("violated", ast.NewBody(slices.Concat(ast.Body{g.guard}, g.rests[0])...))
			continue
		}
		var clean ast.Body
		for _, rest := range g.rests {
			clean.Append(never(rest))
		}
		name := fmt.Sprintf("clean_%d", i)
		s.rule(name, clean)
		asked := ast.NewExpr(ast.NewTerm(s.module.Package.Path.Append(ast.StringTerm(name))))
		asked.SetLoc(generated())
		s.rule("violated", ast.NewBody(g.guard, denied(ast.NewBody(asked))))
	}
}

// denied returns `not { body }`.
func denied(body ast.Body) *ast.Expr {
	not := ast.NewExpr(&ast.Not{Body: body, ExplicitBody: true})
	not.SetLoc(generated())
	return not
}

// never returns a condition that holds only if the rest of a deny rule has no solution.
func never(rest ast.Body) *ast.Expr {
	// A second condition would make firing rarer than the first one alone tells.
	if wanted := single(rest[0]); wanted != nil && (len(rest) == 1 || !negation(rest[1])) {
		return wanted
	}
	return denied(ast.NewBody(rest...))
}

// guarded puts the screen in front of a body that goes through the rules. It binds nothing, so the place changes no
// result, and in front it spares what leads up to the step.
func guarded(body ast.Body) ast.Body {
	if !slices.ContainsFunc(body, walksRules) {
		return body
	}
	ask := ast.NewExpr(ast.NewTerm(screenRoot().Append(ast.StringTerm("violated"))))
	ask.SetLoc(generated())
	return ast.NewBody(slices.Concat(ast.Body{ask}, body)...)
}

// walksRules tells `some x in data.airlock.rules[category][rule].deny`, whatever the variables.
func walksRules(expr *ast.Expr) bool {
	declared, ok := expr.Terms.(*ast.SomeDecl)
	if !ok || expr.Negated || len(expr.With) > 0 || len(declared.Symbols) != 1 {
		return false
	}
	call, ok := declared.Symbols[0].Value.(ast.Call)
	if !ok {
		return false
	}
	ref, ok := call[len(call)-1].Value.(ast.Ref)
	return ok && len(ref) == 6 && ref.HasPrefix(rulesRoot()) && ref[5].Equal(ast.StringTerm("deny"))
}
