package sieve

import (
	"bytes"

	"github.com/open-policy-agent/opa/v1/ast"
)

const (
	// maxOutlook is how large the images are that are remembered, together.
	maxOutlook = 16 << 10
	// turns is how many looks at a facet are remembered: different containers come in turns.
	turns = 8
)

// outlook is what came of the facets under an input: the ids of those caught, with the images of the input.
type outlook struct {
	images Images
	caught []*ast.Term
	ends   []uint32 // of the facets, in what is caught
}

func (o *outlook) of(facet int) []*ast.Term {
	var from uint32
	if facet > 0 {
		from = o.ends[facet-1]
	}
	return o.caught[from:o.ends[facet]]
}

// differing makes the set those of the first so many places at which two inputs have different images.
func (s *set) differing(places int, one, other *Images) {
	*s = (*s)[:0]
	for i := range places {
		if !bytes.Equal(one.of(i), other.of(i)) {
			s.add(i)
		}
	}
}
