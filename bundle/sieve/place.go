package sieve

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// partDepth is how far below the input its parts stand: input.container.privileges is one.
const partDepth = 2

// Place is a place of the input. Of most the value matters, of some only what kind of value it is, if any.
type Place struct {
	Path ast.Ref // below the input; without a step it is the input itself
	Kind bool
}

// Places are the places that policies read of an input: what else differs between two of them makes no difference.
// They are found while policies are compiled, and do not change then.
type Places struct {
	all   []Place
	index map[string]int
}

// NewPlaces returns none.
func NewPlaces() *Places { return &Places{index: map[string]int{}} }

// All returns the places. An Input goes by their order.
func (p *Places) All() []Place { return p.all }

// of returns which place a reference below the input leads to: the part that it goes through, the input itself where that
// is not known, or the kind of what it names.
func (p *Places) of(ref ast.Ref, kind bool) int {
	name := "kind of " + ref.String()
	if !kind {
		ref = partOf(ref)
		name = ref.String()
	}
	at, ok := p.index[name]
	if !ok {
		at = len(p.all)
		p.all, p.index[name] = append(p.all, Place{Path: ref[len(ast.InputRootRef):], Kind: kind}), at
	}
	return at
}

// partOf returns the part that a reference below the input leads to: input itself where that is not known.
func partOf(ref ast.Ref) ast.Ref {
	end := len(ast.InputRootRef)
	for end < len(ref) && end < len(ast.InputRootRef)+partDepth && ast.IsScalar(ref[end].Value) {
		end++
	}
	return ref[:end]
}

// placesOf notes what a rule reads of the input, and reports whether that is known: it is not where the input is read as a
// whole. Nor is it of a rule that puts another input in the place of the given one: under that one there may be suspects.
func (p *Places) placesOf(r *ast.Rule) (read []int, known bool) {
	known = true
	below, uses := 0, 0
	use := func(v ast.Var) bool {
		if v == ast.InputRootDocument.Value {
			uses++
		}
		return false
	}
	ast.WalkVars(r, use)
	ast.WalkVars(r.Head.Ref()[1:], use)
	ast.WalkWiths(r, func(*ast.With) bool {
		known = false
		return true
	})
	kinds := kindsOf(r)
	ast.WalkRefs(r, func(ref ast.Ref) bool {
		if ref.HasPrefix(ast.InputRootRef) {
			below++
			at := p.of(ref, kinds[ref.String()])
			known = known && len(p.all[at].Path) > 0
			read = append(read, at)
		}
		return false
	})
	return read, known && uses == below // any other use is of the whole
}

// kindsOf returns the references below the input of which a rule asks nothing but what kind of value they lead to. It does
// so in two steps, a name for the value and a question about the name.
func kindsOf(r *ast.Rule) map[string]bool {
	asked := map[ast.Var]int{}
	ast.WalkExprs(r, func(e *ast.Expr) bool {
		if e.IsCall() && len(e.Operands()) == 1 && asksKind(e.Operator()) {
			if v, ok := e.Operand(0).Value.(ast.Var); ok {
				asked[v]++
			}
		}
		return false
	})
	if len(asked) == 0 {
		return nil // as most
	}
	uses, read, named := map[ast.Var]int{}, map[string]int{}, map[ast.Var]ast.Ref{}
	use := func(v ast.Var) bool {
		uses[v]++
		return false
	}
	ast.WalkVars(r, use)
	ast.WalkVars(r.Head.Ref()[1:], use)
	ast.WalkExprs(r, func(e *ast.Expr) bool {
		if e.IsEquality() {
			if v, ref, ok := names(e.Operand(0), e.Operand(1)); ok {
				named[v] = ref
			}
		}
		return false
	})
	ast.WalkRefs(r, func(ref ast.Ref) bool {
		read[ref.String()]++
		return false
	})
	for v, ref := range named {
		if asked[v] > 0 && uses[v] == asked[v]+1 {
			read[ref.String()]--
		}
	}
	kinds := map[string]bool{}
	for v, ref := range named {
		if name := ref.String(); asked[v] > 0 && read[name] == 0 {
			kinds[name] = true
		}
	}
	return kinds
}

// names tells `v = input.path`.
func names(a, b *ast.Term) (ast.Var, ast.Ref, bool) {
	v, ok := a.Value.(ast.Var)
	if !ok {
		a, b = b, a
		v, ok = a.Value.(ast.Var)
	}
	ref, isRef := b.Value.(ast.Ref)
	return v, ref, ok && isRef && ref.HasPrefix(ast.InputRootRef) && len(ref) > len(ast.InputRootRef) &&
		!slices.ContainsFunc(ref[len(ast.InputRootRef):], func(t *ast.Term) bool { return !ast.IsScalar(t.Value) })
}

func asksKind(operator ast.Ref) bool {
	switch operator.String() {
	case ast.IsArray.Name, ast.IsBoolean.Name, ast.IsNull.Name, ast.IsNumber.Name, ast.IsObject.Name, ast.IsSet.Name,
		ast.IsString.Name:
		return true
	}
	return false
}
