package sieve

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// part is a place below the input. Of most the value matters, of some only what kind of value it is, if any.
type part struct {
	path ast.Ref
	kind bool
}

// readPlaces is parts by name.
type readPlaces map[string]part

// add notes what a rule reads of the input, and reports whether that is known. Of a rule that puts another input in the place
// of the given one it is not: under that one there may be suspects.
func (p readPlaces) add(r *ast.Rule) bool {
	known, below := true, 0
	uses, asked := map[ast.Var]int{}, map[ast.Var]int{}
	named := map[ast.Var]ast.Ref{} // what is read only to be asked for its kind
	use := func(v ast.Var) bool {
		uses[v]++
		return false
	}
	ast.WalkVars(r, use)
	ast.WalkVars(r.Head.Ref()[1:], use)
	ast.WalkExprs(r, func(e *ast.Expr) bool {
		switch {
		case e.IsEquality():
			if v, ref, ok := names(e.Operand(0), e.Operand(1)); ok {
				named[v] = ref
			}
		case e.IsCall() && len(e.Operands()) == 1 && asksKind(e.Operator()):
			if v, ok := e.Operand(0).Value.(ast.Var); ok {
				asked[v]++
			}
		}
		return false
	})
	ast.WalkWiths(r, func(*ast.With) bool {
		known = false
		return true
	})
	skip := map[string]int{}
	for v, ref := range named {
		if asked[v] > 0 && uses[v] == asked[v]+1 {
			name := ref.String()
			p["kind of "+name] = part{ref[len(ast.InputRootRef):], true}
			skip[name]++
		}
	}
	ast.WalkRefs(r, func(ref ast.Ref) bool {
		if !ref.HasPrefix(ast.InputRootRef) {
			return false
		}
		below++
		name := ref.String()
		if skip[name] > 0 {
			skip[name]--
			return false
		}
		whole := partOf(ref)
		known = known && len(whole) > len(ast.InputRootRef)
		p[whole.String()] = part{whole[len(ast.InputRootRef):], false}
		return false
	})
	return known && uses[ast.InputRootDocument.Value.(ast.Var)] == below // any other use is of the whole
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

// kindOf returns the name of a value's kind, as a value.
func kindOf(v ast.Value) ast.Value {
	switch v.(type) {
	case nil:
		return ast.String("undefined")
	case ast.Null:
		return ast.String("null")
	case ast.Boolean:
		return ast.String("boolean")
	case ast.Number:
		return ast.String("number")
	case ast.String:
		return ast.String("string")
	case *ast.Array:
		return ast.String("array")
	case ast.Object:
		return ast.String("object")
	case ast.Set:
		return ast.String("set")
	default:
		return ast.String("other")
	}
}
