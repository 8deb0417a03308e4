package sieve

import (
	"bytes"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Input is an input as it is at the places that policies read, of which one may be the input itself. Whoever takes it apart
// need not build what nobody asks for.
type Input interface {
	// Part returns what stands at the i-th place; nil is undefined.
	Part(i int) ast.Value
	// Images returns what tells the places of two inputs apart.
	Images() *Images
}

// Images holds for each place some bytes that two inputs have in common only if they have the same value there, or the same
// kind of value where no more is asked for.
type Images struct {
	text []byte
	ends []uint32
}

// Reset forgets all images.
func (m *Images) Reset() { m.text, m.ends = m.text[:0], m.ends[:0] }

// Size is how many bytes the images are, together.
func (m *Images) Size() int { return len(m.text) }

// Add adds the image of the next place: what the function appends.
func (m *Images) Add(image func([]byte) []byte) {
	m.text = image(m.text)
	m.ends = append(m.ends, uint32(len(m.text)))
}

func (m *Images) of(i int) []byte {
	var from uint32
	if i > 0 {
		from = m.ends[i-1]
	}
	return m.text[from:m.ends[i]]
}

func (m *Images) clone() Images { return Images{bytes.Clone(m.text), slices.Clone(m.ends)} }

// found is an input that nobody has taken apart. It has no images, and so nothing is known of it.
type found struct {
	value  ast.Value
	places []Place
}

func (f *found) Part(i int) ast.Value { return find(f.value, f.places[i].Path) }
func (f *found) Images() *Images      { return nil }
