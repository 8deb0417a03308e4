// Package test holds the checks of the whole: which package may import which, and, below it, real engines, the
// end-to-end suite and the demonstration. Nothing imports it.
package test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/airlock-gate/airlock"

type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func (p pkg) name() string { return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/") }

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var found []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatal(err)
		}
		found = append(found, p)
	}
}

// Every edge between the project's packages, from the importer to the imported, with its reason. A new edge is a
// decision and is written here; imports run one way, from what is pure to what acts.
var edges = map[string]map[string]string{
	"policies":       {},
	"plugin/refusal": {},
	"plugin/operation": {
		"plugin/refusal": "a request that names no operation is refused",
	},
	"plugin/body": {
		"plugin/operation": "what body an endpoint takes",
		"plugin/refusal":   "a body that is not understood is refused",
	},
	"plugin/secret": {},
	"plugin/view": {
		"plugin/secret": "says where secrets stand, without them",
	},
	"plugin/view/schema": {"plugin/view": "the schema is generated from the types"},
	"plugin/keyring":     {},
	"bundle/sieve":       {},
	"bundle": {
		"bundle/sieve":   "which rules may report something",
		"plugin/keyring": "the keys of the site",
		"policies":       "the embedded policies are the default",
		"plugin/view":    "the document policies judge",
	},
	"plugin/evidence": {
		"plugin/keyring": "who signed",
		"plugin/view":    "what was found becomes facts of the view",
	},
	"plugin/facts": {
		"plugin/operation": "a look-up of the gate's own is one of few operations",
		"plugin/refusal":   "a forged look-up is refused",
		"plugin/view":      "engine answers become facts of the view",
	},
	"plugin/decision": {
		"bundle":           "asks the policies",
		"plugin/body":      "reads the body",
		"plugin/evidence":  "what the registry holds about an image",
		"plugin/facts":     "looks up what the request names",
		"plugin/operation": "names the operation",
		"plugin/refusal":   "turns refusals into violations",
		"plugin/view":      "builds the input",
	},
	"plugin/breakglass": {
		"plugin/body": "what is kept over a restart is read strictly",
		"plugin/view": "what is open, as policies see it",
	},
	"plugin/control": {
		"plugin/body":       "a body is read strictly",
		"plugin/breakglass": "what is opened and closed",
	},
	"plugin/chart": {},
	"plugin/audit": {
		"bundle":          "asks the policies",
		"plugin/chart":    "what it found can be drawn",
		"plugin/evidence": "what the registry holds about an image",
		"plugin/facts":    "reads the engine",
		"plugin/view":     "builds the input",
	},
	"plugin/answer": {
		"bundle":           "violations",
		"plugin/decision":  "outcomes",
		"plugin/operation": "names",
		"plugin/refusal":   "what a refusal means",
	},
	"plugin/record": {
		"bundle":           "violations",
		"plugin/decision":  "outcomes",
		"plugin/operation": "names",
	},
	"plugin": {
		"bundle":           "violations of the protocol's own refusals",
		"plugin/answer":    "what the engine is told",
		"plugin/decision":  "who decides",
		"plugin/operation": "names",
		"plugin/record":    "what is kept",
		"plugin/refusal":   "an envelope that is not understood",
	},
}

// Programs wire the parts and may import all of them.
func program(name string) bool { return strings.HasPrefix(name, "cmd/") }

func TestImportsPointOneWay(t *testing.T) {
	for _, p := range packages(t) {
		name := p.name()
		allowed, known := edges[name]
		inTest := name == "test" || strings.HasPrefix(name, "test/")
		if !known && !inTest && !program(name) {
			t.Errorf("%s is not in the table of edges: say what it may import", name)
		}
		for _, path := range p.Imports {
			target, own := strings.CutPrefix(path, module+"/")
			switch {
			case !own:
			case (target == "test" || strings.HasPrefix(target, "test/")) && !inTest:
				t.Errorf("%s imports %s: nothing imports tests", name, target)
			case strings.HasPrefix(target, "cmd/"):
				t.Errorf("%s imports %s: nothing imports a program", name, target)
			case inTest || program(name):
			case allowed[target] == "":
				t.Errorf("%s imports %s: no such edge in the table", name, target)
			}
		}
	}
}

// What only some packages may touch, directly or through others.
var owners = []struct {
	imports string   // import path, or prefix of one ending in /
	direct  bool     // only direct imports count
	by      []string // who may; programs and tests may anything
	reason  string
}{
	{"github.com/open-policy-agent/opa/", true, []string{"bundle", "bundle/sieve"}, "everything that touches OPA is in one place"},
	{"github.com/open-policy-agent/opa/", false, []string{"bundle", "bundle/sieve", "plugin", "plugin/decision", "plugin/answer", "plugin/record", "plugin/audit"},
		"the pure parts must be usable without OPA"},
	{"github.com/rs/zerolog", false, []string{"plugin", "plugin/record"}, "only the recorder logs"},
	{"github.com/gorilla/mux", true, []string{"plugin", "plugin/operation", "plugin/control"}, "routes are the plugin's own, and the engine's"},
	{"github.com/moby/moby/client", true, []string{"plugin/facts"}, "facts are looked up in one place"},
	{"github.com/moby/moby/client", false, []string{"plugin/facts", "plugin/decision", "plugin/answer", "plugin/record", "plugin/audit", "plugin"},
		"the pure parts must not reach an engine"},
	{"github.com/spf13/", true, nil, "only programs have flags"},
	{"github.com/prometheus/client_golang/", true, []string{"plugin/record"}, "only the recorder counts"},
	{"oras.land/", true, []string{"plugin/evidence"}, "registries are asked in one place"},
	{"github.com/sigstore/", true, []string{"plugin/keyring"}, "signatures are verified in one place"},
	{"os/exec", true, nil, "the gate never runs a program"},
	{"text/template", true, nil, "it calls methods by name, so that the linker has to keep every method of every type"},
	{"html/template", true, nil, "as text/template does"},
	{"unsafe", true, nil, "no unsafe memory"},
}

func TestOwners(t *testing.T) {
	for _, p := range packages(t) {
		name := p.name()
		if program(name) || name == "test" || strings.HasPrefix(name, "test/") || name == "plugin/view/schema" {
			continue
		}
		for _, o := range owners {
			imports := p.Imports
			if !o.direct {
				imports = p.Deps
			}
			for _, path := range imports {
				hit := path == o.imports || strings.HasPrefix(path, strings.TrimSuffix(o.imports, "/")+"/")
				if hit && !slices.Contains(o.by, name) {
					t.Errorf("%s depends on %s: %s", name, path, o.reason)
					break
				}
			}
		}
	}
}

func TestPure(t *testing.T) {
	pure := []string{"policies", "plugin/refusal", "plugin/operation", "plugin/body", "plugin/secret", "plugin/view", "plugin/chart"}
	// net/url and net/netip are values; what opens files or connections is not.
	io := []string{"net/http", "net", "os", "os/exec", "syscall", "log", "log/slog"}
	except := map[string]string{
		"plugin/body net/http": "names of methods, and the canonical form of header names",
	}
	for _, p := range packages(t) {
		if !slices.Contains(pure, p.name()) {
			continue
		}
		for _, path := range p.Imports {
			if slices.Contains(io, path) && except[p.name()+" "+path] == "" {
				t.Errorf("%s imports %s: it promises to be pure", p.name(), path)
			}
		}
	}
}
