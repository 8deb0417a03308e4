package operation_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/airlock-gate/airlock/plugin/operation"
	"github.com/airlock-gate/airlock/plugin/refusal"
)

// documented is one endpoint of one API document.
type documented struct {
	method, path string
	id           string          // operationId, "" in the document that has none
	body         bool            // a body is described
	query        map[string]bool // name to whether it is a list
}

// TestDocuments walks every API document of the API module: each endpoint has an operation, each query parameter is known
// there, and the newest document has the table's newest version.
func TestDocuments(t *testing.T) {
	dir := documentsDir(t)
	for minor := 24; minor <= int(operation.MaxVersion&0xffff); minor++ {
		name := fmt.Sprintf("v1.%d.yaml", minor)
		read := readYAML
		if minor == 24 {
			name, read = "v1.24.md", readMarkdown
		}
		t.Run(name, func(t *testing.T) {
			endpoints := read(t, filepath.Join(dir, name))
			if len(endpoints) < 70 {
				t.Fatalf("got %d endpoints, want a whole document", len(endpoints))
			}
			prefix := ""
			if minor >= int(operation.MinVersion&0xffff) {
				prefix = fmt.Sprintf("/v1.%d", minor)
			}
			for _, e := range endpoints {
				checkDocumented(t, prefix, e)
			}
		})
	}
	newer := filepath.Join(dir, fmt.Sprintf("v1.%d.yaml", operation.MaxVersion&0xffff+1))
	if _, err := os.Stat(newer); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the API module carries %s, which the table does not cover: %v", newer, err)
	}
}

var pathVariable = regexp.MustCompile(`\{[a-z]+\}|\([a-z ]+\)`)

func checkDocumented(t *testing.T, prefix string, e documented) {
	t.Helper()
	target := prefix + pathVariable.ReplaceAllString(e.path, "x1")
	// No engine has this one; it is GET /plugins/{name}/json, which v1.24.md leaves out.
	if e.method == "GET" && e.path == "/plugins/(plugin name)" {
		var refused *refusal.Refusal
		if _, err := operation.Parse(e.method, target); !errors.As(err, &refused) || refused.Rule != refusal.UnknownEndpoint {
			t.Errorf("%s %s: got %v, want %s", e.method, e.path, err, refusal.UnknownEndpoint)
		}
		return
	}
	needed := ""
	if e.path == "/images/create" {
		needed = "fromImage=x"
	}
	r, err := operation.Parse(e.method, target+"?"+needed)
	if err != nil {
		t.Errorf("%s %s: %v", e.method, e.path, err)
		return
	}
	if r.Operation == operation.Unknown {
		t.Errorf("%s %s: no operation", e.method, e.path)
	}
	if e.id != "" {
		if want := named(e.id); r.Operation != want {
			t.Errorf("%s %s: got %s, want %s for %s", e.method, e.path, r.Operation, want, e.id)
		}
		if takes := r.Body != operation.NoBody; takes != (e.body || bodiless[r.Operation]) && r.Operation != "image.pull" {
			t.Errorf("%s %s: got body %s, document says %v", e.method, e.path, r.Body, e.body)
		}
	}
	for name, list := range e.query {
		query := name + "=1"
		if needed != "" && !strings.HasPrefix(name, "from") {
			query = needed + "&" + query
		}
		// The document allows several platforms, the engine one (getImageAttestations).
		if list && !strings.HasSuffix(e.path, "/attestations") {
			query += "&" + name + "=2"
		}
		if _, err := operation.Parse(e.method, target+"?"+query); err != nil {
			t.Errorf("%s %s?%s: %v", e.method, e.path, query, err)
		}
	}
}

// bodiless are the operations that the documents give no body although a stream follows.
var bodiless = map[operation.Operation]bool{
	"container.attach": true, "container.attach.ws": true, "session.open": true,
}

// named turns an operationId into an operation: a noun and a verb, but for those that go by another verb here.
func named(id string) operation.Operation {
	if name, ok := renamed[id]; ok {
		return name
	}
	end := 1
	for end < len(id) && (id[end] < 'A' || id[end] > 'Z') {
		end++
	}
	verb := strings.ToLower(id[end:])
	if verb == "delete" {
		verb = "remove"
	}
	return operation.Operation(strings.ToLower(id[:end]) + "." + verb)
}

