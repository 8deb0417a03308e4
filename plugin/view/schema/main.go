// Command schema writes the JSON schema of the input document from the Go types of package view.
//
// It reads the source of package view, so that descriptions are the fields' own comments and enumerations their `enum`
// tags. Run it with `go generate ./plugin/view`; a test fails while the published file differs from the types.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stderr))
}

// run writes the schema of the package in the first directory to the file named second.
func run(args []string, stderr io.Writer) int {
	if len(args) != 2 {
		fmt.Fprintln(stderr, "usage: schema <directory of package view> <schema file>")
		return 2
	}
	schema, err := generate(args[0])
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	if err := os.WriteFile(args[1], schema, 0o644); err != nil {
		fmt.Fprintln(stderr, fmt.Errorf("write schema: %w", err))
		return 1
	}
	return 0
}

// generate returns the schema of type Input of the package in a directory.
func generate(directory string) ([]byte, error) {
	files, err := filepath.Glob(filepath.Join(directory, "*.go"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("find the package in %s: %w", directory, err)
	}
	types := declarations{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", name, err)
		}
		collect(file, types)
	}
	input, err := types.object("Input")
	if err != nil {
		return nil, err
	}
	input["$schema"] = "http://json-schema.org/draft-07/schema#"
	input["title"] = "The document an Airlock policy judges"
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(input); err != nil {
		return nil, fmt.Errorf("encode schema: %w", err)
	}
	return out.Bytes(), nil
}

// declarations are the struct types of a package by name.
type declarations map[string]declaration

type declaration struct {
	comment string
	fields  *ast.FieldList
}

func collect(file *ast.File, types declarations) {
	for _, decl := range file.Decls {
		general, ok := decl.(*ast.GenDecl)
		if !ok || general.Tok != token.TYPE {
			continue
		}
		for _, spec := range general.Specs {
			named := spec.(*ast.TypeSpec)
			if structure, ok := named.Type.(*ast.StructType); ok {
				types[named.Name.Name] = declaration{sentence(general.Doc), structure.Fields}
			}
		}
	}
}

// object returns the schema of a struct: closed, with every field required.
func (d declarations) object(name string) (map[string]any, error) {
	declared, found := d[name]
	if !found {
		return nil, fmt.Errorf("type %s: no such struct", name)
	}
	properties := map[string]any{}
	required := []string{}
	for _, field := range declared.fields.List {
		if len(field.Names) != 1 || field.Tag == nil {
			return nil, fmt.Errorf("type %s: a field without a name or a json tag of its own", name)
		}
		literal, err := strconv.Unquote(field.Tag.Value)
		if err != nil {
			return nil, fmt.Errorf("type %s, field %s: tag: %w", name, field.Names[0].Name, err)
		}
		tag := reflect.StructTag(literal)
		key := tag.Get("json")
		if key == "" || strings.ContainsAny(key, ",-") {
			return nil, fmt.Errorf("type %s, field %s: json tag %q is not a plain name", name, field.Names[0].Name, key)
		}
		property, err := d.value(field.Type)
		if err != nil {
			return nil, fmt.Errorf("type %s, field %s: %w", name, field.Names[0].Name, err)
		}
		if values, closed := tag.Lookup("enum"); closed {
			property["enum"] = strings.Split(values, ",")
		}
		if comment := sentence(field.Comment); comment != "" {
			property["description"] = comment
		}
		properties[key] = property
		required = append(required, key)
	}
	object := map[string]any{
		"type": "object", "properties": properties, "required": required, "additionalProperties": false,
	}
	if declared.comment != "" {
		object["description"] = declared.comment
	}
	return object, nil
}

// value returns the schema of a field's type. A pointer may be null. OPA's type checker takes anyOf with null as "any",
// which is right for a number that a rule compares with null, and a list of types as the first one it knows: so a
// pointer to a struct is a list, and paths below it are still checked.
func (d declarations) value(expression ast.Expr) (map[string]any, error) {
	switch typ := expression.(type) {
	case *ast.Ident:
		switch typ.Name {
		case "string":
			return map[string]any{"type": "string"}, nil
		case "bool":
			return map[string]any{"type": "boolean"}, nil
		case "int", "int64":
			return map[string]any{"type": "integer"}, nil
		}
		return d.object(typ.Name)
	case *ast.StarExpr:
		schema, err := d.value(typ.X)
		if err != nil {
			return nil, err
		}
		if schema["type"] != "object" {
			return map[string]any{"anyOf": []any{schema, map[string]any{"type": "null"}}}, nil
		}
		schema["type"] = []any{"object", "null"}
		return schema, nil
	case *ast.ArrayType:
		items, err := d.value(typ.Elt)
		if err != nil {
			return nil, err
		}
		return map[string]any{"type": "array", "items": items}, nil
	case *ast.MapType:
		values, err := d.value(typ.Value)
		if err != nil {
			return nil, err
		}
		return map[string]any{"type": "object", "additionalProperties": values}, nil
	}
	return nil, fmt.Errorf("no schema for a %T", expression)
}

func sentence(comment *ast.CommentGroup) string {
	return strings.Join(strings.Fields(comment.Text()), " ")
}
