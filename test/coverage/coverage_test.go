package coverage_test

import (
	"slices"
	"testing"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/test/adversarial"
	"github.com/airlock-gate/airlock/test/coverage"
)

func TestGaps(t *testing.T) {
	request := []adversarial.Case{{Line: "GET /x"}}
	endpoint := func(denied, admitted []adversarial.Case) []*coverage.Endpoint {
		return []*coverage.Endpoint{{Method: "GET", Pattern: "/x", Denied: denied, Admitted: admitted}}
	}
	for _, tc := range []struct {
		name, treatment, why string
		endpoints            []*coverage.Endpoint
		want                 []string
	}{
		{"shown", "granted", "why", endpoint(request, request), nil},
		{"never denied", "granted", "why", endpoint(nil, request), []string{"no denied request GET /x"}},
		{"never admitted", "judged", "why", endpoint(request, nil), []string{"no admitted request GET /x"}},
		{"no reason", "refused", "", endpoint(request, nil), []string{"no reason"}},
		{"no endpoint", "openable", "why", nil, []string{"no endpoint"}},
		{"refused and admitted", "refused", "why", endpoint(request, request), []string{"refused, and yet an admitted request GET /x"}},
	} {
		row := coverage.Row{Operation: bundle.Operation{Treatment: tc.treatment, Why: tc.why}, Endpoints: tc.endpoints}
		if got := row.Gaps(); !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}
