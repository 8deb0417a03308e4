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
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	opabundle "github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/loader/filter"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/airlock-gate/airlock/bundle/sieve"
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
	// NoScreen leaves out the generated rule that spares requests the walk through the package of every rule they do not
	// break. Decisions are the same with and without it.
	NoScreen bool
	// AllChecks looks for faults in the embedded policies too, as in any others. The tests do.
	AllChecks bool
}

// Load reads the policies (tests left out), compiles them strictly against their schemas, puts the site data under
// data.site, and proves that the whole denies what it must. On any error there is no snapshot.
func Load(policies fs.FS, site *Site, opts Options) (*Snapshot, error) {
	return new(Loader).Load(policies, site, opts)
}

// Loader loads again and again, and compiles only when the policies have changed: site data changes more often, and is
// read rather than compiled. Snapshots share what was compiled; it never changes. The zero value is ready for use, by one
// goroutine at a time.
type Loader struct {
	last   *compiled
	opts   Options
	proven bool // last is the embedded policies
}

// Load is the function Load.
func (l *Loader) Load(files fs.FS, site *Site, opts Options) (*Snapshot, error) {
	policies, err := l.Compile(files, opts)
	if err != nil {
		return nil, err
	}
	return policies.With(site)
}

// Compile does the part of Load that needs no site data, so that it can go on while that is read.
func (l *Loader) Compile(files fs.FS, opts Options) (*Policies, error) {
	proven := isProven(files)
	if proven && l.proven && l.opts == opts {
		return &Policies{l.last, opts}, nil // they do not change
	}
	all, err := readFiles(files)
	if err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	if digest := digestOf(all); l.last == nil || l.last.digest != digest || l.opts != opts {
		c, err := compile(all, opts, proven && !opts.AllChecks)
		if err != nil {
			return nil, fmt.Errorf("load policies: %w", err)
		}
		c.digest = digest
		l.last, l.opts = c, opts
	}
	l.proven = proven
	return &Policies{l.last, opts}, nil
}

// Policies is compiled policies without site data. Only Compile makes usable ones.
type Policies struct {
	compiled *compiled
	opts     Options
}

// With puts site data beside the policies and proves that the whole denies what it must.
func (p *Policies) With(site *Site) (*Snapshot, error) {
	if site == nil || site.document == nil {
		return nil, errors.New("load policies: no site data; use DefaultSite for none")
	}
	s, err := p.compiled.with(site, p.opts)
	if err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	return s, nil
}

// compiled is policies without site data.
type compiled struct {
	digest        [sha256.Size]byte
	data          map[string]any // what the bundle itself carries
	rules         []Rule
	byID          map[string]*Rule
	describe      func() // fills in what the rules say about themselves, before anybody asks them for more than their ids
	encoder       *Encoder
	compiler      *ast.Compiler
	sieve         *sieve.Sieve   // what the screen in the compiler calls; nil without one
	residue       *sieve.Residue // of the query without suspects; nil when it is to be asked every time
	dissector     *dissector     // of what both read
	query         ast.Body
	queries       ast.QueryCompiler
	deterministic bool
}

// compile reads and compiles what the files hold, and looks for faults unless they are proven to have none.
func compile(files []file, opts Options, proven bool) (*compiled, error) {
	capabilities, err := capabilitiesOf(files)
	if err != nil {
		return nil, err
	}
	read := givenModules
	if proven {
		read = provenModules
	}
	modules, data, err := read(files, capabilities)
	if err != nil {
		return nil, err
	}
	if _, ok := data["site"]; ok {
		return nil, errors.New("the bundle carries data.site; site data comes from the site file alone")
	}
	c := &compiled{data: data, byID: map[string]*Rule{}}
	for name, m := range modules {
		if overlaps(m.Package.Path, dataRef("site")) {
			return nil, fmt.Errorf("%s: %s: conflict with site data; data.site comes from the site file alone", name, m.Package)
		}
	}
	c.compiler = ast.NewCompiler().
		WithStrict(true).
		WithCapabilities(capabilities).
		WithDefaultRegoVersion(ast.RegoV1).
		WithPathConflictsCheck(c.carries)
	if proven {
		c.compiler = c.compiler.WithSkipStages(faultStages()...)
	} else {
		schemas, err := schemasOf(files)
		if err != nil {
			return nil, err
		}
		c.compiler = c.compiler.WithSchemas(schemas).WithUseTypeCheckAnnotations(true)
	}
	screen, err := c.compile(modules, opts)
	if err != nil {
		return nil, err
	}
	if c.rules, err = rulesOf(c.compiler.Modules); err != nil {
		return nil, err
	}
	for i := range c.rules {
		c.byID[c.rules[i].ID] = &c.rules[i]
	}
	if proven {
		c.describe = sync.OnceFunc(func() { _ = describe(c.rules, annotated(files)) }) // the tests hold that this succeeds
	} else {
		c.describe = func() {}
		if err := describe(c.rules, c.compiler.GetAnnotationSet()); err != nil {
			return nil, err
		}
	}
	if c.encoder, err = NewEncoder((*view.Input)(nil)); err != nil {
		return nil, err
	}
	c.compiler.Graph = nil // was for the checks
	c.deterministic = deterministic(c.compiler)
	if err := c.prepare(); err != nil {
		return nil, err
	}
	if c.sieve != nil && c.deterministic {
		c.residue = sieve.NewResidue(c.compiler, c.query, screen.idle, screen.places)
	}
	if c.sieve != nil {
		c.dissector = newDissector(c.encoder, screen.places.All())
	}
	return c, nil
}

