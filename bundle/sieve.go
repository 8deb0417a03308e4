package bundle

import (
	"maps"
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/types"
)

// sieve is the part of the screen that needs no OPA: deny rules whose conditions only compare values of the input with
// constants and site data. Most rules are such, a conforming request breaks none of them, and to learn that from a
// general evaluator costs ten times the comparison.
//
// It decides nothing. What it lets through breaks none of its rules; of anything else, and whenever it is not sure, it
// says that a rule may fire, and OPA evaluates the rules themselves. So it may know fewer conditions than a rule has,
// never more: conditions at the end that only word the violation are left out, and a rule with any other condition it
// does not know stays with OPA. The meaning of the ones it knows is OPA's own: the same comparison of the same values,
// the same built-in functions. An undefined value fails a condition, as it does there.
type sieve struct {
	groups []sifted
	slots  int
	states sync.Pool // *sieveState
}

// sifted is the deny rules with one guard.
type sifted struct {
	guard *ast.Expr
	holds search
	rests []search
}

// sieveBuiltin is what the screen calls. No policy can: it is unknown to the compiler until everything is checked.
var sieveBuiltin = &ast.Builtin{Name: "airlock.sieve", Decl: types.NewFunction(types.Args(types.A), types.B), CanSkipBctx: true}

// builtins gives a query the sieve, with site data.
func (s *sieve) builtins(site ast.Value) map[string]*topdown.Builtin {
	sift := func(_ topdown.BuiltinContext, operands []*ast.Term, iter func(*ast.Term) error) error {
		return iter(ast.InternedTerm(s.catches(operands[0].Value, site)))
	}
	return map[string]*topdown.Builtin{sieveBuiltin.Name: {Decl: sieveBuiltin, Func: sift}}
}

// catches reports whether any of the rules may fire.
func (s *sieve) catches(input, site ast.Value) bool {
	state, ok := s.states.Get().(*sieveState)
	if !ok {
		state = newSieveState(s.slots)
	}
	defer func() {
		state.reset()
		s.states.Put(state)
	}()
	state.input, state.site = input, site
	for i := range s.groups {
		g := &s.groups[i]
		if !g.holds.finds(state) {
			if state.unsure {
				return true
			}
			continue
		}
		for j := range g.rests {
			if g.rests[j].finds(state) || state.unsure {
				return true
			}
		}
	}
	return false
}

// add takes the compiled body of a deny rule. It reports whether it knows its conditions.
func (s *sieve) add(compiled *ast.Compiler, body ast.Body) bool {
	p := sievePlan{compiled: compiled, slots: map[ast.Var]int{}, bound: map[ast.Var]bool{}, next: s.slots}
	var known search
	for i, e := range body {
		steps, ok := p.expr(e)
		if !ok {
			if i == 0 || slices.ContainsFunc(body[i:], func(e *ast.Expr) bool { return !words(e) }) {
				return false
			}
			break
		}
		known = append(known, steps)
	}
	if known[0].test == nil {
		return false
	}
	s.slots = p.next
	at := slices.IndexFunc(s.groups, func(g sifted) bool { return g.guard.Compare(body[0]) == 0 })
	if at < 0 || !ground(body[0]) {
		at = len(s.groups)
		s.groups = append(s.groups, sifted{guard: body[0], holds: known[:1:1]})
	}
	s.groups[at].rests = append(s.groups[at].rests, known[1:])
	return true
}

// words reports whether an expression names a value and asks nothing more than that there is one.
func words(e *ast.Expr) bool {
	if negation(e) || len(e.With) > 0 || !e.IsCall() {
		return false
	}
	operands := e.Operands()
	if e.IsEquality() {
		_, ok := operands[0].Value.(ast.Var)
		return ok
	}
	_, ok := operands[len(operands)-1].Value.(ast.Var)
	if builtin, known := ast.BuiltinMap[e.Operator().String()]; known {
		return ok && len(operands) == builtin.Decl.Arity()+1
	}
	return ok
}

// search is conditions that hold together for some values of their variables, or for none.
type search []sieveStep

// sieveStep tests one condition or, without test, tries the elements of a collection.
type sieveStep struct {
	test       func(*sieveState) bool
	over       func(*sieveState) ast.Value
	key, value int // slots
}

// sieveState is one pass of an input.
type sieveState struct {
	input, site ast.Value
	vars        []ast.Value
	unsure      bool // a built-in function failed, or definitions differ; OPA is to say what that means

	operands []*ast.Term // of a call
	result   ast.Value
	take     func(*ast.Term) error // puts it there
}

func newSieveState(slots int) *sieveState {
	s := &sieveState{vars: make([]ast.Value, slots), operands: []*ast.Term{{}, {}}}
	s.take = func(t *ast.Term) error {
		s.result = t.Value
		return nil
	}
	return s
}

