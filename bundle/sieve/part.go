package sieve

import (
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"
)

// partDepth is how far below the input its parts stand: input.container.privileges is one.
const partDepth = 2

// operationPath is where an input says which operation it is of; any other input is of none.
var operationPath = ast.Ref{ast.StringTerm("operation")}

// reads is the parts of the input that conditions read, by name.
type reads map[string]ast.Ref

// note adds the part that a reference below the input leads to.
func (r reads) note(ref ast.Ref) {
	part := partOf(ref)
	r[part.String()] = part
}

// partOf returns the part that a reference below the input leads to: input itself where that is not known.
func partOf(ref ast.Ref) ast.Ref {
	end := len(ast.InputRootRef)
	for end < len(ref) && end < len(ast.InputRootRef)+partDepth && ast.IsScalar(ref[end].Value) {
		end++
	}
	return ref[:end]
}

func (r reads) join(other reads) { maps.Copy(r, other) }

// String names the set.
func (r reads) String() string { return strings.Join(slices.Sorted(maps.Keys(r)), " ") }

// facet is suspects whose conditions read the same parts of the input. Whatever else differs between two inputs, with
// the same parts they are caught or not alike.
type facet struct {
	parts    []valuer
	suspects []*suspect
}

// glance is what came of a facet the last time: the ids of those caught, with the parts they were caught by.
type glance struct {
	parts  []ast.Value
	caught []*ast.Term
}

// look returns the ids of the suspects of a facet, from the last glance if the parts are what they were.
func (f *facet) look(s *state, last *atomic.Pointer[glance]) []*ast.Term {
	if before := last.Load(); before != nil && f.unchanged(s, before) {
		return before.caught
	}
	now := &glance{parts: make([]ast.Value, len(f.parts))}
	for i, part := range f.parts {
		now.parts[i] = part(s)
	}
	for _, of := range f.suspects {
		if of.mayFire(s) {
			now.caught = append(now.caught, of.id)
		}
	}
	last.Store(now)
	return now.caught
}

func (f *facet) unchanged(s *state, before *glance) bool {
	for i, part := range f.parts {
		if !identical(part(s), before.parts[i]) {
			return false
		}
	}
	return true
}

// identical tells whether two values are one: the same collection in memory, or scalars that are equal. Values never
// change.
func identical(a, b ast.Value) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case ast.String, ast.Number, ast.Boolean, ast.Null, *ast.Array, ast.Object, ast.Set:
		return a == b
	default:
		return false
	}
}
