package policies_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/airlock-gate/airlock/plugin/operation"
	"github.com/airlock-gate/airlock/plugin/view"
	"github.com/airlock-gate/airlock/policies"
)

// module is one Rego file of the bundle.
type module struct {
	text   string
	test   bool
	parsed *ast.Module
}

// modules reads every Rego file that is embedded, by path.
func modules(tb testing.TB) map[string]module {
	tb.Helper()
	found := map[string]module{}
	err := fs.WalkDir(policies.FS, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".rego") {
			return err
		}
		text, err := fs.ReadFile(policies.FS, path)
		if err != nil {
			return err
		}
		parsed, err := ast.ParseModuleWithOpts(path, string(text), ast.ParserOptions{ProcessAnnotation: true})
		if err != nil {
			return err
		}
		found[path] = module{text: string(text), test: strings.HasSuffix(path, "_test.rego"), parsed: parsed}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return found
}

// examples reads the admitted documents the Rego tests share.
func examples(tb testing.TB) map[string]any {
	tb.Helper()
	options := []func(*rego.Rego){rego.Query(`x := {
		"create": data.airlock.lib.example.create, "start": data.airlock.lib.example.start,
		"airgapped": data.airlock.lib.example.airgapped, "proxy": data.airlock.lib.example.proxy,
		"collector": data.airlock.lib.example.collector, "connect": data.airlock.lib.example.connect,
		"disconnect": data.airlock.lib.example.disconnect, "stop": data.airlock.lib.example.stop,
		"rename": data.airlock.lib.example.rename, "attach": data.airlock.lib.example.attach,
		"archive": data.airlock.lib.example.archive, "network": data.airlock.lib.example.network,
		"removal": data.airlock.lib.example.removal, "monitor": data.airlock.lib.example.monitor,
		"keyed": data.airlock.lib.example.keyed, "volume": data.airlock.lib.example.volume,
		"volume_removal": data.airlock.lib.example.volume_removal,
		"service": data.airlock.lib.example.service,
		"service_update": data.airlock.lib.example.service_update, "removal_of_service": data.airlock.lib.example.removal_of_service,
		"pull": data.airlock.lib.example.pull, "ping": data.airlock.lib.example.ping,
		"site": data.airlock.lib.example.site,
	}`)}
	for path, file := range modules(tb) {
		options = append(options, rego.Module(path, file.text))
	}
	results, err := rego.New(options...).Eval(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return results[0].Bindings["x"].(map[string]any)
}

// rules returns the module of every rule by its id, which is its path.
func rules(tb testing.TB) map[string]module {
	tb.Helper()
	found := map[string]module{}
	for file, m := range modules(tb) {
		rest, ok := strings.CutPrefix(file, "airlock/rules/")
		if !ok || m.test {
			continue
		}
		category, rest, _ := strings.Cut(rest, "/")
		name, base, _ := strings.Cut(rest, "/")
		if base != name+".rego" {
			tb.Errorf("%s: a rule stands in <category>/<rule>/<rule>.rego", file)
		}
		found[category+"/"+name] = m
	}
	if len(found) == 0 {
		tb.Fatal("no rules found")
	}
	return found
}

// metadata is what the package annotation of a rule must carry, nothing more.
type metadata struct {
	Severity string              `json:"severity"`
	Controls map[string][]string `json:"controls"`
	Fix      struct {
		Docker  string `json:"docker"`
		Compose string `json:"compose"`
	} `json:"fix"`
}

func TestRuleStatesWhatAnAnswerNeeds(t *testing.T) {
	all := modules(t)
	for id, m := range rules(t) {
		t.Run(id, func(t *testing.T) {
			category, name, _ := strings.Cut(id, "/")
			if got, want := m.parsed.Package.Path.String(), ast.MustParseRef("data.airlock.rules").
				Append(ast.StringTerm(category)).Append(ast.StringTerm(name)).String(); got != want {
				t.Errorf("package %s, want %s", got, want)
			}
			if _, ok := all["airlock/rules/"+id+"/"+name+"_test.rego"]; !ok {
				t.Error("no test beside it")
			}
			a := packageAnnotation(t, m)
			if a.Title == "" || len(a.Title) > 60 || strings.HasSuffix(a.Title, ".") {
				t.Errorf("title %q: want one of at most 60 characters without a full stop", a.Title)
			}
			if strings.TrimSpace(a.Description) == "" {
				t.Error("no description")
			}
			if len(a.RelatedResources) == 0 {
				t.Error("no related resource")
			}
			if len(a.Schemas) != 1 || a.Schemas[0].Path.String() != "input" || a.Schemas[0].Schema.String() != "schema.input" {
				t.Errorf("schemas %v: want input: schema.input", a.Schemas)
			}
			checkCustom(t, a)
		})
	}
}

func packageAnnotation(t *testing.T, m module) *ast.Annotations {
	t.Helper()
	for _, a := range m.parsed.Annotations {
		if a.Scope == "package" {
			return a
		}
	}
	t.Fatal("no package annotation")
	return nil
}

func checkCustom(t *testing.T, a *ast.Annotations) {
	t.Helper()
	text, err := json.Marshal(a.Custom)
	if err != nil {
		t.Fatal(err)
	}
	var custom metadata
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&custom); err != nil {
		t.Fatalf("custom: %v", err)
	}
	if !slices.Contains([]string{"critical", "high", "medium", "low"}, custom.Severity) {
		t.Errorf("severity %q", custom.Severity)
	}
	if custom.Fix.Docker == "" || custom.Fix.Compose == "" {
		t.Errorf("fix %+v: want both", custom.Fix)
	}
	if len(custom.Controls) != 2 || custom.Controls["cis_docker_1_6_0"] == nil || custom.Controls["pss"] == nil {
		t.Errorf("controls %v: want the lists cis_docker_1_6_0 and pss", custom.Controls)
	}
	var described strings.Builder
	for _, resource := range a.RelatedResources {
		described.WriteString(resource.Description + "\n")
	}
	for _, control := range slices.Concat(custom.Controls["cis_docker_1_6_0"], custom.Controls["pss"]) {
		if !strings.Contains(described.String(), " "+control+"\n") {
			t.Errorf("control %s has no related resource", control)
		}
	}
}

