package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/test/coverage"
)

// documents are what an operator and a policy author read.
func documents(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return append(found, "../README.md")
}

var fence = regexp.MustCompile("(?ms)^```(\\w+)( host)?\n(.*?)^```$")

// notRun are commands that no test can run, with the reason.
var notRun = map[string]string{
	"cosign generate-key-pair --output-key-prefix release":                                                                                                   "needs cosign, which takes minutes to build: make pipeline runs it",
	"cosign generate-key-pair --output-key-prefix scanner":                                                                                                   "the same",
	"install -m 0644 release.pub scanner.pub /etc/airlock/":                                                                                                  "writes to the host",
	`REPOSITORY=registry.internal/openclaw/worker TAG=1.4.2 RELEASE_KEY=release.key SCANNER_KEY=scanner.key \`:                                               "needs cosign: make pipeline runs it",
	"SITE=/etc/airlock/site.yaml stack/pipeline/release":                                                                                                     "the same",
	"airlock verify --site /etc/airlock/site.yaml registry.internal/openclaw/worker@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08": "needs a registry: the e2e suite and make pipeline run it",
	"systemctl daemon-reload":                                                                    "needs systemd as the first process",
	"systemctl enable --now airlock.socket":                                                      "needs systemd as the first process",
	"airlock audit --site /etc/airlock/site.yaml --html /tmp/airgap.html":                        "asks the host's own engine; the e2e suite audits guarded ones",
	"airlock breakglass --for 15m --reason 'disk full' --ticket OPS-7 network.prune image.prune": "needs a running gate; the e2e suite runs it",
	"airlock breakglass --status":                                                                "needs a running gate; the e2e suite runs it",
	"airlock breakglass --close":                                                                 "needs a running gate; the e2e suite runs it",
	"airlock breakglass --for 30m --reason 'move the pool' --persist network.prune":              "needs a running gate; the e2e suite runs it",
	"systemctl restart docker":                                                                   "needs systemd as the first process",
	"dockerd --validate":                                                                         "reads the host's own configuration; the e2e suite validates one with the real dockerd",
	`docker info --format '{{.Plugins.Authorization}}'`:                                          "reads the host's own engine; the e2e suite asks a guarded one",
}

// TestCommands runs every command of the documents that is not a console transcript; those the end-to-end suite runs.
func TestCommands(t *testing.T) {
	gateProgram(t)
	ran := 0
	for _, name := range documents(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range fence.FindAllStringSubmatch(string(text), -1) {
			if block[1] != "sh" {
				continue
			}
			if block[2] != "" {
				for line := range strings.Lines(block[3]) {
					if _, known := notRun[strings.TrimSpace(line)]; !known {
						t.Errorf("%s: %q is not run by any test and has no reason for it", name, strings.TrimSpace(line))
					}
				}
				continue
			}
			cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", block[3])
			cmd.Dir = ".."
			path, err := filepath.Abs("../bin")
			if err != nil {
				t.Fatal(err)
			}
			cmd.Env = append(os.Environ(), "PATH="+path+":"+os.Getenv("PATH"), "ROOT="+t.TempDir())
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %s\n%v\n%s", name, block[3], err, out)
			}
			ran++
		}
	}
	if ran < 5 {
		t.Errorf("ran %d command blocks, want at least 5: are they still marked sh?", ran)
	}
}

// gateProgram builds bin/airlock, as the documents' first command does.
func gateProgram(t *testing.T) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "make", "-s", "build")
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make build: %v\n%s", err, out)
	}
	path, err := filepath.Abs("../bin/airlock")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestGeneratedPagesAreFresh(t *testing.T) {
	rules, err := exec.CommandContext(t.Context(), gateProgram(t), "rules", "--markdown").Output()
	if err != nil {
		t.Fatal(err)
	}
	documents, err := coverage.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	table, err := coverage.Build(t.Context(), documents)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"rules.md": string(rules), "api-coverage.md": table.Markdown()} {
		got, err := os.ReadFile("../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("docs/%s is not what is generated; run `make docs`", name)
		}
	}
}

var (
	link   = regexp.MustCompile(`\]\(([a-z./-]+\.md)[^)]*\)`)
	ruleID = regexp.MustCompile(`\b(?:api|hardening|image|airgap|filesystem|secrets|lifecycle|control|swarm)/[a-z][a-z0-9-]+\b`)
)

func TestDocumentsNameWhatExists(t *testing.T) {
	list, err := exec.CommandContext(t.Context(), gateProgram(t), "rules").Output()
	if err != nil {
		t.Fatal(err)
	}
	rules := strings.Fields(string(list))
	for _, name := range documents(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s: link to %s: %v", name, m[1], err)
			}
		}
		if base := filepath.Base(name); base == "rules.md" || base == "api-coverage.md" {
			continue // generated from the rules themselves; their links and paths look like ids
		}
		for _, id := range ruleID.FindAllString(string(text), -1) {
			if !slices.Contains(rules, id) {
				t.Errorf("%s: no rule %s", name, id)
			}
		}
	}
}
