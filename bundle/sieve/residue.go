package sieve

import (
	"hash/maphash"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"
)

const (
	maxParts = 32 // of an input, that a residue looks at

	// Sights are remembered in sets by hash, so many in each.
	sets, places = 32, 4
)

// Residue is what a decision reads of its input once nobody is a suspect: the rules that judge have nothing to say then,
// and others are left, such as the one that asks whether the input has the shape its operation must have. Inputs that look
// the same to a residue lead to the same decision; it remembers those that OPA has decided.
type Residue struct{ parts []part }

// NewResidue works out what a query reads through the rules that it and they refer to. Of those that are idle, since their
// bodies begin with a suspect, nothing is read. There is no residue, nil, where the input is read as a whole, or another one is put in its place.
func NewResidue(compiled *ast.Compiler, query ast.Body, idle map[*ast.Rule]bool) *Residue {
	found, seen := readPlaces{}, map[*ast.Rule]bool{}
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
		if !found.add(next) {
			return nil
		}
		ast.WalkRefs(next, follow)
		ast.WalkRefs(next.Head.Ref(), follow)
	}
	if len(found) > maxParts {
		return nil
	}
	r := &Residue{}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		r.parts = append(r.parts, found[name])
	}
	return r
}

// sight is how an input looks to a residue.
type sight struct {
	values [maxParts]ast.Value
	hash   uint64
}

// Memory remembers sights, a bounded number. It belongs to one set of site data, and is safe for concurrent use.
type Memory struct {
	residue *Residue
	seed    maphash.Seed
	kept    [sets][places]atomic.Pointer[sight]
}

// Memory returns one that remembers nothing yet.
func (r *Residue) Memory() *Memory { return &Memory{residue: r, seed: maphash.MakeSeed()} }

// Holds reports whether an input looks like one that was kept. Values count as the same if they are one in memory.
func (m *Memory) Holds(input ast.Value) bool {
	var now sight
	m.look(input, &now)
	set := &m.kept[now.hash%sets]
	for i := range set {
		if before := set[i].Load(); before != nil && before.hash == now.hash && m.alike(&now, before) {
			return true
		}
	}
	return false
}

func (m *Memory) alike(a, b *sight) bool {
	for i := range m.residue.parts {
		if !identical(a.values[i], b.values[i]) {
			return false
		}
	}
	return true
}

// Keep remembers how an input looks: in the place of one that looked alike but for collections, in a free one, or in any.
func (m *Memory) Keep(input ast.Value) {
	now := &sight{}
	m.look(input, now)
	set := &m.kept[now.hash%sets]
	at := int(now.hash / sets % places)
	for i := range set {
		if before := set[i].Load(); before == nil || before.hash == now.hash {
			at = i
			break
		}
	}
	set[at].Store(now)
}

func (m *Memory) look(input ast.Value, s *sight) {
	var h maphash.Hash
	h.SetSeed(m.seed)
	for i, p := range m.residue.parts {
		value := find(input, p.path)
		if p.kind {
			value = kindOf(value)
		}
		s.values[i] = value
		switch v := value.(type) {
		case ast.String:
			h.WriteString(string(v))
		case ast.Number:
			h.WriteString(string(v))
		case ast.Boolean:
			if v {
				h.WriteByte('t')
			}
		}
		h.WriteByte(0)
	}
	s.hash = h.Sum64()
}
