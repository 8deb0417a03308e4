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
	"context"
	"sync"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/types"
)

// Builtin declares the function of the input that returns the ids of the suspects, a list.
func Builtin() *ast.Builtin {
	return &ast.Builtin{Name: "airlock.sieve", Decl: types.NewFunction(types.Args(types.A), types.A)}
}

// Group is rules that are suspects together.
type Group struct {
	ID    *ast.Term
	Rules []*ast.Rule // compiled
}

// Sieve knows the first conditions of groups of rules. It is safe for concurrent use.
type Sieve struct {
	places []Place
	facets []*facet
	slots  int
	cells  int
	states sync.Pool // *state
}

type suspect struct {
	id     *ast.Term
	bodies []search
}

// New works out how to go through the rules, and notes what they read of the input. References below data.site are looked
// up in the site data given later.
func New(compiled *ast.Compiler, groups []Group, places *Places) *Sieve {
	p := newPlanner(compiled, places)
	s := &Sieve{}
	facets := map[string]*facet{}
	for _, g := range groups {
		seen, of := reads{}, &suspect{id: g.ID}
		for _, r := range g.Rules {
			of.bodies = append(of.bodies, p.body(r, seen))
		}
		f, ok := facets[seen.String()]
		if !ok {
			f = newFacet(seen)
			facets[seen.String()] = f
			s.facets = append(s.facets, f)
		}
		f.suspects = append(f.suspects, of)
	}
	s.places, s.slots, s.cells = places.All(), p.slots, p.cells
	return s
}

// maxLanes is how many operations have outlooks of their own, at most; the Engine API has fewer.
const maxLanes = 256

// Sifter is a sieve over site data. It is safe for concurrent use.
type Sifter struct {
	sieve  *Sieve
	site   ast.Value
	facets []*recall[[]*ast.Term] // what was caught before, by facet

	mu    sync.RWMutex
	lanes map[string]*lane // by operation: the requests of two have little in common, and come in turns
}

// lane is where the last outlook is.
type lane = atomic.Pointer[outlook]

// With puts the sieve over site data.
func (s *Sieve) With(site ast.Value) *Sifter {
	over := &Sifter{sieve: s, site: site, lanes: map[string]*lane{}}
	for _, f := range s.facets {
		over.facets = append(over.facets, newRecall[[]*ast.Term](f.list, turns))
	}
	return over
}

// laneOf returns the lane of an operation; those of operations beyond the bound are nobody's.
func (s *Sifter) laneOf(operation string) *lane {
	s.mu.RLock()
	known, ok := s.lanes[operation]
	s.mu.RUnlock()
	if ok {
		return known
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.lanes[operation]; ok {
		return known
	}
	fresh := &lane{}
	if len(s.lanes) < maxLanes {
		s.lanes[operation] = fresh
	}
	return fresh
}

// Suspects returns the ids of the suspects, not to be changed. A request mostly is what the one before of its operation was
// but for a few places; only the facets that read one of these are looked at, unless they were seen like this before.
func (s *Sifter) Suspects(operation string, in Input) []*ast.Term {
	pass := s.begin(in)
	defer s.sieve.states.Put(pass)
	last, images := s.laneOf(operation), in.Images()
	before := last.Load()
	if before != nil {
		if pass.changed.differing(len(s.sieve.places), images, &before.images); len(pass.changed) == 0 {
			return before.caught
		}
	}
	now := &outlook{ends: make([]uint32, len(s.sieve.facets))}
	for i, f := range s.sieve.facets {
		if before != nil && !f.places.meets(pass.changed) {
			now.caught = append(now.caught, before.of(i)...)
		} else {
			now.caught = append(now.caught, s.look(i, pass, images)...)
		}
		now.ends[i] = uint32(len(now.caught))
	}
	if images.Size() <= maxOutlook {
		now.images = images.clone()
		last.Store(now)
	}
	return now.caught
}

// look returns the ids of the suspects of a facet.
func (s *Sifter) look(i int, pass *state, images *Images) []*ast.Term {
	caught, hash, known := s.facets[i].of(images)
	if !known {
		caught = s.sieve.facets[i].catch(pass)
		s.facets[i].keep(images, hash, caught)
	}
	return caught
}

// all returns the ids of the suspects under an input that was not taken apart.
func (s *Sifter) all(value ast.Value) (caught []*ast.Term) {
	pass := s.begin(&found{value, s.sieve.places})
	defer s.sieve.states.Put(pass)
	_, object := value.(ast.Object)
	for _, f := range s.sieve.facets {
		for _, of := range f.suspects {
			if !object || of.mayFire(pass) {
				caught = append(caught, of.id)
			}
		}
	}
	return caught
}

// suspicion is what is known of an input before OPA is asked about it.
type suspicion struct {
	input  ast.Value
	caught []*ast.Term
}

type suspicionKey struct{}

// Suspecting tells the function that Builtin declares which the suspects under an input are, so that it need not look again.
func Suspecting(ctx context.Context, input ast.Value, caught []*ast.Term) context.Context {
	return context.WithValue(ctx, suspicionKey{}, &suspicion{input, caught})
}

// Builtins returns the function that Builtin declares, by its name.
func (s *Sifter) Builtins() map[string]*topdown.Builtin {
	declared := Builtin()
	sift := func(asked topdown.BuiltinContext, operands []*ast.Term, iter func(*ast.Term) error) error {
		var caught []*ast.Term
		if known, ok := asked.Context.Value(suspicionKey{}).(*suspicion); ok && identical(known.input, operands[0].Value) {
			caught = known.caught
		} else {
			caught = s.all(operands[0].Value)
		}
		if len(caught) == 0 {
			return iter(ast.InternedEmptyArray)
		}
		return iter(ast.ArrayTerm(caught...))
	}
	return map[string]*topdown.Builtin{declared.Name: {Decl: declared, Func: sift}}
}

// identical tells whether two values are one object in memory. Values never change.
func identical(a, b ast.Value) bool {
	one, ok := a.(ast.Object)
	return ok && one == b
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
	input   Input
	site    ast.Value
	vars    []ast.Value
	cells   []cell
	pass    uint64 // cells of other passes are not known
	changed set    // places that differ from the last outlook
	unsure  bool   // a built-in function failed, or definitions differ; OPA is to say what that means

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
func (s *Sifter) begin(in Input) *state {
	pass, ok := s.sieve.states.Get().(*state)
	if !ok {
		pass = newState(s.sieve.slots, s.sieve.cells)
	}
	pass.pass++
	pass.input, pass.site, pass.unsure, pass.result = in, s.site, false, nil
	return pass
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
