package bundle

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	opabundle "github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/loader/filter"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/airlock-gate/airlock/plugin/view"
)

// DefaultMemoEntries is how many admitted reads a snapshot remembers unless told otherwise.
const DefaultMemoEntries = 1024

// maxPolicyFile bounds one file of the policies.
const maxPolicyFile = 8 << 20

// Options tune Load. The zero value is right for a gate.
type Options struct {
	// MemoEntries is how many admitted requests without a subject a snapshot remembers; 0 means DefaultMemoEntries, a
	// negative number none.
	MemoEntries int
	// NoScreen leaves out the generated rule that spares conforming requests the walk through every rule's package.
	// Decisions are the same with and without it.
	NoScreen bool
}

// Load reads the policies (tests left out), compiles them strictly against their schemas, puts the site data under
// data.site, and proves that the whole denies what it must. On any error there is no snapshot.
func Load(policies fs.FS, site *Site, opts Options) (*Snapshot, error) {
	if site == nil || site.document == nil {
		return nil, errors.New("load policies: no site data; use DefaultSite for none")
	}
	files, err := readFiles(policies)
	if err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	capabilities, err := capabilitiesOf(files)
	if err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	schemas, err := schemasOf(files)
	if err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	content, err := opabundle.NewCustomReader(&loader{files: files}).
		WithSkipBundleVerification(true).
		WithProcessAnnotations(true).
		WithCapabilities(capabilities).
		WithRegoVersion(ast.RegoV1).
		WithSizeLimitBytes(maxPolicyFile).
		Read()
	if err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	if _, ok := content.Data["site"]; ok {
		return nil, errors.New("load policies: the bundle carries data.site; site data comes from the site file alone")
	}
	if len(content.Manifest.WasmResolvers) > 0 || len(content.WasmModules) > 0 {
		return nil, errors.New("load policies: the bundle carries wasm; policies are Rego")
	}

	ctx := context.Background()
	data := content.Data
	if data == nil {
		data = map[string]any{}
	}
	data["site"] = site.value()
	store := inmem.NewFromObjectWithOpts(data, inmem.OptReturnASTValuesOnRead(true))
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return nil, fmt.Errorf("load policies: open store: %w", err)
	}

	modules := make(map[string]*ast.Module, len(content.Modules))
	for _, m := range content.Modules {
		modules[m.Path] = m.Parsed
	}
	compile := func(modules map[string]*ast.Module, stages ...ast.CompilerStageDefinition) (*ast.Compiler, error) {
		compiler := ast.NewCompiler().
			WithStrict(true).
			WithCapabilities(capabilities).
			WithSchemas(schemas).
			WithUseTypeCheckAnnotations(true).
			WithDefaultRegoVersion(ast.RegoV1).
			WithPathConflictsCheck(storage.NonEmpty(ctx, store, txn))
		for _, stage := range stages {
			compiler = compiler.WithStageAfterID(ast.StageCheckDeprecatedBuiltins, stage)
		}
		if compiler.Compile(modules); compiler.Failed() {
			return nil, fmt.Errorf("compile policies: %w", compiler.Errors)
		}
		return compiler, nil
	}
	var compiler *ast.Compiler
	screen := newScreen()
	if !opts.NoScreen {
		asking, err := screen.asked(modules)
		if err != nil {
			return nil, fmt.Errorf("load policies: screen: %w", err)
		}
		if compiler, err = compile(asking, screen.stage(data)); err != nil {
			return nil, err
		}
	}
	if opts.NoScreen || screen.stoodBack {
		if compiler, err = compile(modules); err != nil {
			return nil, err
		}
	}
	rules, err := rulesOf(compiler)
	if err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}

	s := &Snapshot{
		revision: revision(files, site),
		rules:    rules,
		byID:     make(map[string]*Rule, len(rules)),
		compiler: compiler,
		store:    store,
		txn:      txn,
	}
	for i := range rules {
		s.byID[rules[i].ID] = &s.rules[i]
	}
	if s.encoder, err = NewEncoder((*view.Input)(nil)); err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	if err := s.prepare(); err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	if err := s.selfTest(ctx); err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	entries := opts.MemoEntries
	if entries == 0 {
		entries = DefaultMemoEntries
	}
	if entries > 0 && deterministic(compiler) {
		s.memo = newMemo(s.encoder, entries)
	}
	return s, nil
}

// file is one file of the policies, read once: what is hashed is what is compiled.
type file struct {
	path    string
	content []byte
}

