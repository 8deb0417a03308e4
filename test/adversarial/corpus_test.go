package adversarial_test

import (
	"testing"

	"github.com/airlock-gate/airlock/test/adversarial"
)

func TestCorpusIsLargeEnough(t *testing.T) {
	for _, tc := range []struct {
		name string
		read func() ([]adversarial.Case, error)
		want int
	}{{"denied", adversarial.Denied, 400}, {"admitted", adversarial.Admitted, 150}} {
		cases, err := tc.read()
		if err != nil {
			t.Fatal(err)
		}
		families := map[string]int{}
		for _, c := range cases {
			families[c.Family]++
		}
		t.Log(tc.name, len(cases), families)
		if len(cases) < tc.want {
			t.Errorf("%s: got %d cases, want at least %d", tc.name, len(cases), tc.want)
		}
	}
}
