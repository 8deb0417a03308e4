package sieve

import (
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// function is a built-in function that the sieve knows.
type function struct {
	arity int
	apply func(arguments []valuer) valuer
}

// functions are the built-in functions the sieve knows, by name. Comparisons and tests of type are spelled out, since
// a call costs more than they do; the others are OPA's, of those that look at nothing but their operands and keep none.
var functions = func() map[string]function {
	all := map[string]function{
		ast.GreaterThan.Name:   comparing(func(order int) bool { return order > 0 }),
		ast.GreaterThanEq.Name: comparing(func(order int) bool { return order >= 0 }),
		ast.LessThan.Name:      comparing(func(order int) bool { return order < 0 }),
		ast.LessThanEq.Name:    comparing(func(order int) bool { return order <= 0 }),
		ast.NotEqual.Name:      comparing(func(order int) bool { return order != 0 }),
		ast.IsArray.Name:       isA[*ast.Array](),
		ast.IsBoolean.Name:     isA[ast.Boolean](),
		ast.IsNull.Name:        isA[ast.Null](),
		ast.IsNumber.Name:      isA[ast.Number](),
		ast.IsObject.Name:      isA[ast.Object](),
		ast.IsSet.Name:         isA[ast.Set](),
		ast.IsString.Name:      isA[ast.String](),
		ast.Member.Name:        {arity: 2, apply: member},
	}
	for _, b := range []*ast.Builtin{
		ast.AnyPrefixMatch, ast.BitsAnd, ast.Concat, ast.Count, ast.EndsWith, ast.Lower, ast.Max, ast.Minus, ast.ObjectGet,
		ast.Plus, ast.Split, ast.StartsWith, ast.Trim, ast.TrimLeft, ast.TrimPrefix,
	} {
		all[b.Name] = calling(b)
	}
	return all
}()

func comparing(holds func(order int) bool) function {
	return function{arity: 2, apply: func(arguments []valuer) valuer {
		left, right := arguments[0], arguments[1]
		return func(s *state) ast.Value {
			a, b := left(s), right(s)
			if a == nil || b == nil {
				return nil
			}
			return ast.Boolean(holds(a.Compare(b)))
		}
	}}
}

func isA[T ast.Value]() function {
	return function{arity: 1, apply: func(arguments []valuer) valuer {
		of := arguments[0]
		return func(s *state) ast.Value {
			a := of(s)
			if a == nil {
				return nil
			}
			_, ok := a.(T)
			return ast.Boolean(ok)
		}
	}}
}

// member looks for a value in a collection.
func member(arguments []valuer) valuer {
	of, within := arguments[0], arguments[1]
	return func(s *state) ast.Value {
		wanted, collection := of(s), within(s)
		if wanted == nil || collection == nil {
			return nil
		}
		switch all := collection.(type) {
		case ast.Set:
			s.operands[0].Value = wanted
			return ast.Boolean(all.Contains(s.operands[0]))
		case *ast.Array:
			for i := range all.Len() {
				if same(all.Elem(i).Value, wanted) {
					return ast.Boolean(true)
				}
			}
			return ast.Boolean(false)
		case ast.Object:
			return ast.Boolean(all.Until(func(_, t *ast.Term) bool { return same(t.Value, wanted) }))
		default:
			return ast.Boolean(false)
		}
	}
}

// calling calls OPA's implementation. A call that fails makes the sieve unsure.
func calling(b *ast.Builtin) function {
	call, arity := topdown.GetBuiltin(b.Name), b.Decl.Arity()
	return function{arity: arity, apply: func(arguments []valuer) valuer {
		return func(s *state) ast.Value {
			var values [3]ast.Value
			for i, argument := range arguments {
				if values[i] = argument(s); values[i] == nil {
					return nil
				}
			}
			for i := range arguments { // only now: an argument may be a call itself
				s.operands[i].Value = values[i]
			}
			s.result = nil
			if err := call(topdown.BuiltinContext{}, s.operands[:arity], s.take); err != nil {
				s.unsure = true
				return nil
			}
			return s.result
		}
	}}
}