// TestUndefinedDenies holds the habits that keep a missing value from hiding a violation.
func TestUndefinedDenies(t *testing.T) {
	for path, m := range modules(t) {
		if m.test {
			continue
		}
		if !slices.ContainsFunc(m.parsed.Imports, func(i *ast.Import) bool {
			return i.Path.String() == `future.keywords["not"]`
		}) {
			t.Errorf("%s: import future.keywords.not is missing", path)
		}
		ast.WalkExprs(m.parsed, func(e *ast.Expr) bool {
			if e.IsCall() && e.Operator().String() == ast.NotEqual.Name {
				t.Errorf("%s: != holds for neither side undefined; state the good value and negate it", e.Location)
			}
			return false
		})
	}
}

// TestRulesOutsideAPIJudgeASubject holds what the router rests on: it leaves them out where there is no subject.
func TestRulesOutsideAPIJudgeASubject(t *testing.T) {
	guards := []string{
		`input.subject == "container"`, `input.subject == "network"`, `input.subject == "volume"`, `input.subject in {"container", "image"}`,
		// There is none where the subject is "none"; where there is one, lib.operation holds it to the operation.
		`input.service.specified == true`, `input.service.existing == true`,
	}
	subjects := table(t, "subjects")
	for id, m := range rules(t) {
		for _, rule := range m.parsed.Rules {
			if rule.Head.Name.String() != "deny" && rule.Head.Ref().String() != "deny" {
				continue
			}
			first := string(rule.Body[0].Location.Text)
			if !strings.HasPrefix(id, "api/") && !slices.Contains(guards, first) && !named(rule.Body[0], subjects) {
				t.Errorf("%s: first expression %q, want one of %q, or operations with a subject", id, first, guards)
			}
		}
	}
}

// named tells whether a guard names operations, each of which has a subject.
func named(guard *ast.Expr, subjects map[string]any) bool {
	if !guard.IsCall() || guard.Operand(0).String() != "input.operation" {
		return false
	}
	all := true
	has := func(name *ast.Term) {
		text, ok := name.Value.(ast.String)
		subject := subjects[string(text)]
		all = all && ok && subject != nil && subject != view.SubjectNone
	}
	switch names := guard.Operand(1).Value.(type) {
	case ast.Set:
		names.Foreach(has)
		return all && guard.Operator().String() == ast.Member.Name
	case ast.String:
		has(guard.Operand(1))
		return all && guard.Operator().String() == ast.Equal.Name
	}
	return false
}

