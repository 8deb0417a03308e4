package policies_test

import (
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

// evaluation is a prepared decision over the embedded policies and the example site.
type evaluation struct {
	query rego.PreparedEvalQuery
	input map[string]ast.Value
}

func prepare(tb testing.TB) *evaluation {
	tb.Helper()
	examples := examples(tb)
	options := []func(*rego.Rego){
		rego.Query("data.airlock.main.decision"),
		rego.StrictBuiltinErrors(true),
		rego.Store(inmem.NewFromObjectWithOpts(map[string]any{"site": examples["site"]}, inmem.OptReturnASTValuesOnRead(true))),
	}
	for path, file := range modules(tb) {
		if !file.test {
			options = append(options, rego.Module(path, file.text))
		}
	}
	query, err := rego.New(options...).PrepareForEval(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	e := &evaluation{query: query, input: map[string]ast.Value{}}
	for _, name := range []string{"create", "airgapped", "proxy", "network", "pull", "ping"} {
		value, err := ast.InterfaceToValue(examples[name])
		if err != nil {
			tb.Fatal(err)
		}
		e.input[name] = value
	}
	return e
}

func (e *evaluation) decide(tb testing.TB, name string) {
	results, err := e.query.Eval(tb.Context(), rego.EvalParsedInput(e.input[name]), rego.EvalMetrics(metrics.NoOp()))
	if err != nil {
		tb.Fatal(err)
	}
	decision := results[0].Expressions[0].Value.(map[string]any)
	if decision["allow"] != true {
		tb.Fatalf("%s: %v", name, decision)
	}
}

// evaluate decides a document with built-in errors raised, as the gate does.
func (e *evaluation) evaluate(tb testing.TB, document any) map[string]any {
	tb.Helper()
	value, err := ast.InterfaceToValue(document)
	if err != nil {
		tb.Fatal(err)
	}
	results, err := e.query.Eval(tb.Context(), rego.EvalParsedInput(value))
	if err != nil {
		tb.Fatal(err)
	}
	return results[0].Expressions[0].Value.(map[string]any)
}

func BenchmarkDecision(b *testing.B) {
	e := prepare(b)
	for _, name := range []string{"create", "airgapped", "proxy", "network", "pull", "ping"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.decide(b, name)
			}
		})
	}
}
