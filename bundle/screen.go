package bundle

import (
	"errors"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// screenPackage holds the generated rule; no file may define it.
const screenPackage = "airlock.screen"

// screened adds to the policies a rule that is true when any rule reports anything, and lets the router ask it first.
//
// Most requests break no rule, yet the router visits every rule's package to learn that its set is empty, and a visit
// costs several times what the rule's own condition does. The generated rule
//
//	violated if { body of the first deny }
//	violated if { body of the second deny } …
//
// holds the compiled bodies of all deny rules side by side. Before each step of the router that goes through
// data.airlock.rules stands the condition data.airlock.screen.violated. While it is undefined every deny set is empty
// and the step would find nothing, so the condition changes no result: the policies stay the only judge, reasons come from the rules themselves, and
// a stock OPA, which knows no screen, decides the same. The bodies are the compiler's own output, with every
// reference resolved.
func screened(compiled *ast.Compiler, parsed map[string]*ast.Module) (map[string]*ast.Module, error) {
	location := ast.NewLocation(nil, "screen", 1, 1)
	screen := &ast.Module{Package: &ast.Package{
		Path:     ast.MustParseRef("data." + screenPackage),
		Location: location,
	}}
	screen.SetRegoVersion(ast.RegoV1)
	for _, name := range slices.Sorted(maps.Keys(compiled.Modules)) {
		m := compiled.Modules[name]
		if m.Package.Path.HasPrefix(screen.Package.Path) {
			return nil, errors.New("policies define data." + screenPackage + ", which is generated")
		}
		if place, ok := ruleSegments(m.Package); !ok || len(place) != 2 {
			continue
		}
		for _, r := range m.Rules {
			if r.Head.Ref()[0].String() != "deny" {
				continue
			}
			if r.Else != nil {
				return nil, errors.New("deny of " + m.Package.Path.String() + " has an else branch")
			}
			head := ast.NewHead("violated", nil, ast.BooleanTerm(true))
			head.SetLoc(location)
			screen.Rules = append(screen.Rules, &ast.Rule{
				Head: head, Body: r.Body.Copy(), Module: screen, Location: location,
			})
		}
	}
	if len(screen.Rules) == 0 {
		return parsed, nil
	}
	out := make(map[string]*ast.Module, len(parsed)+1)
	for name, m := range parsed {
		m = m.Copy()
		if m.Package.Path.Equal(ast.MustParseRef("data.airlock.main")) {
			for _, r := range m.Rules {
				r.Body = guarded(r.Body)
			}
		}
		out[name] = m
	}
	out["screen"] = screen
	return out, nil
}

// guarded puts the screen before the first step that goes through the rules.
func guarded(body ast.Body) ast.Body {
	for i, expr := range body {
		if !walksRules(expr) {
			continue
		}
		screen := ast.NewExpr(ast.NewTerm(ast.MustParseRef("data." + screenPackage + ".violated")))
		screen.SetLoc(expr.Loc())
		guarded := ast.NewBody(append(append(append([]*ast.Expr{}, body[:i]...), screen), body[i:]...)...)
		return guarded
	}
	return body
}

// walksRules tells `some x in data.airlock.rules[category][rule].deny`, whatever the variables.
func walksRules(expr *ast.Expr) bool {
	decl, ok := expr.Terms.(*ast.SomeDecl)
	if !ok || expr.Negated || len(expr.With) > 0 || len(decl.Symbols) != 1 {
		return false
	}
	call, ok := decl.Symbols[0].Value.(ast.Call)
	if !ok {
		return false
	}
	ref, ok := call[len(call)-1].Value.(ast.Ref)
	return ok && ref.HasPrefix(ast.MustParseRef("data.airlock.rules")) && len(ref) == 6 &&
		ref[5].Value.Compare(ast.String("deny")) == 0
}
