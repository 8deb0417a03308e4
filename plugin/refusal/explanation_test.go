package refusal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/plugin/refusal"
)

// declared reads the rule constants from the package's source: a constant without an explanation must not ship.
func declared(t *testing.T) []string {
	t.Helper()
	var rules []string
	files := token.NewFileSet()
	for _, name := range []string{"refusal.go", "explanation.go"} {
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Rule" {
				value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				rules = append(rules, value)
			}
			return true
		})
	}
	slices.Sort(rules)
	return rules
}

func TestEveryRuleIsExplainedOnce(t *testing.T) {
	var explained []string
	for _, row := range refusal.Explanations() {
		explained = append(explained, string(row.Rule))
		if !strings.HasPrefix(string(row.Rule), "api/") {
			t.Errorf("%s: rules of this package belong to category api", row.Rule)
		}
		if row.Title == "" || len(row.Title) > 60 || row.Description == "" || row.Docker == "" || row.Compose == "" {
			t.Errorf("%s: incomplete or title too long: %+v", row.Rule, row)
		}
		if !slices.Contains([]string{"critical", "high", "medium", "low"}, row.Severity) {
			t.Errorf("%s: severity %q", row.Rule, row.Severity)
		}
		if got := refusal.Explain(row.Rule); got != row {
			t.Errorf("Explain(%s) = %+v, want %+v", row.Rule, got, row)
		}
	}
	if want := declared(t); len(want) == 0 || !slices.Equal(explained, want) {
		t.Errorf("explained %q, declared %q", explained, want)
	}
}

func TestUnexplainedRuleIsCritical(t *testing.T) {
	want := refusal.Explanation{Rule: "api/lost", Title: "api/lost", Severity: "critical"}
	if got := refusal.Explain("api/lost"); got != want {
		t.Errorf("Explain = %+v, want %+v", got, want)
	}
}
