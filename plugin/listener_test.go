package plugin_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/plugin"
	"github.com/airlock-gate/airlock/plugin/decision"
)

// stale leaves a socket behind as a killed process does.
func stale(t *testing.T, path string) {
	t.Helper()
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestBind(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		plugin string
		before func(t *testing.T, dir, path string)
		err    error
	}{
		{"new", "airlock", nil, nil},
		{"stale socket", "airlock", func(t *testing.T, _, path string) { stale(t, path) }, nil},
		{"live socket", "airlock", func(t *testing.T, _, path string) {
			listener, err := net.Listen("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = listener.Close() })
		}, plugin.ErrInUse},
		{"file", "airlock", func(t *testing.T, _, path string) {
			if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, plugin.ErrNotSocket},
		{"link to a socket", "airlock", func(t *testing.T, dir, path string) {
			stale(t, filepath.Join(dir, "other.sock"))
			if err := os.Symlink("other.sock", path); err != nil {
				t.Fatal(err)
			}
		}, plugin.ErrNotSocket},
		{"directory others may write to", "airlock", func(t *testing.T, dir, _ string) {
			if err := os.Chmod(dir, 0o777); err != nil {
				t.Fatal(err)
			}
		}, plugin.ErrUnsafeDir},
		{"path as a name", "../airlock", nil, plugin.ErrName},
		{"empty name", "", nil, plugin.ErrName},
		{"name of a managed plugin", "airlock:latest", nil, plugin.ErrName},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir := socketDir(t)
			path := filepath.Join(dir, "airlock.sock")
			if tc.before != nil {
				tc.before(t, dir, path)
			}
			listener, err := plugin.Bind(tc.plugin, dir)
			if !errors.Is(err, tc.err) {
				t.Fatalf("got %v, want %v", err, tc.err)
			}
			if tc.err != nil {
				return
			}
			info, err := os.Lstat(path)
			if err != nil || info.Mode() != fs.ModeSocket|0o600 {
				t.Errorf("got %v, %v, want a socket of mode 0600", info, err)
			}
			if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
				t.Errorf("directory: got %v, %v, want the socket alone", entries, err)
			}
			if got := listener.Addr().String(); got != path {
				t.Errorf("address: got %s, want %s", got, path)
			}
			if err := errors.Join(listener.Close(), listener.Close()); err != nil {
				t.Errorf("close twice: %v", err)
			}
			if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("after close: got %v, want no socket", err)
			}
		})
	}
}

// TestBindAtOnce holds that of many that start together one gets the name.
func TestBindAtOnce(t *testing.T) {
	t.Parallel()
	dir := socketDir(t)
	stale(t, filepath.Join(dir, "airlock.sock"))
	var group sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		group.Go(func() {
			listener, err := plugin.Bind("airlock", dir)
			if errs[i] = err; err == nil {
				t.Cleanup(func() { _ = listener.Close() })
			}
		})
	}
	group.Wait()
	bound := 0
	for _, err := range errs {
		if err == nil {
			bound++
		} else if !errors.Is(err, plugin.ErrInUse) {
			t.Errorf("got %v, want ErrInUse", err)
		}
	}
	if bound != 1 {
		t.Errorf("got %d listeners, want 1", bound)
	}
}

// TestCloseLeavesSuccessor holds that a socket that has been replaced is not removed.
func TestCloseLeavesSuccessor(t *testing.T) {
	t.Parallel()
	dir := socketDir(t)
	path := filepath.Join(dir, "airlock.sock")
	listener, err := plugin.Bind("airlock", dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	successor, err := plugin.Bind("airlock", dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = successor.Close() }()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("the successor's socket: %v", err)
	}
}

// TestRestart holds that a gate that was killed comes back on its stale socket.
func TestRestart(t *testing.T) {
	t.Parallel()
	dir := socketDir(t)
	path := filepath.Join(dir, "airlock.sock")
	stale(t, path)
	server, err := plugin.New(plugin.Options{Recorder: &kept{},
		Decider: verdict(decision.Outcome{Verdict: decision.Allow})})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		listener, err := plugin.Listen("airlock", dir)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- server.Serve(ctx, listener) }()
		d := client(path)
		if status, got := d.authorize(t, plugin.RequestPath, ping(t)); status != http.StatusOK || !got.Allow {
			t.Errorf("got %d %+v, want an admission", status, got)
		}
		d.client.CloseIdleConnections()
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
		stale(t, path) // the socket was gone: or this would fail
	}
}

