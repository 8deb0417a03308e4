package bundle

import (
	"bytes"
	"io/fs"
	"runtime"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"golang.org/x/sync/errgroup"

	"github.com/airlock-gate/airlock/policies"
)

// isProven tells the policies that are part of the program from all others. They are the same at every start, and the
// tests hold that they pass every check; so a start need not look for faults in them again, which is half of its time.
// Nobody can ask for this: policies from anywhere else are not the embedded file system, whatever they hold.
func isProven(files fs.FS) bool { return files == fs.FS(policies.FS) }

// faultStages are the stages of the compiler that look for faults, and change nothing that decides: bodies stand in the
// order that the check of their safety would bring them in, as the tests hold to the letter.
func faultStages() []ast.StageID {
	return []ast.StageID{
		ast.StageCheckUnusedImports, ast.StageCheckKeywordOverrides, ast.StageCheckDuplicateImports, ast.StageCheckVoidCalls,
		ast.StageCheckRuleConflicts, ast.StageCheckUndefinedFuncs, ast.StageCheckSafetyRuleHeads, ast.StageCheckSafetyRuleBodies, ast.StageCheckRecursion,
		ast.StageCheckTypes, ast.StageCheckUnsafeBuiltins,
		// The graph is for these checks. What rules say about themselves is read by annotated, what a bundle requires by nobody.
		ast.StageSetGraph, ast.StageParseMetadataBlocks, ast.StageSetAnnotationSet, ast.StageBuildRequiredCapabilities,
	}
}

// provenModules parses policies that are Rego alone, each file by whichever processor is free.
func provenModules(files []file, capabilities *ast.Capabilities) (map[string]*ast.Module, map[string]any, error) {
	parsed := make([]*ast.Module, len(files))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range files {
		if !strings.HasSuffix(f.path, ".rego") {
			continue
		}
		group.Go(func() (err error) {
			parsed[i], err = ast.ParseModuleWithOpts(f.path, string(f.content), ast.ParserOptions{
				Capabilities: capabilities, RegoVersion: ast.RegoV1,
			})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	modules := make(map[string]*ast.Module, len(files))
	for i, m := range parsed {
		if m != nil {
			m.Comments = nil // they would be copied, and kept
			modules[files[i].path] = m
		}
	}
	return modules, nil, nil
}

// annotated returns what proven policies say about their packages. It parses what stands above the rules of each file
// and leaves out the annotations of single rules, which nobody reads. What cannot be read says nothing.
func annotated(files []file) *ast.AnnotationSet {
	var modules []*ast.Module
	for _, f := range files {
		if !strings.HasSuffix(f.path, ".rego") {
			continue
		}
		m, err := ast.ParseModuleWithOpts(f.path, string(header(f.content)), ast.ParserOptions{
			ProcessAnnotation: true, RegoVersion: ast.RegoV1,
		})
		if err == nil {
			modules = append(modules, m)
		}
	}
	set, _ := ast.BuildAnnotationSet(modules)
	return set
}

// header returns a file up to the line that names its package.
func header(content []byte) []byte {
	end := 0
	for line := range bytes.Lines(content) {
		end += len(line)
		if bytes.HasPrefix(line, []byte("package ")) {
			break
		}
	}
	return content[:end]
}
