package sieve

import (
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// scope is the variables of one body.
type scope struct {
	*planner
	reads  reads
	kinds  map[string]bool // references of which only the kind is asked for
	slotOf map[ast.Var]int
	bound  map[ast.Var]bool
	inputs map[ast.Var]bool // bound to the input as a whole, which is read only where such a variable stands by itself
}

func (p *scope) slot(v ast.Var) int {
	at, ok := p.slotOf[v]
	if !ok {
		at = p.slots
		p.slotOf[v] = at
		p.slots++
	}
	p.bound[v] = true
	delete(p.inputs, v)
	return at
}

// words tells whether what is left of a body only words the report: it gives names to values, and asks for no more than
// that there are any.
func (p *scope) words(rest ast.Body) bool {
	named := maps.Clone(p.bound)
	for _, e := range rest {
		if _, negation := e.Terms.(*ast.Not); negation || e.Negated || len(e.With) > 0 || !e.IsCall() {
			return false
		}
		operands := e.Operands()
		at := len(operands) - 1 // the place of a result
		if e.IsEquality() {
			at = 0
		} else if builtin, known := ast.BuiltinMap[e.Operator().String()]; known && at != builtin.Decl.Arity() {
			return false
		}
		v, ok := operands[at].Value.(ast.Var)
		if !ok || named[v] {
			return false
		}
		named[v] = true
	}
	return true
}

// inner is the scope of a body within: what it binds stays there.
func (p *scope) inner() *scope {
	return &scope{planner: p.planner, reads: p.reads, kinds: p.kinds, slotOf: p.slotOf, bound: maps.Clone(p.bound), inputs: maps.Clone(p.inputs)}
}

func (p *scope) unbound(t *ast.Term) (ast.Var, bool) {
	v, ok := t.Value.(ast.Var)
	return v, ok && !p.bound[v]
}

// expr returns the step of one condition; not ok when the sieve does not know it.
func (p *scope) expr(e *ast.Expr) (step, bool) {
	if len(e.With) > 0 {
		return step{}, false
	}
	if e.Negated {
		return p.none(ast.NewBody(e.Complement()))
	}
	switch terms := e.Terms.(type) {
	case *ast.Not:
		return p.none(terms.Body)
	case *ast.Term:
		value, ok := p.value(terms)
		if !ok {
			return step{}, false
		}
		return step{test: func(s *state) bool { return holds(value(s)) }}, true
	case []*ast.Term:
		if e.IsEquality() {
			return p.equality(terms[1], terms[2])
		}
		return p.call(terms[0], terms[1:])
	default:
		return step{}, false
	}
}

// search returns the steps of a whole body.
func (p *scope) all(body ast.Body) (search, bool) {
	all := make(search, 0, len(body))
	for _, e := range body {
		next, ok := p.expr(e)
		if !ok {
			return nil, false
		}
		all = append(all, next)
	}
	return all, true
}

// none is the step of `not { body }`.
func (p *scope) none(body ast.Body) (step, bool) {
	all, ok := p.inner().all(body)
	return step{test: func(s *state) bool { return !all.finds(s) }}, ok
}

func (p *scope) equality(a, b *ast.Term) (step, bool) {
	if _, ok := p.unbound(b); ok {
		a, b = b, a
	}
	if v, ok := p.unbound(a); ok {
		if isInput(b) {
			p.bound[v], p.inputs[v] = true, true
			return step{test: func(*state) bool { return true }}, true
		}
		if tries, ok := p.elements(v, b); ok {
			return tries, true
		}
		value, ok := p.value(b)
		if !ok {
			return step{}, false
		}
		return p.bind(v, value), true
	}
	left, ok := p.value(a)
	if !ok {
		return step{}, false
	}
	right, ok := p.value(b)
	if !ok {
		return step{}, false
	}
	return step{test: func(s *state) bool { return same(left(s), right(s)) }}, true
}

func (p *scope) bind(v ast.Var, value valuer) step {
	at := p.slot(v)
	return step{test: func(s *state) bool {
		s.vars[at] = value(s)
		return s.vars[at] != nil
	}}
}

// elements is the step of `v = collection[key]` with a key that has no value yet.
func (p *scope) elements(v ast.Var, t *ast.Term) (step, bool) {
	ref, ok := t.Value.(ast.Ref)
	if !ok || len(ref) < 2 {
		return step{}, false
	}
	key, ok := p.unbound(ref[len(ref)-1])
	if !ok || key == v {
		return step{}, false
	}
	over, ok := p.ref(ref[:len(ref)-1])
	if !ok {
		return step{}, false
	}
	return step{over: over, key: p.slot(key), value: p.slot(v)}, true
}

// value returns how to come by a term; nil is undefined.
func (p *scope) value(t *ast.Term) (valuer, bool) {
	switch v := t.Value.(type) {
	case ast.Ref:
		return p.ref(v)
	case ast.Var:
		if !p.bound[v] {
			return nil, false
		}
		if p.inputs[v] {
			return p.ref(ast.InputRootRef)
		}
		at := p.slotOf[v]
		return func(s *state) ast.Value { return s.vars[at] }, true
	case *ast.SetComprehension:
		return p.comprehension(v.Term, v.Body, func(all clause) valuer {
			gathered := definition{set: true, clauses: []clause{all}}
			return gathered.members
		})
	case *ast.ArrayComprehension:
		return p.comprehension(v.Term, v.Body, func(all clause) valuer { return all.list })
	}
	if ast.IsConstant(t.Value) {
		return always(t.Value), true
	}
	switch v := t.Value.(type) {
	case *ast.Array:
		return p.collection(slices.Collect(elementsOf(v)), func(terms []*ast.Term) ast.Value { return ast.NewArray(terms...) })
	case ast.Set:
		return p.collection(v.Slice(), func(terms []*ast.Term) ast.Value { return ast.NewSet(terms...) })
	default:
		return nil, false
	}
}

func elementsOf(a *ast.Array) func(yield func(*ast.Term) bool) {
	return func(yield func(*ast.Term) bool) {
		a.Until(func(t *ast.Term) bool { return !yield(t) })
	}
}

// collection is a list or set of values, undefined if one of them is.
func (p *scope) collection(of []*ast.Term, build func([]*ast.Term) ast.Value) (valuer, bool) {
	elements := make([]valuer, len(of))
	for i := range elements {
		var ok bool
		if elements[i], ok = p.value(of[i]); !ok {
			return nil, false
		}
	}
	return func(s *state) ast.Value {
		terms := make([]*ast.Term, len(elements))
		for i, element := range elements {
			value := element(s)
			if value == nil {
				return nil
			}
			terms[i] = ast.NewTerm(value)
		}
		return build(terms)
	}, true
}

// comprehension gathers a term's values over the solutions of a body.
func (p *scope) comprehension(of *ast.Term, body ast.Body, gather func(clause) valuer) (valuer, bool) {
	inner := p.inner()
	var all clause
	var ok bool
	if all.body, ok = inner.all(body); !ok {
		return nil, false
	}
	all.value, ok = inner.value(of)
	return gather(all), ok
}

// part returns what stands at the place that a reference below the input leads to, and how many of its terms that are.
func (p *scope) part(ref ast.Ref, kind bool) (valuer, int) {
	place := p.places.of(ref, kind)
	p.reads[place] = true
	until := len(ast.InputRootRef) + len(p.places.all[place].Path)
	name := ref[:until].String()
	if known, ok := p.cached[name]; ok {
		return known, until
	}
	part := p.memo(func(s *state) ast.Value { return s.input.Part(place) })
	p.cached[name] = part
	return part, until
}

func always(v ast.Value) valuer { return func(*state) ast.Value { return v } }

func (p *scope) ref(ref ast.Ref) (valuer, bool) {
	site := func(s *state) ast.Value { return s.site }
	if head, ok := ref[0].Value.(ast.Var); ok && p.inputs[head] {
		return p.ref(slices.Concat(ast.InputRootRef, ref[1:]))
	}
	if head, ok := ref[0].Value.(ast.Var); ok && p.bound[head] {
		at := p.slotOf[head]
		return p.below(ref, 1, func(s *state) ast.Value { return s.vars[at] }, false)
	}
	switch {
	case ref.HasPrefix(ast.InputRootRef):
		part, from := p.part(ref, p.kinds[ref.String()])
		return p.below(ref, from, part, true)
	case ref.HasPrefix(p.site):
		return p.below(ref, len(p.site), site, true)
	}
	return p.virtual(ref)
}

// virtual returns what rules of the policies define.
func (p *scope) virtual(ref ast.Ref) (valuer, bool) {
	for at := 2; at <= len(ref) && ref[:at].IsGround(); at++ {
		if len(p.compiled.GetRulesExact(ref[:at])) == 0 {
			continue
		}
		value, ok := p.rule(ref[:at])
		if !ok {
			return nil, false
		}
		return p.below(ref, at, value, true)
	}
	return nil, false
}

// rule returns the value or the set that rules with a reference define.
func (p *scope) rule(ref ast.Ref) (valuer, bool) {
	d := p.define(ref)
	if d == nil || !d.set && len(d.clauses) > 0 && len(d.clauses[0].arguments) > 0 {
		return nil, false
	}
	p.reads.join(d.reads)
	name := ref.String()
	if known, ok := p.cached[name]; ok {
		return known, true
	}
	value := p.memo(func(s *state) ast.Value { return d.valueOf(s) })
	if d.set {
		value = p.memo(d.members)
	}
	p.cached[name] = value
	return value, true
}

// below returns what stands at a reference, of which the first so many terms are root's. Where root is the same during a
// pass, so is everything up to the first variable.
func (p *scope) below(ref ast.Ref, from int, root valuer, lasting bool) (valuer, bool) {
	for from < len(ref) {
		until := from
		for until < len(ref) && ast.IsScalar(ref[until].Value) {
			until++
		}
		switch {
		case until == from:
			key, ok := p.value(ref[from])
			if !ok {
				return nil, false
			}
			root, lasting, from = at(root, key), false, from+1
		case lasting:
			root, from = p.ground(ref[:until], from, root), until
		default:
			root, from = under(root, ref[from:until]), until
		}
	}
	return root, true
}

// at returns the element of a collection with a key.
func at(collection, key valuer) valuer {
	return func(s *state) ast.Value {
		value, k := collection(s), key(s)
		if k == nil {
			return nil
		}
		return find(value, ast.Ref{ast.NewTerm(k)})
	}
}

// under returns what stands at a path below a value.
func under(value valuer, path ast.Ref) valuer {
	return func(s *state) ast.Value { return find(value(s), path) }
}

// call is the step of a function, with or without a place for its result.
func (p *scope) call(operator *ast.Term, operands []*ast.Term) (step, bool) {
	apply, arity, ok := p.function(operator)
	if !ok || len(operands) < arity {
		return step{}, false
	}
	result, ok := p.looked(operator, operands)
	if !ok {
		arguments := make([]valuer, arity)
		for i := range arguments {
			if arguments[i], ok = p.value(operands[i]); !ok {
				return step{}, false
			}
		}
		result = apply(arguments)
	}
	if len(operands) == arity {
		return step{test: func(s *state) bool { return holds(result(s)) }}, true
	}
	if v, ok := p.unbound(operands[arity]); ok {
		return p.bind(v, result), true
	}
	want, ok := p.value(operands[arity])
	if !ok {
		return step{}, false
	}
	return step{test: func(s *state) bool { return same(result(s), want(s)) }}, true
}

// isInput tells the input as a whole.
func isInput(t *ast.Term) bool {
	ref, ok := t.Value.(ast.Ref)
	return ok && ref.Equal(ast.InputRootRef)
}

// looked returns the result of object.get(input, ["a", "b"], default), which does not read the whole input.
func (p *scope) looked(operator *ast.Term, operands []*ast.Term) (valuer, bool) {
	if ref, ok := operator.Value.(ast.Ref); !ok || ref.String() != ast.ObjectGet.Name {
		return nil, false
	}
	v, isVar := operands[0].Value.(ast.Var)
	path, isPath := operands[1].Value.(*ast.Array)
	if whole := isVar && p.inputs[v] || isInput(operands[0]); !whole || !isPath || path.Len() == 0 {
		return nil, false
	}
	ref := slices.Clone(ast.InputRootRef)
	for step := range elementsOf(path) {
		if !ast.IsScalar(step.Value) {
			return nil, false
		}
		ref = append(ref, step)
	}
	part, from := p.part(ref, false)
	value := p.ground(ref, from, part)
	otherwise, ok := p.value(operands[2])
	return func(s *state) ast.Value {
		if found := value(s); found != nil {
			return found
		}
		return otherwise(s)
	}, ok
}

// function returns a built-in function, or one of the policies, as a way from its arguments to its result.
func (p *scope) function(operator *ast.Term) (apply func([]valuer) valuer, arity int, ok bool) {
	ref, ok := operator.Value.(ast.Ref)
	if !ok {
		return nil, 0, false
	}
	if builtin, known := functions[ref.String()]; known {
		return builtin.apply, builtin.arity, true
	}
	d := p.define(ref)
	if d == nil || d.set {
		return nil, 0, false
	}
	p.reads.join(d.reads)
	for i := range d.clauses {
		arity = len(d.clauses[i].arguments)
	}
	return d.apply, arity, arity > 0
}

// apply calls a function of the policies; it is undefined for what is undefined.
func (d *definition) apply(arguments []valuer) valuer {
	return func(s *state) ast.Value {
		given := make([]ast.Value, len(arguments))
		for i, argument := range arguments {
			if given[i] = argument(s); given[i] == nil {
				return nil
			}
		}
		return d.valueOf(s, given...)
	}
}

// holds tells whether a value makes a condition hold.
func holds(v ast.Value) bool {
	b, ok := v.(ast.Boolean)
	return v != nil && (!ok || bool(b))
}

// same tells whether two values are equal as OPA compares them.
func same(a, b ast.Value) bool {
	switch a := a.(type) {
	case nil:
		return false
	case ast.String:
		b, ok := b.(ast.String)
		return ok && a == b
	case ast.Boolean:
		b, ok := b.(ast.Boolean)
		return ok && a == b
	default:
		return b != nil && a.Compare(b) == 0
	}
}
