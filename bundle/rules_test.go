package bundle_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/airlock-gate/airlock/bundle"
)

var rootfsRule = bundle.Rule{
	ID:          "hardening/readonly-rootfs",
	Title:       "Root file system is read-only",
	Description: "A writable root file system lets an agent persist.",
	Severity:    "high",
	Controls:    map[string][]string{"cis_docker_1_6_0": {"5.13"}, "pss": {}},
	Fix:         bundle.Fix{Docker: "--read-only", Compose: "read_only: true"},
	Resources: []bundle.Resource{
		{Ref: "https://www.cisecurity.org/benchmark/docker", Description: "CIS Docker Benchmark 1.6.0, control 5.13"},
	},
}

func TestRules(t *testing.T) {
	got := load(t, map[string]string{
		"airlock/rules/api/bare/bare.rego": "package airlock.rules.api.bare\n\ndeny contains 1 if input.x\n",
		"airlock/rules/api/bare/more.rego": "package airlock.rules.api.bare\n\ndeny contains 2 if input.y\n",
	}, bundle.Options{}).Rules()
	want := []bundle.Rule{{ID: "api/bare", Controls: map[string][]string{}, Resources: []bundle.Resource{}, Unwaivable: bundle.UnwaivableAPI}, rootfsRule}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestRulesAsJSON(t *testing.T) {
	got, err := json.Marshal(rootfsRule)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"id":"hardening/readonly-rootfs","title":"Root file system is read-only",` +
		`"description":"A writable root file system lets an agent persist.","severity":"high",` +
		`"controls":{"cis_docker_1_6_0":["5.13"],"pss":[]},` +
		`"fix":{"docker":"--read-only","compose":"read_only: true"},` +
		`"resources":[{"ref":"https://www.cisecurity.org/benchmark/docker",` +
		`"description":"CIS Docker Benchmark 1.6.0, control 5.13"}],"unwaivable":""}`
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMarkdown(t *testing.T) {
	bare := bundle.Rule{ID: "api/bare", Title: "A | B", Severity: "low", Fix: bundle.Fix{Docker: "--label `x`"}}
	const want = "# Rules\n\n" +
		"| rule | severity | what it demands | controls |\n| --- | --- | --- | --- |\n" +
		"| [api/bare](#apibare) | low | A \\| B |  |\n" +
		"| [hardening/readonly-rootfs](#hardeningreadonly-rootfs) | high | Root file system is read-only | cis_docker_1_6_0 5.13 |\n" +
		"\n## api/bare\n\n**A | B.**\n\n- Severity: low\n- Docker: `` --label `x` ``\n" +
		"\n## hardening/readonly-rootfs\n\n**Root file system is read-only.**\n\n" +
		"A writable root file system lets an agent persist.\n\n" +
		"- Severity: high\n- Controls: cis_docker_1_6_0 5.13\n- Docker: `--read-only`\n- Compose: `read_only: true`\n" +
		"- See: [CIS Docker Benchmark 1.6.0, control 5.13](https://www.cisecurity.org/benchmark/docker)\n"
	if got := bundle.Markdown([]bundle.Rule{bare, rootfsRule}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
