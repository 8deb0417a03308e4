//go:build e2e

package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/test/engine"
)

type status struct {
	UID        int
	GID        int
	Status     map[string]string
	RootWrites bool
	Links      []string
}

// leave makes the test binary start an engine with a running container and die without cleaning up.
const leave = "AIRLOCK_TEST_LEAVE_ENGINE"

func TestMain(m *testing.M) {
	if image := os.Getenv(leave); image != "" {
		ctx := context.Background()
		e, err := engine.Start(ctx, engine.Oldest, engine.Options{Bridge: true})
		if err == nil {
			_, err = e.Docker(ctx, "run", "-d", image)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(e.Dir)
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	os.Exit(m.Run())
}

// What a killed run leaves behind is removed by the next.
func TestLeftovers(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	registry, err := engine.StartRegistry(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer registry.Stop()
	image, err := engine.PushImage(ctx, registry.Host+"/openclaw/worker", engine.Image{})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), leave+"="+image)
	out, _ := cmd.Output() // killed, by design
	dir := strings.TrimSpace(string(out))
	if _, err := os.Stat(filepath.Join(dir, "docker.sock")); dir == "" || err != nil {
		t.Fatalf("nothing was left to clean: %q %v", dir, err)
	}
	e, err := engine.Start(ctx, engine.Oldest, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Stop()
	if _, err := os.Stat(filepath.Join(dir, "data")); e.Dir != dir && !os.IsNotExist(err) {
		t.Errorf("%s is still there (%v)", dir, err)
	}
	if out, err := e.Docker(ctx, "ps", "-aq"); err != nil || out.Stdout != "" {
		t.Errorf("the new engine sees %q (%v)", out.Stdout, err)
	}
	links, err := exec.CommandContext(ctx, "ip", "-o", "link").Output()
	if err != nil || strings.Contains(string(links), "airlock"+filepath.Base(dir)) {
		t.Errorf("bridge left (%v): %s", err, links)
	}
}

// Both engines at once run the same image, pulled by digest from the registry, without any plugin.
func TestRun(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	registry, err := engine.StartRegistry(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer registry.Stop()
	image, err := engine.PushImage(ctx, registry.Host+"/openclaw/worker", engine.Image{})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("engines", func(t *testing.T) {
		for _, version := range engine.Versions() {
			t.Run(string(version), func(t *testing.T) {
				t.Parallel()
				run(ctx, t, version, image)
			})
		}
	})
}

func run(ctx context.Context, t *testing.T, version engine.Version, image string) {
	e, err := engine.Start(ctx, version, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Stop()
	docker := func(args ...string) string {
		t.Helper()
		r, err := e.Docker(ctx, args...)
		if err != nil {
			t.Fatal(err)
		}
		if r.Code != 0 {
			t.Fatalf("docker %s: exit %d: %s\n%s", args[0], r.Code, r.Stderr, e.Log())
		}
		return strings.TrimSpace(r.Stdout)
	}
	id := docker("run", "-d", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
		"--user", "1001:1001", "--memory", "64m", "--cpus", "0.5", "--pids-limit", "64", "--network", "none",
		"--tmpfs", "/tmp:size=16m,noexec,nosuid,nodev", image)
	var got status
	for range 100 {
		if out := docker("logs", id); json.Unmarshal([]byte(out), &got) == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if got.UID != 1001 || got.GID != 1001 || got.RootWrites || got.Status["CapBnd"] != "0000000000000000" ||
		got.Status["NoNewPrivs"] != "1" || len(got.Links) != 1 {
		t.Errorf("the container sees %+v", got)
	}
	docker("network", "create", "--internal", "inner")
	if image == "" || docker("image", "inspect", "--format", "{{.Id}}", image) == "" {
		t.Error("the image has no id")
	}
	raw, err := engine.Send(ctx, e.Socket, engine.Raw("GET /v1.41/containers/"+id+"/json", nil, nil))
	if err != nil || raw.Status != 200 {
		t.Errorf("inspect by exact bytes: %d %v", raw.Status, err)
	}
	e.Suspend()
	if e.Running() {
		t.Error("suspended engine still runs")
	}
	if err := e.Resume(ctx); err != nil {
		t.Fatal(err)
	}
	dir := e.Dir
	e.Stop()
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("stopped engine leaves %s (%v)", dir, err)
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil || strings.Contains(string(mounts), dir+"/") {
		t.Errorf("stopped engine leaves mounts (%v)", err)
	}
	links, err := exec.CommandContext(ctx, "ip", "-o", "address").Output()
	if err != nil || strings.Contains(string(links), "10.213."+dir[strings.LastIndex(dir, "/")+1:]+".") {
		t.Errorf("stopped engine leaves links (%v): %s", err, links)
	}
}
