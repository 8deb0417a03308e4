//go:build e2e

// Package image_test builds the Dockerfile on a real engine, without network: the Go image it wants is made from this
// machine's toolchain and the modules the program links.
package image_test

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/test/engine"
)

func TestDockerfile(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	e, err := engine.Start(ctx, engine.Oldest, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Stop)
	if err := importGo(ctx, e); err != nil {
		t.Fatal(err)
	}
	root, err := engine.Root()
	if err != nil {
		t.Fatal(err)
	}
	docker := func(args ...string) string {
		t.Helper()
		got, err := e.Docker(ctx, args...)
		if err != nil || got.Code != 0 {
			t.Fatalf("docker %s: %v\n%s%s", strings.Join(args, " "), err, got.Stdout, got.Stderr)
		}
		return got.Stdout
	}
	docker("build", "--network", "none", "--build-arg", "GO_IMAGE=local/go", "-t", "airlock", root)
	if got, want := docker("inspect", "--format", "{{.Config.User}} {{.Config.Entrypoint}} {{len .RootFS.Layers}}", "airlock"),
		"65532:65532 [/airlock] 1\n"; got != want {
		t.Errorf("image is %q, want %q", got, want)
	}
	run := []string{"run", "--rm", "--read-only", "--cap-drop", "ALL", "--network", "none", "--cgroupns", "private", "airlock"}
	if got := docker(append(run, "version")...); !strings.Contains(got, "policies") {
		t.Errorf("airlock version in the image says:\n%s", got)
	}
	if got := docker(append(run, "rules", "hardening/readonly-rootfs")...); !strings.Contains(got, "--read-only") {
		t.Errorf("airlock rules in the image says:\n%s", got)
	}
}

// importGo makes the image local/go: the toolchain, and the modules as a proxy of files.
func importGo(ctx context.Context, e *engine.Engine) error {
	docker, err := engine.DockerPath(engine.Oldest)
	if err != nil {
		return err
	}
	env, err := goOutput(ctx, "env", "GOROOT", "GOMODCACHE")
	if err != nil {
		return err
	}
	lines := strings.Fields(env)
	if len(lines) != 2 {
		return fmt.Errorf("go env says %q", env)
	}
	linked, err := goOutput(ctx, "list", "-deps", "-f", "{{with .Module}}{{if .Version}}{{.Path}}@{{.Version}}{{end}}{{end}}", "./cmd/airlock")
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, m := range strings.Fields(linked) {
		path, version, _ := strings.Cut(m, "@")
		wanted[escape(path)+"/@v/"+version+".zip"] = true
	}
	cmd := exec.CommandContext(ctx, docker, "--config", e.Dir, "--host", e.URL(), "import",
		"--change", "ENV PATH=/usr/local/go/bin", "--change", "ENV GOPROXY=file:///modules", "--change", "ENV GOFLAGS=-mod=mod",
		"--change", "ENV GONOSUMDB=*", "--change", "ENV HOME=/tmp", "-", "local/go")
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return err
	}
	w := tar.NewWriter(in)
	modules := filepath.Join(lines[1], "cache", "download")
	err = w.WriteHeader(&tar.Header{Name: "tmp/", Mode: 0o1777, Typeflag: tar.TypeDir})
	if err == nil {
		err = pack(w, lines[0], "usr/local/go", func(name string) bool {
			top, _, _ := strings.Cut(name, "/")
			return top != "test" && top != "doc" && top != "api" && !strings.Contains(name, "/testdata/")
		})
	}
	if err == nil {
		err = pack(w, modules, "modules", func(name string) bool {
			switch filepath.Ext(name) {
			case ".mod", ".info":
				return true
			case ".zip":
				return wanted[name]
			}
			return strings.HasSuffix(name, "/@v/list")
		})
	}
	if err == nil {
		err = w.Close()
	}
	if closed := in.Close(); err == nil {
		err = closed
	}
	if ended := cmd.Wait(); ended != nil {
		return fmt.Errorf("docker import: %w: %s", ended, out.String())
	}
	return err
}

// escape writes a module path as the proxy protocol does: an exclamation mark before the lower-case letter.
func escape(path string) string {
	var b strings.Builder
	for _, r := range path {
		if 'A' <= r && r <= 'Z' {
			b.WriteByte('!')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func pack(w *tar.Writer, root, as string, keep func(name string) bool) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil || !keep(name) {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		header := &tar.Header{Name: as + "/" + name, Mode: int64(info.Mode().Perm()), Size: info.Size(), Typeflag: tar.TypeReg}
		if err := w.WriteHeader(header); err != nil {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		_, err = io.Copy(w, file)
		return err
	})
}

func goOutput(ctx context.Context, args ...string) (string, error) {
	root, err := engine.Root()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return string(out), nil
}
