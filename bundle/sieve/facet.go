package sieve

import (
	"fmt"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// reads is the places of the input that conditions read.
type reads map[int]bool

func (r reads) join(other reads) { maps.Copy(r, other) }

// String names the set.
func (r reads) String() string { return fmt.Sprint(slices.Sorted(maps.Keys(r))) }

// facet is suspects whose conditions read the same places of the input. Whatever else differs between two inputs, they are
// caught or not alike.
type facet struct {
	places   set
	list     []int
	suspects []*suspect
}

func newFacet(read reads) *facet {
	f := &facet{list: slices.Sorted(maps.Keys(read))}
	for _, place := range f.list {
		f.places.add(place)
	}
	return f
}

// catch returns the ids of the suspects of a facet that are caught.
func (f *facet) catch(s *state) (caught []*ast.Term) {
	for _, of := range f.suspects {
		if of.mayFire(s) {
			caught = append(caught, of.id)
		}
	}
	return caught
}

// set is a set of small numbers.
type set []uint64

func (s *set) add(n int) {
	for len(*s) <= n/64 {
		*s = append(*s, 0)
	}
	(*s)[n/64] |= 1 << (n % 64)
}

func (s set) meets(other set) bool {
	for i := range min(len(s), len(other)) {
		if s[i]&other[i] != 0 {
			return true
		}
	}
	return false
}
