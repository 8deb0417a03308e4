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

// add notes what a rule reads of the input, and reports whether that is known.
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
		end := len(ast.InputRootRef)
		for end < len(ref) && end < len(ast.InputRootRef)+partDepth && ast.IsScalar(ref[end].Value) {
			end++
		}
		known = known && end > len(ast.InputRootRef)
		p[ref[:end].String()] = part{ref[len(ast.InputRootRef):end], false}
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

// kinds stand for the kinds of values.
var kinds = [...]ast.Value{
	ast.String("undefined"), ast.String("null"), ast.String("boolean"), ast.String("number"), ast.String("string"),
	ast.String("array"), ast.String("object"), ast.String("set"), ast.String("other"),
}

func kindOf(v ast.Value) int {
	switch v.(type) {
	case nil:
		return 0
	case ast.Null:
		return 1
	case ast.Boolean:
		return 2
	case ast.Number:
		return 3
	case ast.String:
		return 4
	case *ast.Array:
		return 5
	case ast.Object:
		return 6
	case ast.Set:
		return 7
	default:
		return 8
	}
}