// table reads a table of package lib.operation.
func table(t *testing.T, name string) map[string]any {
	t.Helper()
	results, err := rego.New(rego.Query("data.airlock.lib.operation."+name),
		rego.Module("operation.rego", modules(t)["airlock/lib/operation/operation.rego"].text)).Eval(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return results[0].Expressions[0].Value.(map[string]any)
}

// TestEveryOperationHasOneTreatment holds the tables of package lib.operation to the routes of the gate.
func TestEveryOperationHasOneTreatment(t *testing.T) {
	tables := []string{"subjects", "openable", "refused"}
	treatment := map[string]string{}
	for _, of := range tables {
		for name, value := range table(t, of) {
			if other, taken := treatment[name]; taken {
				t.Errorf("operation %q stands in %s and in %s", name, other, of)
			}
			treatment[name] = of
			if !slices.Contains(operation.Names(), operation.Operation(name)) {
				t.Errorf("operation %q of %s is none the gate knows", name, of)
			}
			if of == "subjects" && !slices.Contains(view.Subjects(), value.(string)) {
				t.Errorf("operation %q: subject %v", name, value)
			}
		}
	}
	for _, name := range operation.Names() {
		if treatment[string(name)] == "" {
			t.Errorf("operation %q stands in none of %v", name, tables)
		}
	}
}

// TestExamplesAreInputs holds the examples to the published contract: every field present, none unknown.
func TestExamplesAreInputs(t *testing.T) {
	for _, name := range []string{
		"create", "start", "airgapped", "proxy", "collector", "connect", "disconnect", "stop", "rename", "attach", "archive",
		"network", "removal", "monitor", "keyed", "volume", "volume_removal", "service",
		"service_update", "removal_of_service", "pull", "ping",
	} {
		given, err := json.Marshal(examples(t)[name])
		if err != nil {
			t.Fatal(err)
		}
		var input view.Input
		decoder := json.NewDecoder(bytes.NewReader(given))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&input); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		back, err := json.Marshal(input)
		if err != nil {
			t.Fatal(err)
		}
		var got, want any
		if err := errors.Join(json.Unmarshal(back, &got), json.Unmarshal(given, &want)); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is not a whole input:\n%s\n%s", name, back, given)
		}
	}
}

