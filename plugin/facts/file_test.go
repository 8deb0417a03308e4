package facts_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/view"
)

// rooted is a directory of root's with nothing but root's directories above it: the system's own for temporary files is
// everybody's.
func rooted(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can make files of root")
	}
	dir := fmt.Sprintf("/run/airlock-file-test-%d", os.Getpid())
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func TestFile(t *testing.T) {
	dir := rooted(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	do := func(errs ...error) {
		t.Helper()
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	write := func(name string, uid int, mode os.FileMode) {
		do(os.WriteFile(at(name), []byte("x"), 0o600), os.Chown(at(name), uid, 1001), os.Chmod(at(name), mode))
	}
	write("key", 0, 0o440)
	write("foreign", 1001, 0o400)
	write("open", 0, 0o666)
	do(os.Chmod(at("open"), 0o4666|os.ModeSetuid))
	do(os.Symlink(at("key"), at("link")), os.Symlink(dir, at("round")))
	do(os.Mkdir(at("shared"), 0o755), os.Chmod(at("shared"), 0o1777))
	write("shared/key", 0, 0o444)
	do(os.Mkdir(at("theirs"), 0o755), os.Chown(at("theirs"), 1001, 1001))
	write("theirs/key", 0, 0o444)
	do(syscall.Mkfifo(at("pipe"), 0o600))
	for name, want := range map[string]view.File{
		"key":         {Kind: "regular", Direct: true, Sealed: true, GID: 1001, Mode: "0440"},
		"foreign":     {Kind: "regular", Direct: true, Sealed: true, UID: 1001, GID: 1001, Mode: "0400"},
		"open":        {Kind: "regular", Direct: true, Sealed: true, GID: 1001, Mode: "4666"},
		"link":        {Kind: "symlink", Direct: false, Sealed: true, Mode: "0777"},
		"round/key":   {Kind: "regular", Direct: false, Sealed: false, GID: 1001, Mode: "0440"},
		"shared/key":  {Kind: "regular", Direct: true, Sealed: false, GID: 1001, Mode: "0444"},
		"theirs/key":  {Kind: "regular", Direct: true, Sealed: false, GID: 1001, Mode: "0444"},
		"theirs":      {Kind: "directory", Direct: true, Sealed: true, UID: 1001, GID: 1001, Mode: "0755"},
		"pipe":        {Kind: "other", Direct: true, Sealed: true, Mode: "0600"},
		"gone":        {Kind: "none", Direct: true},
		"gone/deeper": {Kind: "none", Direct: true},
		"key/deeper":  {Kind: "none", Direct: true},
	} {
		if got := facts.File(at(name)); *got != want {
			t.Errorf("%s: %+v, want %+v", name, *got, want)
		}
	}
	for _, name := range []string{"", "key", dir + "/../key", dir + "//key", dir + "/key/"} {
		if got := facts.File(name); *got != (view.File{Kind: "none"}) {
			t.Errorf("%q: %+v, want nothing", name, *got)
		}
	}
}

// TestFileSeesASwap: the facts are those of the moment.
func TestFileSeesASwap(t *testing.T) {
	dir := rooted(t)
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, nil, 0o400); err != nil {
		t.Fatal(err)
	}
	if got := facts.File(key); got.Kind != "regular" {
		t.Fatalf("%+v", *got)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/shadow", key); err != nil {
		t.Fatal(err)
	}
	if got := facts.File(key); got.Kind != "symlink" || got.Direct {
		t.Errorf("%+v", *got)
	}
}