// reset lets go of all values.
func (s *sieveState) reset() {
	clear(s.vars)
	s.input, s.site, s.unsure, s.result = nil, nil, false, nil
	s.operands[0].Value, s.operands[1].Value = nil, nil
}

func (s search) finds(state *sieveState) bool {
	for i := range s {
		step := &s[i]
		if step.test != nil {
			if !step.test(state) {
				return false
			}
			continue
		}
		return step.tries(state, s[i+1:])
	}
	return true
}

// tries looks for an element for which the rest holds.
func (t *sieveStep) tries(state *sieveState, rest search) bool {
	switch all := t.over(state).(type) {
	case *ast.Array:
		for k := range all.Len() {
			if t.try(state, rest, ast.InternedTerm(k), all.Elem(k)) {
				return true
			}
		}
		return false
	case ast.Object:
		return all.Until(func(k, v *ast.Term) bool { return t.try(state, rest, k, v) })
	case ast.Set:
		return all.Until(func(v *ast.Term) bool { return t.try(state, rest, v, v) })
	default:
		return false
	}
}

func (t *sieveStep) try(state *sieveState, rest search, key, value *ast.Term) bool {
	state.vars[t.key], state.vars[t.value] = key.Value, value.Value
	return rest.finds(state) || state.unsure
}

// sievePlan works out the steps of one body.
type sievePlan struct {
	compiled *ast.Compiler
	slots    map[ast.Var]int
	bound    map[ast.Var]bool
	next     int
}

func (p *sievePlan) slot(v ast.Var) int {
	at, ok := p.slots[v]
	if !ok {
		at = p.next
		p.slots[v] = at
		p.next++
	}
	p.bound[v] = true
	return at
}

func (p *sievePlan) unbound(t *ast.Term) (ast.Var, bool) {
	v, ok := t.Value.(ast.Var)
	return v, ok && !p.bound[v]
}

// expr returns the step of one condition; not ok when the sieve does not know it.
func (p *sievePlan) expr(e *ast.Expr) (sieveStep, bool) {
	if len(e.With) > 0 {
		return sieveStep{}, false
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
			return sieveStep{}, false
		}
		return sieveStep{test: func(s *sieveState) bool { return holds(value(s)) }}, true
	case []*ast.Term:
		if e.IsEquality() {
			return p.equality(terms[1], terms[2])
		}
		return p.call(e.Operator().String(), terms[1:])
	default:
		return sieveStep{}, false
	}
}

// none is the step of `not { body }`. What the body binds stays within.
func (p *sievePlan) none(body ast.Body) (sieveStep, bool) {
	inner := sievePlan{compiled: p.compiled, slots: p.slots, bound: maps.Clone(p.bound), next: p.next}
	var all search
	for _, e := range body {
		step, ok := inner.expr(e)
		if !ok {
			return sieveStep{}, false
		}
		all = append(all, step)
	}
	p.next = inner.next
	return sieveStep{test: func(s *sieveState) bool { return !all.finds(s) }}, true
}

func (p *sievePlan) equality(a, b *ast.Term) (sieveStep, bool) {
	if _, ok := p.unbound(b); ok {
		a, b = b, a
	}
	if v, ok := p.unbound(a); ok {
		if step, ok := p.elements(v, b); ok {
			return step, true
		}
		value, ok := p.value(b)
		if !ok {
			return sieveStep{}, false
		}
		return p.bind(v, value), true
	}
	left, ok := p.value(a)
	if !ok {
		return sieveStep{}, false
	}
	right, ok := p.value(b)
	if !ok {
		return sieveStep{}, false
	}
	return sieveStep{test: func(s *sieveState) bool { return same(left(s), right(s)) }}, true
}

func (p *sievePlan) bind(v ast.Var, value func(*sieveState) ast.Value) sieveStep {
	at := p.slot(v)
	return sieveStep{test: func(s *sieveState) bool {
		s.vars[at] = value(s)
		return s.vars[at] != nil
	}}
}

// elements is the step of `v = collection[key]` with a key that has no value yet.
func (p *sievePlan) elements(v ast.Var, t *ast.Term) (sieveStep, bool) {
	ref, ok := t.Value.(ast.Ref)
	if !ok || len(ref) < 2 {
		return sieveStep{}, false
	}
	key, ok := p.unbound(ref[len(ref)-1])
	if !ok || key == v {
		return sieveStep{}, false
	}
	over, ok := p.ref(ref[:len(ref)-1])
	if !ok {
		return sieveStep{}, false
	}
	return sieveStep{over: over, key: p.slot(key), value: p.slot(v)}, true
}

