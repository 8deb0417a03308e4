package test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/airlock-gate/airlock/plugin/secret"
)

// TestSecretsPageListsEveryPattern holds docs/secrets.md to the scanner, so that what a denial names can be looked up.
func TestSecretsPageListsEveryPattern(t *testing.T) {
	text, err := os.ReadFile("../docs/secrets.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\|").FindAllStringSubmatch(string(text), -1) {
		listed = append(listed, row[1])
	}
	var want []string
	for _, pattern := range secret.Patterns() {
		want = append(want, string(pattern))
	}
	if !slices.Equal(listed, want) {
		t.Errorf("docs/secrets.md lists %q, the scanner has %q", listed, want)
	}
}
