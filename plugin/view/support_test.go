package view_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"

	"github.com/airlock-gate/airlock/plugin/view"
)

// enforcing is an engine that enforces every limit, on cgroup v2.
func enforcing() *view.Engine {
	return &view.Engine{
		Version: "29.0.0", APIVersion: "1.56", CgroupVersion: "2", CgroupDriver: "systemd", StorageDriver: "overlayfs",
		OSType: "linux", Architecture: "x86_64", DefaultRuntime: "runc", LoggingDriver: "json-file",
		Enforces: view.EngineLimits{Memory: true, Swap: true, CPU: true, Pids: true}, Seccomp: "builtin",
	}
}

func decode(t testing.TB, body string) *container.CreateRequest {
	t.Helper()
	req := &container.CreateRequest{}
	if err := json.Unmarshal([]byte(body), req); err != nil {
		t.Fatalf("decode %s: %v", body, err)
	}
	return req
}

// host is the view of a create request with nothing but a host configuration.
func host(t testing.TB, hostConfig string, engine *view.Engine) *view.Container {
	t.Helper()
	return view.Create(decode(t, `{"HostConfig":`+hostConfig+`}`), view.Params{}, nil, engine)
}

func read(t testing.TB, path ...string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// same compares whole values by their JSON, the form in which policies see them.
func same(t *testing.T, got, want any) {
	t.Helper()
	if g, w := indented(t, got), indented(t, want); g != w {
		t.Errorf("got, want:\n%s", differing(g, w))
	}
}

func indented(t testing.TB, value any) string {
	t.Helper()
	text, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// differing pairs the lines that differ.
func differing(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	var out strings.Builder
	for i := range max(len(g), len(w)) {
		var left, right string
		if i < len(g) {
			left = g[i]
		}
		if i < len(w) {
			right = w[i]
		}
		if left != right {
			out.WriteString("- " + left + "\n+ " + right + "\n")
		}
	}
	return out.String()
}

func ref[T any](value T) *T { return &value }