// value returns how to come by a term; nil is undefined.
func (p *sievePlan) value(t *ast.Term) (func(*sieveState) ast.Value, bool) {
	switch v := t.Value.(type) {
	case ast.Ref:
		return p.ref(v)
	case ast.Var:
		if !p.bound[v] {
			return nil, false
		}
		at := p.slots[v]
		return func(s *sieveState) ast.Value { return s.vars[at] }, true
	case *ast.Array:
		if ast.IsConstant(v) {
			return always(v), true
		}
		elements := make([]func(*sieveState) ast.Value, v.Len())
		for i := range elements {
			var ok bool
			if elements[i], ok = p.value(v.Elem(i)); !ok {
				return nil, false
			}
		}
		return func(s *sieveState) ast.Value {
			terms := make([]*ast.Term, len(elements))
			for i, element := range elements {
				value := element(s)
				if value == nil {
					return nil
				}
				terms[i] = ast.NewTerm(value)
			}
			return ast.NewArray(terms...)
		}, true
	default:
		return always(v), ast.IsConstant(v)
	}
}

func always(v ast.Value) func(*sieveState) ast.Value {
	return func(*sieveState) ast.Value { return v }
}

func (p *sievePlan) ref(ref ast.Ref) (func(*sieveState) ast.Value, bool) {
	if head, ok := ref[0].Value.(ast.Var); ok && p.bound[head] {
		at := p.slots[head]
		return p.below(ref[1:], func(s *sieveState) ast.Value { return s.vars[at] })
	}
	switch {
	case ref.HasPrefix(ast.InputRootRef):
		return p.below(ref[1:], func(s *sieveState) ast.Value { return s.input })
	case ref.HasPrefix(siteRef):
		return p.below(ref[len(siteRef):], func(s *sieveState) ast.Value { return s.site })
	default:
		return p.virtual(ref)
	}
}

// virtual returns the value that rules of the policies define, of which at most one may give a value; where several
// do, OPA is to say whether they agree.
func (p *sievePlan) virtual(ref ast.Ref) (func(*sieveState) ast.Value, bool) {
	var rules []*ast.Rule
	at := 1
	for ; len(rules) == 0 && at <= len(ref); at++ {
		if !ref[:at].IsGround() {
			return nil, false
		}
		rules = p.compiled.GetRulesExact(ref[:at])
	}
	if len(rules) == 0 {
		return nil, false
	}
	type definition struct {
		body  search
		value func(*sieveState) ast.Value
	}
	var definitions []definition
	fallback := always(nil)
	for _, r := range rules {
		if r.Else != nil || len(r.Head.Args) > 0 || r.Head.Key != nil || r.Head.Value == nil || !r.Head.Ref().IsGround() {
			return nil, false
		}
		if r.Default {
			if !ast.IsConstant(r.Head.Value.Value) {
				return nil, false
			}
			fallback = always(r.Head.Value.Value)
			continue
		}
		inner := sievePlan{compiled: p.compiled, slots: map[ast.Var]int{}, bound: map[ast.Var]bool{}, next: p.next}
		var d definition
		for _, e := range r.Body {
			step, ok := inner.expr(e)
			if !ok || step.test == nil {
				return nil, false
			}
			d.body = append(d.body, step)
		}
		var ok bool
		if d.value, ok = inner.value(r.Head.Value); !ok {
			return nil, false
		}
		p.next = inner.next
		definitions = append(definitions, d)
	}
	if len(definitions) == 1 && len(rules) == 1 && len(definitions[0].body) == 1 && rules[0].Body.Equal(ast.NewBody(holding())) {
		return p.below(ref[at-1:], definitions[0].value)
	}
	return p.below(ref[at-1:], func(s *sieveState) ast.Value {
		var found ast.Value
		for i := range definitions {
			if !definitions[i].body.finds(s) {
				continue
			}
			value := definitions[i].value(s)
			if value == nil {
				continue
			}
			if found != nil && found.Compare(value) != 0 {
				s.unsure = true
			}
			found = value
		}
		if found == nil {
			return fallback(s)
		}
		return found
	})
}

// below returns what stands at a path under a value.
func (p *sievePlan) below(path ast.Ref, root func(*sieveState) ast.Value) (func(*sieveState) ast.Value, bool) {
	if len(path) == 0 {
		return root, true
	}
	if at := slices.IndexFunc(path, func(t *ast.Term) bool { return !ast.IsScalar(t.Value) }); at >= 0 {
		key, ok := p.value(path[at])
		if !ok {
			return nil, false
		}
		above, ok := p.below(path[:at], root)
		if !ok {
			return nil, false
		}
		return p.below(path[at+1:], func(s *sieveState) ast.Value {
			value, key := above(s), key(s)
			if value == nil || key == nil {
				return nil
			}
			return find(value, ast.Ref{ast.NewTerm(key)})
		})
	}
	return func(s *sieveState) ast.Value {
		value := root(s)
		if value == nil {
			return nil
		}
		return find(value, path)
	}, true
}

