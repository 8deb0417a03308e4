package bundle

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/airlock-gate/airlock/policies"
)

// isProven tells the policies that are part of the program from all others. They are the same at every start, and the
// tests hold that they pass every check; so a start need not look for faults in them again, which is half of its time.
// Nobody can ask for this: policies from anywhere else are not the embedded file system, whatever they hold.
func isProven(files fs.FS) bool { return files == fs.FS(policies.FS) }

// faultStages are the stages of the compiler that look for faults, and change nothing that decides.
func faultStages() []ast.StageID {
	return []ast.StageID{
		ast.StageCheckUnusedImports, ast.StageCheckKeywordOverrides, ast.StageCheckDuplicateImports, ast.StageCheckVoidCalls,
		ast.StageCheckRuleConflicts, ast.StageCheckUndefinedFuncs, ast.StageCheckSafetyRuleHeads, ast.StageCheckRecursion,
		ast.StageCheckTypes, ast.StageCheckUnsafeBuiltins,
		// The graph is for these checks. What rules say about themselves is read by annotated, what a bundle requires by nobody.
		ast.StageSetGraph, ast.StageParseMetadataBlocks, ast.StageSetAnnotationSet, ast.StageBuildRequiredCapabilities,
	}
}

// annotated returns what proven policies say about their packages. It parses what stands above the rules of each file
// and leaves out the annotations of single rules, which nobody reads.
func annotated(files []file) (*ast.AnnotationSet, error) {
	var modules []*ast.Module
	for _, f := range files {
		if !strings.HasSuffix(f.path, ".rego") {
			continue
		}
		m, err := ast.ParseModuleWithOpts(f.path, string(header(f.content)), ast.ParserOptions{
			ProcessAnnotation: true, RegoVersion: ast.RegoV1,
		})
		if err != nil {
			return nil, fmt.Errorf("read METADATA: %w", err)
		}
		modules = append(modules, m)
	}
	set, errs := ast.BuildAnnotationSet(modules)
	if len(errs) > 0 {
		return nil, fmt.Errorf("read METADATA: %w", errs)
	}
	return set, nil
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
