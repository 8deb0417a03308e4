package coverage

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/airlock-gate/airlock/plugin/operation"
)

// spans holds the versions of the API whose documents describe an endpoint, by method and path without names.
type spans map[string]*span

type span struct{ first, last operation.Version }

var (
	variable = regexp.MustCompile(`\{[^}]*\}`)
	path     = regexp.MustCompile(`^  "?(/[^":]*)"?:`)
	verb     = regexp.MustCompile(`^    (get|head|post|put|delete|options):`)
)

// Documents returns the directory of the published documents, which the engine's API module carries.
func Documents(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/moby/moby/api").Output()
	if err != nil {
		return "", fmt.Errorf("find API documents: %w", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "docs"), nil
}

func endpointKey(method, pattern string) string {
	return method + " " + variable.ReplaceAllString(pattern, "{}")
}

// readSpans reads the documents of every version the gate takes. They are YAML of one shape: paths at the first level of
// "paths", methods at the next.
func readSpans(dir string) (spans, error) {
	found := spans{}
	for version := operation.MinVersion; version <= operation.MaxVersion; version++ {
		if err := found.read(filepath.Join(dir, "v"+version.String()+".yaml"), version); err != nil {
			return nil, fmt.Errorf("read document of API %s: %w", version, err)
		}
	}
	return found, nil
}

func (s spans) read(name string, version operation.Version) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	within, at, endpoints := false, "", 0
	for lines.Scan() {
		line := lines.Text()
		if line != "" && line[0] != ' ' && line[0] != '#' {
			within = line == "paths:"
		}
		if !within {
			continue
		}
		if m := path.FindStringSubmatch(line); m != nil {
			at = m[1]
		} else if m := verb.FindStringSubmatch(line); m != nil && at != "" {
			endpoints++
			key := endpointKey(strings.ToUpper(m[1]), at)
			if s[key] == nil {
				s[key] = &span{first: version}
			}
			s[key].last = version
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if endpoints < 90 {
		return fmt.Errorf("%d endpoints found, want a whole document", endpoints)
	}
	return nil
}

// of words the versions in which an endpoint is documented: "" for all the gate takes.
func (s spans) of(method, pattern string) string {
	found := s[endpointKey(method, pattern)]
	switch {
	case found == nil:
		return "in no document"
	case found.first > operation.MinVersion && found.last < operation.MaxVersion:
		return "from " + found.first.String() + " to " + found.last.String()
	case found.first > operation.MinVersion:
		return "from " + found.first.String()
	case found.last < operation.MaxVersion:
		return "to " + found.last.String()
	}
	return ""
}