func find(value ast.Value, path ast.Ref) ast.Value {
	found, err := value.Find(path)
	if err != nil {
		return nil
	}
	return found
}

// call is the step of a built-in function, with or without a place for its result.
func (p *sievePlan) call(name string, operands []*ast.Term) (sieveStep, bool) {
	function, ok := sieveFunctions[name]
	if !ok {
		return sieveStep{}, false
	}
	arity := ast.BuiltinMap[name].Decl.Arity()
	arguments := make([]func(*sieveState) ast.Value, arity)
	for i := range arguments {
		if arguments[i], ok = p.value(operands[i]); !ok {
			return sieveStep{}, false
		}
	}
	result := func(s *sieveState) ast.Value {
		a := arguments[0](s)
		if a == nil {
			return nil
		}
		if arity == 1 {
			return function(s, a, nil)
		}
		b := arguments[1](s)
		if b == nil {
			return nil
		}
		return function(s, a, b)
	}
	if len(operands) == arity {
		return sieveStep{test: func(s *sieveState) bool { return holds(result(s)) }}, true
	}
	if v, ok := p.unbound(operands[arity]); ok {
		return p.bind(v, result), true
	}
	want, ok := p.value(operands[arity])
	if !ok {
		return sieveStep{}, false
	}
	return sieveStep{test: func(s *sieveState) bool { return same(result(s), want(s)) }}, true
}

func holds(v ast.Value) bool { return v != nil && v.Compare(ast.Boolean(false)) != 0 }

func same(a, b ast.Value) bool { return a != nil && b != nil && a.Compare(b) == 0 }

// sieveFunctions are the built-in functions of one or two operands that the sieve knows. Comparisons and tests of type
// are spelled out, since a call costs more than they do; the others are OPA's.
var sieveFunctions = map[string]func(s *sieveState, a, b ast.Value) ast.Value{
	ast.GreaterThan.Name:   func(_ *sieveState, a, b ast.Value) ast.Value { return ast.Boolean(a.Compare(b) > 0) },
	ast.GreaterThanEq.Name: func(_ *sieveState, a, b ast.Value) ast.Value { return ast.Boolean(a.Compare(b) >= 0) },
	ast.LessThan.Name:      func(_ *sieveState, a, b ast.Value) ast.Value { return ast.Boolean(a.Compare(b) < 0) },
	ast.LessThanEq.Name:    func(_ *sieveState, a, b ast.Value) ast.Value { return ast.Boolean(a.Compare(b) <= 0) },
	ast.NotEqual.Name:      func(_ *sieveState, a, b ast.Value) ast.Value { return ast.Boolean(a.Compare(b) != 0) },
	ast.IsArray.Name:       isA[*ast.Array],
	ast.IsBoolean.Name:     isA[ast.Boolean],
	ast.IsNull.Name:        isA[ast.Null],
	ast.IsNumber.Name:      isA[ast.Number],
	ast.IsObject.Name:      isA[ast.Object],
	ast.IsSet.Name:         isA[ast.Set],
	ast.IsString.Name:      isA[ast.String],

	ast.AnyPrefixMatch.Name: builtinFunction(ast.AnyPrefixMatch),
	ast.Concat.Name:         builtinFunction(ast.Concat),
	ast.Count.Name:          builtinFunction(ast.Count),
	ast.EndsWith.Name:       builtinFunction(ast.EndsWith),
	ast.Lower.Name:          builtinFunction(ast.Lower),
	ast.Member.Name:         builtinFunction(ast.Member),
	ast.StartsWith.Name:     builtinFunction(ast.StartsWith),
	ast.Trim.Name:           builtinFunction(ast.Trim),
}

func isA[T ast.Value](_ *sieveState, a, _ ast.Value) ast.Value {
	_, ok := a.(T)
	return ast.Boolean(ok)
}

// builtinFunction calls OPA's implementation, which does not keep its operands. A call that fails makes the sieve unsure.
func builtinFunction(b *ast.Builtin) func(s *sieveState, x, y ast.Value) ast.Value {
	call, arity := topdown.GetBuiltin(b.Name), b.Decl.Arity()
	return func(s *sieveState, x, y ast.Value) ast.Value {
		s.operands[0].Value, s.operands[1].Value, s.result = x, y, nil
		if err := call(topdown.BuiltinContext{}, s.operands[:arity], s.take); err != nil {
			s.unsure = true
			return nil
		}
		return s.result
	}
}