// givenModules reads policies as OPA reads a bundle.
func givenModules(files []file, capabilities *ast.Capabilities) (map[string]*ast.Module, map[string]any, error) {
	content, err := opabundle.NewCustomReader(&loader{files: files}).
		WithSkipBundleVerification(true).
		WithProcessAnnotations(true).
		WithCapabilities(capabilities).
		WithRegoVersion(ast.RegoV1).
		WithSizeLimitBytes(maxPolicyFile).
		Read()
	if err != nil {
		return nil, nil, err
	}
	if len(content.Manifest.WasmResolvers) > 0 || len(content.WasmModules) > 0 {
		return nil, nil, errors.New("the bundle carries wasm; policies are Rego")
	}
	modules := make(map[string]*ast.Module, len(content.Modules))
	for _, m := range content.Modules {
		modules[m.Path] = m.Parsed
	}
	return modules, content.Data, nil
}

// compile compiles the modules, with the screen unless the options leave it out.
func (c *compiled) compile(modules map[string]*ast.Module, opts Options) (*screen, error) {
	if err := reserved(modules); err != nil {
		return nil, fmt.Errorf("screen: %w", err)
	}
	screen := &screen{}
	if !opts.NoScreen {
		c.compiler = c.compiler.WithStageAfterID(ast.StageCheckDeprecatedBuiltins, screen.stage(c.data))
	}
	if c.compiler.Compile(modules); c.compiler.Failed() {
		return nil, fmt.Errorf("compile policies: %w", c.compiler.Errors)
	}
	c.sieve = screen.sieve
	return screen, nil
}

// carries reports whether the bundle's own data has something at the path, where then no rule may stand.
func (c *compiled) carries(path []string) (bool, error) {
	var value any = c.data
	for _, segment := range path {
		object, ok := value.(map[string]any)
		if !ok {
			return value != nil, nil
		}
		if value, ok = object[segment]; !ok {
			return false, nil
		}
	}
	return true, nil
}

// with puts site data beside the policies.
func (c *compiled) with(site *Site, opts Options) (*Snapshot, error) {
	ctx := context.Background()
	data := maps.Clone(c.data)
	if data == nil {
		data = map[string]any{}
	}
	data["site"] = site.value
	store := inmem.NewFromObjectWithOpts(data, inmem.OptReturnASTValuesOnRead(true))
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Snapshot{compiled: c, site: site, revision: revision(c.digest, site), store: store, txn: txn, base: siteData{site.value}}
	if c.sieve != nil {
		s.sifter = c.sieve.With(site.value)
		s.builtins = s.sifter.Builtins()
	}
	if c.residue != nil {
		s.unsuspected = c.residue.Memory()
	}
	if err := s.refer(ctx, site); err != nil {
		return nil, err
	}
	if err := s.selfTest(ctx); err != nil {
		return nil, err
	}
	entries := opts.MemoEntries
	if entries == 0 {
		entries = DefaultMemoEntries
	}
	if entries > 0 && c.deterministic {
		s.memo = newMemo(c.encoder, entries)
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

// digestOf names exactly this set of files.
func digestOf(files []file) [sha256.Size]byte {
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%d:%s%d:", len(f.path), f.path, len(f.content))
		h.Write(f.content)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// revision names exactly this set of policies with exactly this site data.
func revision(policies [sha256.Size]byte, site *Site) string {
	h := sha256.New()
	h.Write(policies[:])
	h.Write(site.sum[:])
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
			if operator := expr.OperatorTerm(); operator != nil && answer {
				ref, ok := operator.Value.(ast.Ref)
				if own := ok && ref.HasPrefix(ast.DefaultRootRef); !own { // not a function of the policies
					b, ok := ast.BuiltinMap[operator.Value.String()]
					answer = !ok || !b.IsNondeterministic()
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
