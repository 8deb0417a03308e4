package bundle

import (
	"context"
	"fmt"
	"reflect"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/airlock-gate/airlock/plugin/view"
)

// answerVar is the variable whose value ask returns.
const answerVar = ast.Var("answer")

// ask puts a query other than that of a decision to the policies, and returns what it binds to answer, nil when it is
// undefined. The error is ErrPolicy, or the context's own. It is for what people look at, not for the path of a request.
func (s *Snapshot) ask(ctx context.Context, query string, input *view.Input) (*ast.Term, error) {
	body, err := ast.ParseBody(query)
	if err != nil {
		return nil, fmt.Errorf("parse query: %w", err)
	}
	queries := s.compiler.QueryCompiler()
	if body, err = queries.Compile(body); err != nil {
		return nil, fmt.Errorf("compile query: %w", err)
	}
	cancel := topdown.NewCancel()
	stop := context.AfterFunc(ctx, cancel.Cancel)
	defer stop()
	var found *ast.Term
	err = topdown.NewQuery(body).
		WithQueryCompiler(queries).
		WithCompiler(s.compiler).
		WithStore(s.store).
		WithTransaction(s.txn).
		WithStrictBuiltinErrors(true).
		WithMetrics(metrics.NoOp()).
		WithCancel(cancel).
		WithInput(s.encoder.term(reflect.ValueOf(input))).
		Iter(ctx, func(result topdown.QueryResult) error {
			found = result[answerVar]
			return nil
		})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrPolicy, err)
	}
	return found, nil
}
