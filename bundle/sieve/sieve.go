// Package sieve tells which rules may report something about an input, by the first conditions of their bodies: those
// that only compare, look up and call what it knows. Most rules begin with such, a conforming request breaks none of
// them, and to learn that from a general evaluator costs ten times the comparison.
//
// It decides nothing. A rule whose known conditions hold is a suspect, and so is one of which it is not sure; OPA
// evaluates the suspects in full. So the sieve may know fewer conditions than a rule has, never more: it stops at the
// first that it does not know. The meaning of the ones it knows is OPA's own: the same comparison of the same values,
// the same built-in functions. An undefined value fails a condition, as it does there.
package sieve

import (
	"sync"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/types"
)

// Builtin declares the function of the input that returns the ids of the suspects, a list.
func Builtin() *ast.Builtin {
	return &ast.Builtin{Name: "airlock.sieve", Decl: types.NewFunction(types.Args(types.A), types.A), CanSkipBctx: true}
}

// Group is rules that are suspects together.
type Group struct {
	ID    *ast.Term
	Rules []*ast.Rule // compiled
}

// Sieve knows the first conditions of groups of rules. It is safe for concurrent use.
type Sieve struct {
	facets []*facet
	slots  int
	cells  int
	states sync.Pool // *state
}

type suspect struct {
	id     *ast.Term
	bodies []search
}

// New works out how to go through the rules. References below data.site are looked up in the site data given later.
func New(compiled *ast.Compiler, groups []Group) *Sieve {
	p := newPlanner(compiled)
	s := &Sieve{}
	facets := map[string]*facet{}
	for _, g := range groups {
		seen, of := reads{}, &suspect{id: g.ID}
		for _, r := range g.Rules {
			of.bodies = append(of.bodies, p.body(r, seen))
		}
		f, ok := facets[seen.String()]
		if !ok {
			f = &facet{}
			for _, part := range seen {
				f.parts = append(f.parts, p.ground(part, len(ast.InputRootRef), input))
			}
			facets[seen.String()] = f
			s.facets = append(s.facets, f)
		}
		f.suspects = append(f.suspects, of)
	}
	s.slots, s.cells = p.slots, p.cells
	return s
}

// maxLanes is how many operations have last glances of their own, at most; the Engine API has fewer.
const maxLanes = 256

// Sifter is a sieve over site data. It is safe for concurrent use.
type Sifter struct {
	sieve *Sieve
	site  ast.Value

	mu    sync.RWMutex
	lanes map[string]lane // by operation: the requests of two have little in common, and come in turns
}

// lane is the last glances, by facet.
type lane []atomic.Pointer[glance]

// With puts the sieve over site data.
func (s *Sieve) With(site ast.Value) *Sifter {
	return &Sifter{sieve: s, site: site, lanes: map[string]lane{}}
}

// laneOf returns the last glances at requests of the input's operation; those of operations beyond the bound are nobody's.
func (s *Sifter) laneOf(input ast.Value) lane {
	name, _ := find(input, operationPath).(ast.String)
	s.mu.RLock()
	known, ok := s.lanes[string(name)]
	s.mu.RUnlock()
	if ok {
		return known
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.lanes[string(name)]; ok {
		return known
	}
	fresh := make(lane, len(s.sieve.facets))
	if len(s.lanes) < maxLanes {
		s.lanes[string(name)] = fresh
	}
	return fresh
}

// Builtins returns the function that Builtin declares, by its name.
func (s *Sifter) Builtins() map[string]*topdown.Builtin {
	declared := Builtin()
	sift := func(_ topdown.BuiltinContext, operands []*ast.Term, iter func(*ast.Term) error) error {
		caught := s.Suspects(operands[0].Value)
		if len(caught) == 0 {
			return iter(ast.InternedEmptyArray)
		}
		return iter(ast.ArrayTerm(caught...))
	}
	return map[string]*topdown.Builtin{declared.Name: {Decl: declared, Func: sift}}
}

// Suspects returns the ids of the suspects.
func (s *Sifter) Suspects(input ast.Value) []*ast.Term {
	pass, ok := s.sieve.states.Get().(*state)
	if !ok {
		pass = newState(s.sieve.slots, s.sieve.cells)
	}
	defer s.sieve.states.Put(pass)
	pass.begin(input, s.site)
	var caught []*ast.Term
	last := s.laneOf(input)
	for i, f := range s.sieve.facets {
		caught = append(caught, f.look(pass, &last[i])...)
	}
	return caught
}

func (s *suspect) mayFire(pass *state) bool {
	for _, body := range s.bodies {
		pass.unsure = false
		if body.finds(pass) || pass.unsure {
			return true
		}
	}
	return false
}

// search is conditions that hold together for some values of their variables, or for none.
type search []step

// step tests one condition or, without test, tries the elements of a collection.
type step struct {
	test       func(*state) bool
	over       valuer
	key, value int // slots
}

// valuer returns a value; nil is undefined.
type valuer func(*state) ast.Value

// state is one pass of an input.
type state struct {
	input, site ast.Value
	vars        []ast.Value
	cells       []cell
	pass        uint64 // cells of other passes are not known
	unsure      bool   // a built-in function failed, or definitions differ; OPA is to say what that means

	operands []*ast.Term // of a call
	result   ast.Value
	take     func(*ast.Term) error // puts it there
}

// cell remembers during a pass what several conditions ask for.
type cell struct {
	value  ast.Value
	pass   uint64 // in which it was filled
	unsure bool
}

func newState(slots, cells int) *state {
	s := &state{
		vars: make([]ast.Value, slots), cells: make([]cell, cells), operands: []*ast.Term{{}, {}, {}},
	}
	s.take = func(t *ast.Term) error {
		s.result = t.Value
		return nil
	}
	return s
}

// begin starts a pass. What the last one has left behind is overwritten before it is read, and goes with the state when the
// collector empties the pool: to clear it every time would cost more than the pass.
func (s *state) begin(input, site ast.Value) {
	s.pass++
	s.input, s.site, s.unsure, s.result = input, site, false, nil
}

// finds reports whether there are values for which all conditions hold.
func (all search) finds(s *state) bool { return all.each(s, stop) }

func stop() bool { return true }

// each calls found for all values for which the conditions hold, until it says to stop or something is not sure.
func (all search) each(s *state, found func() bool) (stopped bool) {
	for i := range all {
		next := &all[i]
		if next.test == nil {
			return next.tries(s, all[i+1:], found)
		}
		if !next.test(s) {
			return false
		}
	}
	return found()
}

// tries goes on with the rest for every element.
func (t *step) tries(s *state, rest search, found func() bool) bool {
	switch all := t.over(s).(type) {
	case *ast.Array:
		for k := range all.Len() {
			if t.try(s, ast.InternedTerm(k), all.Elem(k), rest, found) {
				return true
			}
		}
		return false
	case ast.Object:
		return all.Until(func(k, v *ast.Term) bool { return t.try(s, k, v, rest, found) })
	case ast.Set:
		return all.Until(func(v *ast.Term) bool { return t.try(s, v, v, rest, found) })
	default:
		return false
	}
}

func (t *step) try(s *state, key, value *ast.Term, rest search, found func() bool) bool {
	s.vars[t.key], s.vars[t.value] = key.Value, value.Value
	return rest.each(s, found) || s.unsure
}