// TestInherited runs this test again as a child that inherits sockets as systemd passes them.
func TestInherited(t *testing.T) {
	if os.Getenv("AIRLOCK_TEST_CHILD") != "" {
		listener, err := plugin.Listen("airlock", t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		conn, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(listener.Addr().Network())); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(conn.Close(), listener.Close()); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Parallel()
	file := func(t *testing.T, listener net.Listener, err error) *os.File {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = listener.Close() })
		descriptor, err := listener.(interface{ File() (*os.File, error) }).File()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = descriptor.Close() })
		return descriptor
	}
	path := filepath.Join(socketDir(t), "s")
	unix, err := net.Listen("unix", path)
	unixFile := file(t, unix, err)
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	tcpFile := file(t, tcp, err)

	child := func(count string, files ...*os.File) (output string, err error) {
		// The shell sets LISTEN_PID to its own id, which exec keeps.
		cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c",
			`LISTEN_PID=$$ exec "$0" -test.run '^TestInherited$' -test.count 1`, os.Args[0])
		cmd.Env = append(os.Environ(), "AIRLOCK_TEST_CHILD=1", "LISTEN_FDS="+count)
		cmd.ExtraFiles = files
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for name, files := range map[string][]*os.File{
		"two": {unixFile, unixFile},
		"tcp": {tcpFile},
	} {
		count := map[int]string{1: "1", 2: "2"}[len(files)]
		if out, err := child(count, files...); err == nil || !strings.Contains(out, plugin.ErrInheritance.Error()) {
			t.Errorf("%s: got %v, %s, want ErrInheritance", name, err, out)
		}
	}

	queued, err := net.Dial("unix", path) // before there is a process: systemd's socket holds it
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = queued.Close() }()
	if out, err := child("1", unixFile); err != nil {
		t.Fatalf("child: %v: %s", err, out)
	}
	answer := make([]byte, 4)
	if _, err := queued.Read(answer); err != nil || string(answer) != "unix" {
		t.Errorf("got %q, %v, want unix", answer, err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("the inherited path: got %v, want it kept", err)
	}
}

// TestNotify reads what a service manager would.
func TestNotify(t *testing.T) {
	path := filepath.Join(socketDir(t), "n")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = manager.Close() }()
	receive := func() string {
		if err := manager.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
			t.Fatal(err)
		}
		data := make([]byte, 256)
		n, err := manager.Read(data)
		if err != nil {
			t.Fatal(err)
		}
		return string(data[:n])
	}

	if err := plugin.Ready(); err != nil { // nobody to tell
		t.Errorf("without a manager: %v", err)
	}
	if err := plugin.Watchdog(t.Context(), func() bool { return true }); err != nil {
		t.Errorf("without a watchdog: %v", err)
	}
	t.Setenv("NOTIFY_SOCKET", path)
	for _, tc := range []struct {
		send func() error
		want string
	}{
		{plugin.Ready, "READY=1"},
		{plugin.Stopping, "STOPPING=1"},
		{plugin.Reloading, "RELOADING=1\nMONOTONIC_USEC="},
		{func() error { return plugin.Status("a\nREADY=1") }, `STATUS="a\nREADY=1"`},
	} {
		if err := tc.send(); err != nil {
			t.Fatal(err)
		}
		if got := receive(); !strings.HasPrefix(got, tc.want) {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}

	t.Setenv("WATCHDOG_USEC", "20000")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	asked := 0
	go func() {
		done <- plugin.Watchdog(ctx, func() bool {
			asked++
			return asked != 2 // once it is not alive
		})
	}()
	for range 2 {
		if got := receive(); got != "WATCHDOG=1" {
			t.Errorf("got %q, want WATCHDOG=1", got)
		}
	}
	cancel()
	if err := <-done; err != nil || asked < 3 {
		t.Errorf("watchdog: got %v after %d questions, want none after at least 3", err, asked)
	}

	t.Setenv("WATCHDOG_USEC", "soon")
	if err := plugin.Watchdog(t.Context(), nil); err == nil {
		t.Error("malformed interval: got no error")
	}
	t.Setenv("NOTIFY_SOCKET", path+"x")
	if err := plugin.Ready(); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("manager gone: got %v, want ENOENT", err)
	}
}
