package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/airlock-gate/airlock/plugin/view"
)

const published = "../../../policies/schemas/input.json"

// TestSchemaIsFresh fails when types changed and nobody ran go generate.
func TestSchemaIsFresh(t *testing.T) {
	want, err := generate("..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(published)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s does not match the types: run go generate ./plugin/view", published)
	}
}

// TestViewsMatchTheSchema holds recorded bodies, the empty body and other subjects against the published schema.
func TestViewsMatchTheSchema(t *testing.T) {
	schema := compiled(t)
	inputs := map[string]view.Input{
		"none":  {Subject: view.SubjectNone},
		"empty": {Subject: view.SubjectContainer, Container: view.Create(&container.CreateRequest{}, view.Params{}, nil, nil)},
	}
	pulled := view.Pull(map[string][]string{"fromSrc": {"-"}})
	inputs["image"] = view.Input{Subject: view.SubjectImage, Image: &pulled}
	bodies, err := filepath.Glob("../testdata/create/*.json")
	if err != nil || len(bodies) == 0 {
		t.Fatalf("no recorded bodies: %v", err)
	}
	engine := &view.Engine{CgroupVersion: "2"}
	for _, body := range bodies {
		content, err := os.ReadFile(body)
		if err != nil {
			t.Fatal(err)
		}
		var req container.CreateRequest
		if err := json.Unmarshal(content, &req); err != nil {
			t.Fatal(err)
		}
		inputs[filepath.Base(body)] = view.Input{Subject: view.SubjectContainer, Engine: engine,
			Container: view.Create(&req, view.Params{}, &view.ImageFacts{}, engine)}
	}
	for name, input := range inputs {
		input.Version = view.InputVersion
		input.Request.Query, input.Request.Vars = map[string][]string{}, map[string]string{}
		if err := schema.Validate(document(t, input)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaIsClosed: one field more, one less, or a word outside an enumeration does not match.
func TestSchemaIsClosed(t *testing.T) {
	schema := compiled(t)
	base := view.Input{Version: view.InputVersion, Subject: view.SubjectContainer,
		Request:   view.Request{Query: map[string][]string{}, Vars: map[string]string{}},
		Container: view.Create(&container.CreateRequest{}, view.Params{}, nil, nil)}
	for name, change := range map[string]func(input, container map[string]any){
		"field more":       func(_, c map[string]any) { c["surprise"] = true },
		"field less":       func(_, c map[string]any) { delete(c, "rootfs") },
		"null list":        func(_, c map[string]any) { c["mounts"] = nil },
		"wrong type":       func(_, c map[string]any) { c["rootfs"].(map[string]any)["readonly"] = "true" },
		"word outside":     func(_, c map[string]any) { c["namespaces"].(map[string]any)["pid"] = "root" },
		"subject outside":  func(i, _ map[string]any) { i["subject"] = "everything" },
		"string for a UID": func(_, c map[string]any) { c["user"].(map[string]any)["uid"] = "0" },
	} {
		input := document(t, base).(map[string]any)
		change(input, input["container"].(map[string]any))
		if schema.Validate(input) == nil {
			t.Errorf("%s: got a match, want none", name)
		}
	}
}

// TestRun: wrong arguments and an unreadable package are reported, and nothing is written.
func TestRun(t *testing.T) {
	target := filepath.Join(t.TempDir(), "schema.json")
	for _, tc := range []struct {
		args []string
		code int
	}{{nil, 2}, {[]string{"..", target, "more"}, 2}, {[]string{t.TempDir(), target}, 1}, {[]string{"..", target}, 0}} {
		var stderr bytes.Buffer
		if code := run(tc.args, &stderr); code != tc.code || (code == 0) != (stderr.Len() == 0) {
			t.Errorf("%v: got %d and %q, want %d", tc.args, code, stderr.String(), tc.code)
		}
		_, err := os.Stat(target)
		if wrote := err == nil; wrote != (tc.code == 0) {
			t.Errorf("%v: got a file %v, want %v", tc.args, wrote, tc.code == 0)
		}
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(published)
	if err != nil {
		t.Fatal(err)
	}
	if required := schema.Required; !slices.Contains(required, "container") {
		t.Fatalf("required: got %v, want container among it", required)
	}
	return schema
}

// document is a value as a policy sees it.
func document(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}