var renamed = map[string]operation.Operation{
	"ContainerArchive":         "container.archive.get",
	"ContainerGetArchive":      "container.archive.get",
	"ContainerArchiveHead":     "container.archive.stat",
	"ContainerArchiveInfo":     "container.archive.stat",
	"ContainerPutArchive":      "container.archive.put",
	"PutContainerArchive":      "container.archive.put",
	"ContainerAttachWebsocket": "container.attach.ws",
	"ContainerExec":            "exec.create",
	"ImageCommit":              "container.commit",
	"ImageBuild":               "build.run",
	"ImageCreate":              "image.pull",
	"ImageGet":                 "image.export",
	"ImageGetAll":              "image.export",
	"GetPluginPrivileges":      "plugin.privileges",
	"SystemDataUsage":          "system.df",
	"SystemPingHead":           "system.ping",
	"Session":                  "session.open",
}

func documentsDir(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/moby/moby/api").Output()
	if err != nil {
		t.Fatalf("locate the API module: %v", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "docs")
}

func readYAML(t *testing.T, name string) []documented {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("read API document: %v", err)
	}
	type parameter struct {
		Name string `yaml:"name"`
		In   string `yaml:"in"`
		Type string `yaml:"type"`
		Ref  string `yaml:"$ref"`
	}
	var document struct {
		Paths map[string]map[string]yaml.Node `yaml:"paths"`
	}
	if err := yaml.Unmarshal(data, &document); err != nil {
		t.Fatalf("parse API document: %v", err)
	}
	var endpoints []documented
	for path, item := range document.Paths {
		var shared []parameter
		if node, ok := item["parameters"]; ok {
			if err := node.Decode(&shared); err != nil {
				t.Fatalf("parse the parameters of %s: %v", path, err)
			}
		}
		for method, node := range item {
			if method == "parameters" {
				continue
			}
			var details struct {
				ID         string      `yaml:"operationId"`
				Parameters []parameter `yaml:"parameters"`
			}
			if err := node.Decode(&details); err != nil {
				t.Fatalf("parse %s %s: %v", method, path, err)
			}
			e := documented{method: strings.ToUpper(method), path: path, id: details.ID, query: map[string]bool{}}
			for _, p := range append(details.Parameters, shared...) {
				if p.Ref != "" {
					t.Fatalf("%s %s: got a reference to %s, which this reader does not follow", method, path, p.Ref)
				}
				e.body = e.body || p.In == "body"
				if p.In == "query" {
					e.query[p.Name] = p.Type == "array"
				}
			}
			endpoints = append(endpoints, e)
		}
	}
	return endpoints
}

var (
	markdownEndpoint  = regexp.MustCompile("^`(GET|HEAD|POST|PUT|DELETE|OPTIONS) (?:/v1\\.24)?(/[^?`]*)(?:\\?[^`]*)?`$")
	markdownParameter = regexp.MustCompile(`^-\s+\*\*([A-Za-z0-9_-]+)\*\*`)
)

// readMarkdown reads the last document that is not OpenAPI: an endpoint is a line of its own in backticks, its query
// parameters are the list below "Query parameters".
func readMarkdown(t *testing.T, name string) []documented {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("read API document: %v", err)
	}
	var endpoints []documented
	inQuery := false
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\n")
		if m := markdownEndpoint.FindStringSubmatch(line); m != nil {
			// One endpoint is given as an example request.
			path := strings.Replace(strings.TrimSuffix(m[2], " HTTP/1.1"), "/tiborvass/", "/", 1)
			endpoints = append(endpoints, documented{method: m[1], path: path, query: map[string]bool{}})
			inQuery = false
			continue
		}
		if m := markdownParameter.FindStringSubmatch(line); m != nil {
			if inQuery && len(endpoints) > 0 {
				endpoints[len(endpoints)-1].query[m[1]] = false
			}
			continue
		}
		switch {
		case strings.HasPrefix(strings.ToLower(line), "**query parameters"):
			inQuery = true
		case line != "" && line[0] != ' ' && line[0] != '-' && line[0] != '\t':
			inQuery = false
		}
	}
	return endpoints
}
