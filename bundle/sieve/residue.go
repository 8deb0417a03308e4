package sieve

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Residue is what a decision reads of its input once nobody is a suspect: the rules that judge have nothing to say then,
// and others are left, such as the one that asks whether the input has the shape its operation must have. Inputs that look
// the same to a residue lead to the same decision; it remembers those that OPA has decided.
type Residue struct{ places []int }

// NewResidue works out what a query reads through the rules that it and they refer to, and notes it. Of those that are idle,
// since their bodies begin with a suspect, nothing is read. There is no residue, nil, where the input is read as a whole, or
// another one is put in its place.
func NewResidue(compiled *ast.Compiler, query ast.Body, idle map[*ast.Rule]bool, places *Places) *Residue {
	r, seen := &Residue{}, map[*ast.Rule]bool{}
	var rules []*ast.Rule
	follow := func(ref ast.Ref) bool {
		if ref.HasPrefix(ast.DefaultRootRef) {
			rules = append(rules, compiled.GetRulesDynamicWithOpts(ref, ast.RulesOptions{IncludeHiddenModules: true})...)
		}
		return false
	}
	ast.WalkRefs(query, follow)
	for len(rules) > 0 {
		next := rules[0]
		rules = rules[1:]
		if seen[next] || idle[next] {
			continue
		}
		seen[next] = true
		read, known := places.placesOf(next)
		if !known {
			return nil
		}
		r.places = append(r.places, read...)
		ast.WalkRefs(next, follow)
		ast.WalkRefs(next.Head.Ref(), follow)
	}
	slices.Sort(r.places)
	r.places = slices.Compact(r.places)
	return r
}

// remembered is how many decisions a Memory holds.
const remembered = 128

// Memory remembers inputs that look different to a residue, a bounded number. It belongs to one set of site data, and is
// safe for concurrent use.
type Memory struct{ kept *recall[struct{}] }

// Memory returns one that remembers nothing yet.
func (r *Residue) Memory() *Memory { return &Memory{newRecall[struct{}](r.places, remembered)} }

// Holds reports whether an input looks like one that was kept, and returns a hash for Keep.
func (m *Memory) Holds(in Input) (hash uint64, ok bool) {
	_, hash, ok = m.kept.of(in.Images())
	return hash, ok
}

// Keep remembers how an input looks, unless that is too much.
func (m *Memory) Keep(in Input, hash uint64) { m.kept.keep(in.Images(), hash, struct{}{}) }