// readFiles reads every file that has a say, in path order. A link to a directory is an error: what lies behind it
// would be left out without a word.
func readFiles(policies fs.FS) ([]file, error) {
	if policies == nil {
		return nil, errors.New("no files")
	}
	var files []file
	err := fs.WalkDir(policies, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() || !hasSay(name) && entry.Type()&fs.ModeSymlink == 0 {
			return nil
		}
		info, err := fs.Stat(policies, name)
		if err != nil {
			return err
		}
		switch {
		case info.IsDir():
			return fmt.Errorf("%s: a link to a directory; give the directory itself", name)
		case !hasSay(name):
			return nil
		case !info.Mode().IsRegular():
			return fmt.Errorf("%s: not a regular file", name)
		case info.Size() > maxPolicyFile:
			return fmt.Errorf("%s: %d bytes, more than %d", name, info.Size(), maxPolicyFile)
		}
		content, err := fs.ReadFile(policies, name)
		if err != nil {
			return err
		}
		files = append(files, file{path: name, content: content})
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.path, b.path) })
	return files, nil
}

const (
	capabilitiesFile = "capabilities.json"
	schemasDir       = "schemas/"
)

// hasSay tells the files that take part in a decision from tests, documentation and whatever else lies about.
func hasSay(name string) bool {
	base := path.Base(name)
	switch {
	case strings.HasSuffix(name, "_test.rego"):
		return false
	case strings.HasSuffix(name, ".rego"), name == capabilitiesFile, name == ".manifest":
		return true
	case strings.HasPrefix(name, schemasDir):
		return strings.HasSuffix(name, ".json")
	default:
		return base == "data.json" || base == "data.yaml" || base == "data.yml"
	}
}

// revision names exactly this set of policies with exactly this site data.
func revision(files []file, site *Site) string {
	h := sha256.New()
	entry := func(name string, content []byte) {
		fmt.Fprintf(h, "%d:%s%d:", len(name), name, len(content))
		h.Write(content)
	}
	for _, f := range files {
		entry(f.path, f.content)
	}
	entry("data.site", site.JSON())
	return hex.EncodeToString(h.Sum(nil))
}

// capabilitiesOf returns the built-ins policies may call: those of the bundle's own capabilities file, and without one
// all of this OPA's; in either case nothing that reaches out, reads the process's surroundings or is left to chance.
// The clock stays: it serves expiry dates.
func capabilitiesOf(files []file) (*ast.Capabilities, error) {
	capabilities := ast.CapabilitiesForThisVersion()
	for _, f := range files {
		if f.path != capabilitiesFile {
			continue
		}
		var err error
		if capabilities, err = ast.LoadCapabilitiesJSON(bytes.NewReader(f.content)); err != nil {
			return nil, fmt.Errorf("read %s: %w", f.path, err)
		}
	}
	capabilities.Builtins = slices.DeleteFunc(capabilities.Builtins, func(b *ast.Builtin) bool {
		known, ok := ast.BuiltinMap[b.Name]
		return !ok || known.Name != ast.NowNanos.Name && known.IsNondeterministic()
	})
	capabilities.AllowNet = []string{}
	return capabilities, nil
}

// deterministic reports whether the policies answer the same input alike for ever.
func deterministic(compiler *ast.Compiler) bool {
	answer := true
	for _, m := range compiler.Modules {
		ast.WalkExprs(m, func(expr *ast.Expr) bool {
			if expr.IsCall() {
				if b, ok := ast.BuiltinMap[expr.Operator().String()]; ok && b.IsNondeterministic() {
					answer = false
				}
			}
			return !answer
		})
	}
	return answer
}

// schemasOf names schemas as `opa check --schema policies/schemas` does: schemas/input.json is schema.input.
func schemasOf(files []file) (*ast.SchemaSet, error) {
	set := ast.NewSchemaSet()
	for _, f := range files {
		name, ok := strings.CutPrefix(f.path, schemasDir)
		if !ok {
			continue
		}
		var schema any
		if err := json.Unmarshal(f.content, &schema); err != nil {
			return nil, fmt.Errorf("read %s: %w", f.path, err)
		}
		ref := ast.SchemaRootRef.Copy()
		for segment := range strings.SplitSeq(strings.TrimSuffix(name, ".json"), "/") {
			ref = append(ref, ast.StringTerm(segment))
		}
		set.Put(ref, schema)
	}
	return set, nil
}

// loader hands files that were read already to OPA's bundle reader.
type loader struct{ files []file }

func (l *loader) NextFile() (*opabundle.Descriptor, error) {
	for len(l.files) > 0 {
		f := l.files[0]
		l.files = l.files[1:]
		if f.path == capabilitiesFile || strings.HasPrefix(f.path, schemasDir) {
			continue
		}
		return opabundle.NewDescriptor(f.path, f.path, bytes.NewReader(f.content)), nil
	}
	return nil, io.EOF
}

func (l *loader) WithFilter(filter.LoaderFilter) opabundle.DirectoryLoader      { return l }
func (l *loader) WithPathFormat(opabundle.PathFormat) opabundle.DirectoryLoader { return l }
func (l *loader) WithSizeLimitBytes(int64) opabundle.DirectoryLoader            { return l }
func (l *loader) WithFollowSymlinks(bool) opabundle.DirectoryLoader             { return l }
