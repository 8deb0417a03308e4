package bundle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/airlock-gate/airlock/plugin/view"
)

// ErrUntold says that the policies have no table of operations to show.
var ErrUntold = errors.New("policies tell no table of operations")

// Operation is one operation of the Engine API as the policies treat it.
type Operation struct {
	Name      string   `json:"operation"` // "container.create"
	Treatment string   `json:"treatment"` // "granted", "judged", "openable", "refused"
	Subject   string   `json:"subject"`   // what the rules judge: "container"; "none" when granted, "" when not admitted
	Why       string   `json:"why"`
	Rules     []string `json:"rules"` // ids of the rules that judge it, sorted
}

const operationsQuery = "data.airlock.lib.table.rows = answer"

// Operations returns the treatment of every operation, sorted by name, with the rules that the router asks about it. It
// decides nothing. The error is ErrUntold when the policies have no such table, ErrPolicy, or the context's own.
func (s *Snapshot) Operations(ctx context.Context) ([]Operation, error) {
	found, err := s.ask(ctx, operationsQuery, &view.Input{Version: view.InputVersion, Subject: view.SubjectNone})
	switch {
	case err != nil:
		return nil, fmt.Errorf("ask for operations: %w", err)
	case found == nil:
		return nil, ErrUntold
	}
	var rows []struct {
		Operation, Treatment, Subject, Why string
		Narrowed                           []string
	}
	if err := ast.As(found.Value, &rows); err != nil {
		return nil, fmt.Errorf("%w: operations: %w", ErrPolicy, err)
	}
	scopes := scopesOf(s.compiler)
	operations := make([]Operation, 0, len(rows))
	for _, row := range rows {
		o := Operation{Name: row.Operation, Treatment: row.Treatment, Subject: row.Subject, Why: row.Why, Rules: []string{}}
		for id, bodies := range scopes {
			// As the router in airlock.main: category api judges everything, the others what has a subject.
			api := strings.HasPrefix(id, "api/")
			if !api && (row.Subject == view.SubjectNone || row.Narrowed != nil && !slices.Contains(row.Narrowed, id)) {
				continue
			}
			if slices.ContainsFunc(bodies, func(b scope) bool { return b.covers(row.Operation, row.Subject) }) {
				o.Rules = append(o.Rules, id)
			}
		}
		slices.Sort(o.Rules)
		operations = append(operations, o)
	}
	slices.SortFunc(operations, func(a, b Operation) int { return cmp.Compare(a.Name, b.Name) })
	return operations, nil
}

// scope is what one deny rule is about, read from the conditions of its body; nil stands for all.
type scope struct{ operations, subjects []string }

func (s scope) covers(operation, subject string) bool {
	return (s.operations == nil || slices.Contains(s.operations, operation)) &&
		(s.subjects == nil || slices.Contains(s.subjects, subject))
}

// scopesOf reads the scopes of every rule.
func scopesOf(compiler *ast.Compiler) map[string][]scope {
	scopes := map[string][]scope{}
	for _, module := range compiler.Modules {
		place, ok := ruleSegments(module.Package)
		if !ok {
			continue
		}
		id := strings.Join(place, "/")
		for _, r := range module.Rules {
			if r.Head.Ref()[0].String() == "deny" {
				scopes[id] = append(scopes[id], scope{
					operations: demanded(r.Body, "operation"), subjects: demanded(r.Body, "subject"),
				})
			}
		}
	}
	return scopes
}

// demanded returns the texts one of which a body demands of a field of the input, nil when it demands none by name.
func demanded(body ast.Body, field string) []string {
	var names []ast.Value // the field, and the variables the compiler gives it
	names = append(names, ast.InputRootRef.Append(ast.StringTerm(field)))
	is := func(term *ast.Term) bool {
		return slices.ContainsFunc(names, func(name ast.Value) bool { return name.Compare(term.Value) == 0 })
	}
	for _, e := range body {
		if e.Negated || !e.IsCall() || len(e.Operands()) < 2 {
			continue
		}
		given, wanted := e.Operand(0), e.Operand(1)
		if is(wanted) { // "x" == input.operation
			given, wanted = wanted, given
		}
		if !is(given) {
			continue
		}
		if variable, ok := wanted.Value.(ast.Var); ok && e.IsEquality() {
			names = append(names, variable)
			continue
		}
		switch name := e.Operator().String(); {
		case name == ast.Equality.Name || name == ast.Equal.Name:
			if text, ok := wanted.Value.(ast.String); ok {
				return []string{string(text)}
			}
		case name == ast.Member.Name:
			if texts, ok := members(wanted.Value); ok {
				return texts
			}
		}
	}
	return nil
}

// members returns the texts of a set of nothing but texts.
func members(value ast.Value) (texts []string, ok bool) {
	set, ok := value.(ast.Set)
	if !ok {
		return nil, false
	}
	for _, term := range set.Slice() {
		text, ok := term.Value.(ast.String)
		if !ok {
			return nil, false
		}
		texts = append(texts, string(text))
	}
	return texts, true
}
