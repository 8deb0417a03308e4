package sieve

import "github.com/open-policy-agent/opa/v1/ast"

// planner works out how the sieve goes through compiled rules. What several of them refer to it plans once.
type planner struct {
	compiled *ast.Compiler
	places   *Places
	site     ast.Ref
	slots    int
	cells    int
	cached   map[string]valuer      // by reference
	guards   map[string]valuer      // first conditions, by their text: true or false
	defined  map[string]*definition // rules of the policies, by reference; nil when the sieve does not know one
}

func newPlanner(compiled *ast.Compiler, places *Places) *planner {
	return &planner{
		compiled: compiled, places: places, site: ast.Ref{ast.DefaultRootDocument, ast.StringTerm("site")},
		cached: map[string]valuer{}, guards: map[string]valuer{},
		defined: map[string]*definition{},
	}
}

// body returns the first conditions of a deny rule, as far as the sieve knows them, and notes what they read.
func (p *planner) body(r *ast.Rule, seen reads) search {
	if r.Default || r.Else != nil {
		return nil // may always report something
	}
	b := p.scope(r, seen)
	var known search
	for i, e := range r.Body {
		if b.words(r.Body[i:]) {
			break
		}
		next, ok := b.expr(e)
		if !ok {
			break
		}
		if i == 0 {
			next = p.guard(e, next)
		}
		known = append(known, next)
	}
	return known
}

// guard has the first condition of a body tested once in a pass: most rules begin alike. One with variables is left as it
// is.
func (p *planner) guard(e *ast.Expr, first step) step {
	if first.test == nil || len(e.Vars(ast.VarVisitorParams{SkipRefCallHead: true, SkipRefHead: true})) > 0 {
		return first
	}
	name := e.String()
	holds, ok := p.guards[name]
	if !ok {
		test := first.test
		holds = p.memo(func(s *state) ast.Value { return ast.Boolean(test(s)) })
		p.guards[name] = holds
	}
	return step{test: func(s *state) bool { return holds(s) == ast.Boolean(true) }}
}

func (p *planner) scope(r *ast.Rule, seen reads) *scope {
	return &scope{planner: p, reads: seen, kinds: kindsOf(r), slotOf: map[ast.Var]int{}, bound: map[ast.Var]bool{}, inputs: map[ast.Var]bool{}}
}

// memo returns a valuer that asks value once in a pass.
func (p *planner) memo(value valuer) valuer {
	at := p.cells
	p.cells++
	return func(s *state) ast.Value {
		c := &s.cells[at]
		if c.pass != s.pass {
			before := s.unsure
			s.unsure = false
			c.value = value(s)
			c.pass, c.unsure = s.pass, s.unsure
			s.unsure = before
		}
		s.unsure = s.unsure || c.unsure
		return c.value
	}
}

// ground returns what stands at a reference without variables below root, of which the first so many terms are root's.
// Every step of the way is remembered: rules ask for the same parts of the input.
func (p *planner) ground(ref ast.Ref, from int, root valuer) valuer {
	if len(ref) == from {
		return root
	}
	name := ref.String()
	if known, ok := p.cached[name]; ok {
		return known
	}
	above, last := p.ground(ref[:len(ref)-1], from, root), ref[len(ref)-1:]
	value := p.memo(func(s *state) ast.Value { return find(above(s), last) })
	p.cached[name] = value
	return value
}

// find returns what stands at a path under a value, nil when there is no such thing.
func find(value ast.Value, path ast.Ref) ast.Value {
	if value == nil {
		return nil
	}
	found, err := value.Find(path)
	if err != nil {
		return nil
	}
	return found
}
