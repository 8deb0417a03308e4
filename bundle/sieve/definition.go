package sieve

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// definition is what rules of the policies with one reference define: a value, a set, or a function.
type definition struct {
	set      bool
	clauses  []clause
	fallback ast.Value
	reads    reads
}

// clause is one of the rules.
type clause struct {
	arguments []argument
	body      search
	value     valuer  // of a set, its member
	otherwise *clause // for when the body does not hold; nil without else
}

// argument is a parameter: a place for what is given, or a value that must be given.
type argument struct {
	slot int
	want ast.Value
}

// define plans the rules with a reference; nil when there are none, or one that the sieve does not know.
func (p *planner) define(ref ast.Ref) *definition {
	name := ref.String()
	if d, ok := p.defined[name]; ok {
		return d
	}
	p.defined[name] = nil
	rules := p.compiled.GetRulesExact(ref)
	if len(rules) == 0 {
		return nil
	}
	d := &definition{reads: reads{}, set: rules[0].Head.RuleKind() == ast.MultiValue}
	for _, r := range rules {
		if !d.add(p, r) {
			return nil
		}
	}
	p.defined[name] = d
	return d
}

// add takes one rule.
func (d *definition) add(p *planner, r *ast.Rule) bool {
	if !r.Head.Ref().IsGround() || d.set != (r.Head.RuleKind() == ast.MultiValue) {
		return false
	}
	if r.Default {
		d.fallback = r.Head.Value.Value
		return ast.IsConstant(d.fallback)
	}
	c, ok := d.clause(p, r)
	if ok {
		d.clauses = append(d.clauses, *c)
	}
	return ok
}

func (d *definition) clause(p *planner, r *ast.Rule) (*clause, bool) {
	s, c := p.scope(r, d.reads), &clause{}
	for _, given := range r.Head.Args {
		switch v := given.Value.(type) {
		case ast.Var:
			if s.bound[v] {
				return nil, false
			}
			c.arguments = append(c.arguments, argument{slot: s.slot(v)})
		default:
			if !ast.IsScalar(v) {
				return nil, false
			}
			c.arguments = append(c.arguments, argument{want: v})
		}
	}
	var ok bool
	if c.body, ok = s.all(r.Body); !ok {
		return nil, false
	}
	value := r.Head.Value
	if d.set {
		value = r.Head.Key
	}
	if c.value, ok = s.value(value); !ok {
		return nil, false
	}
	if r.Else != nil {
		c.otherwise, ok = d.clause(p, r.Else)
	}
	return c, ok
}

// takes puts what is given where the body finds it, and reports whether the clause is for it.
func (c *clause) takes(s *state, given []ast.Value) bool {
	for i, a := range c.arguments {
		if a.want != nil {
			if a.want.Compare(given[i]) != 0 {
				return false
			}
			continue
		}
		s.vars[a.slot] = given[i]
	}
	return true
}

// valueOf returns what the rules define for what is given. Where they define several values, OPA is to say what that means.
func (d *definition) valueOf(s *state, given ...ast.Value) ast.Value {
	var found ast.Value
	for i := range d.clauses {
		for c := &d.clauses[i]; c != nil && c.takes(s, given); c = c.otherwise {
			value, held := c.only(s)
			if !held {
				continue
			}
			s.unsure = s.unsure || value == nil || found != nil && found.Compare(value) != 0
			found = value
			break
		}
	}
	if found == nil {
		return d.fallback
	}
	return found
}

// only returns the value that all solutions of the body lead to, and whether there is any.
func (c *clause) only(s *state) (value ast.Value, held bool) {
	if !slices.ContainsFunc(c.body, func(t step) bool { return t.test == nil }) {
		if held = c.body.finds(s); held {
			value = c.value(s)
		}
		return value, held
	}
	c.body.each(s, func() bool {
		next := c.value(s)
		s.unsure = s.unsure || next == nil || held && !same(value, next)
		value, held = next, true
		return s.unsure
	})
	return value, held
}

// members returns the set that the rules define.
func (d *definition) members(s *state) ast.Value {
	set := ast.NewSet()
	for i := range d.clauses {
		d.clauses[i].body.each(s, func() bool {
			if member := d.clauses[i].value(s); member != nil {
				set.Add(ast.NewTerm(member))
			}
			return false
		})
	}
	return set
}

// list returns the clause's values as they come.
func (c *clause) list(s *state) ast.Value {
	var terms []*ast.Term
	c.body.each(s, func() bool {
		if value := c.value(s); value != nil {
			terms = append(terms, ast.NewTerm(value))
		}
		return false
	})
	return ast.NewArray(terms...)
}