// capabilities reads the built-ins the policies may use.
func capabilities(t *testing.T) *ast.Capabilities {
	t.Helper()
	file, err := os.Open("capabilities.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	capabilities, err := ast.LoadCapabilitiesJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	return capabilities
}

// TestCapabilitiesReachNothing holds capabilities.json to this OPA's built-ins, less what reaches out of an evaluation
// (network, clock, chance, environment) and so could neither be replayed nor trusted behind an airgap.
func TestCapabilitiesReachNothing(t *testing.T) {
	var want []string
	for _, builtin := range ast.CapabilitiesForThisVersion().Builtins {
		if !builtin.Nondeterministic {
			want = append(want, builtin.Name)
		}
	}
	var got []string
	for _, builtin := range capabilities(t).Builtins {
		got = append(got, builtin.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("capabilities.json does not list the deterministic built-ins of this OPA:\n got %v\nwant %v", got, want)
	}
	if net := capabilities(t).AllowNet; net == nil || len(net) > 0 {
		t.Errorf("allow_net %v: want an empty list, absent allows every host", net)
	}
	for _, name := range []string{"http.send", "net.lookup_ip_addr", "opa.runtime", "rand.intn", "uuid.rfc4122", "time.now_ns"} {
		if slices.Contains(got, name) {
			t.Errorf("capabilities.json allows %s", name)
		}
	}
}

// TestCheck is what opa check --strict --schema --capabilities does.
func TestCheck(t *testing.T) {
	text, err := fs.ReadFile(policies.FS, "schemas/input.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	schemas := ast.NewSchemaSet()
	schemas.Put(ast.MustParseRef("schema.input"), schema)
	compiler := ast.NewCompiler().WithStrict(true).WithCapabilities(capabilities(t)).WithSchemas(schemas).
		WithUseTypeCheckAnnotations(true)
	parsed := map[string]*ast.Module{}
	for path, m := range modules(t) {
		parsed[path] = m.parsed
	}
	if compiler.Compile(parsed); compiler.Failed() {
		t.Error(compiler.Errors)
	}
}

func TestFormat(t *testing.T) {
	for path, m := range modules(t) {
		formatted, err := format.SourceWithOpts(path, []byte(m.text), format.Opts{RegoVersion: ast.RegoV1})
		if err != nil {
			t.Error(err)
		} else if string(formatted) != m.text {
			t.Errorf("%s: not formatted, run opa fmt -w policies/airlock", path)
		}
	}
}

// TestRego runs the Rego tests and wants every line of every rule and library covered.
func TestRego(t *testing.T) {
	parsed := map[string]*ast.Module{}
	for path, m := range modules(t) {
		parsed[path] = m.parsed
	}
	coverage := cover.New()
	results, err := tester.NewRunner().SetStore(inmem.New()).SetModules(parsed).SetParallel(1).
		RaiseBuiltinErrors(true).SetTimeout(time.Minute).SetCoverageQueryTracer(coverage).RunTests(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for result := range results {
		count++
		if !result.Pass() {
			t.Errorf("%v", result)
		}
	}
	if count == 0 {
		t.Error("no Rego test ran")
	}
	for path, file := range coverage.Report(parsed).Files {
		if len(file.NotCovered) > 0 && !strings.HasSuffix(path, "_test.rego") {
			t.Errorf("%s: lines not covered: %v", path, file.NotCovered)
		}
	}
}

// unjudged lists the fields of a new container with tmpfs mounts that no rule decides by: free to the caller, judged
// through another field (image.domain through the repository, memory_swap through swap), or judged only in a stored
// container or another kind of mount. Every other field must deny when it is lost.
var unjudged = []string{
	"env", "env[].length", "env[].name", "id", "image.architecture", "image.container_image_id", "image.domain",
	"image.evidence.checked", "image.evidence.child", "image.evidence.error", "image.evidence.index", "image.evidence.media_type",
	"image.evidence.other", "image.evidence.rejected", "image.evidence.scans[].counts.LOW", "image.evidence.scans[].counts.MEDIUM",
	"image.evidence.scans[].counts.UNKNOWN", "image.evidence.scans[].eosl", "image.evidence.scans[].findings",
	"image.evidence.scans[].findings[].fixed", "image.evidence.scans[].findings[].id", "image.evidence.scans[].findings[].package",
	"image.evidence.scans[].findings[].severity", "image.evidence.scans[].fixable", "image.evidence.scans[].os",
	"image.evidence.scans[].results", "image.evidence.scans[].scanner", "image.evidence.scans[].subject",
	"image.evidence.signatures[].annotations", "image.evidence.signatures[].format",
	"image.os", "image.path", "image.present", "image.reference", "image.tag", "image.user",
	"image.volumes", "labels", "lifecycle.auto_remove", "logging.given", "mounts[].driver",
	"mounts[].driver_options", "mounts[].field", "mounts[].gid", "mounts[].inodes", "mounts[].mode",
	"mounts[].origin", "mounts[].readonly", "mounts[].source", "mounts[].subpath", "mounts[].target",
	"mounts[].uid", "namespaces.runtime_given", "network.attached[].field", "network.attached[].network.ipam.subnets",
	"network.attached[].reference", "network.dns_options", "network.dns_search", "network.exposed", "privileges.capabilities.effective",
	"privileges.masked_paths", "privileges.readonly_paths", "process.init", "process.open_stdin",
	"process.stop_signal", "process.tty", "process.working_dir", "resources.memory_swap", "user.given",
	"user.source",
}

// TestLostFieldsDeny takes every field of the admitted container away, and puts null in its place.
func TestLostFieldsDeny(t *testing.T) {
	e := prepare(t)
	create := examples(t)["create"].(map[string]any)
	var found []string
	walk(create["container"].(map[string]any), "", func(path string, parent map[string]any, key string) {
		kept := parent[key]
		defer func() { parent[key] = kept }()
		passed := false
		for _, lose := range []func(){func() { delete(parent, key) }, func() { parent[key] = nil }} {
			lose()
			decision := e.evaluate(t, create)
			if decision["allow"] == true {
				passed = passed || kept != nil
			} else if len(decision["violations"].([]any)) == 0 {
				t.Errorf("%s: denied without a reason", path)
			}
		}
		if passed {
			found = append(found, path)
		}
	})
	slices.Sort(found)
	if found = slices.Compact(found); !slices.Equal(found, unjudged) {
		t.Errorf("fields whose loss is admitted:\n got %q\nwant %q", found, unjudged)
	}
}

// walk visits every field of a document; the elements of a list share one path.
func walk(document map[string]any, prefix string, visit func(path string, parent map[string]any, key string)) {
	for _, key := range slices.Sorted(maps.Keys(document)) {
		path := prefix + key
		visit(path, document, key)
		switch value := document[key].(type) {
		case map[string]any:
			walk(value, path+".", visit)
		case []any:
			for _, element := range value {
				if inner, ok := element.(map[string]any); ok {
					walk(inner, path+"[].", visit)
				}
			}
		}
	}
}
