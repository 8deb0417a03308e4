package facts

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"syscall"

	"github.com/airlock-gate/airlock/plugin/view"
)

// File tells what the host has under an absolute, clean path, without following a symbolic link anywhere. The host is
// the one whose files this process sees; whatever it cannot see is not there.
//
// What it says holds until somebody changes a directory on the way: where all of them are sealed, only root can.
func File(name string) *view.File {
	f := &view.File{Kind: "none", Direct: true, Sealed: true}
	if !path.IsAbs(name) || path.Clean(name) != name {
		f.Direct, f.Sealed = false, false
		return f
	}
	for at := range prefixes(name) {
		info, err := os.Lstat(at)
		if err != nil {
			f.Sealed = false
			return f
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok { // no system the gate runs on
			f.Direct, f.Sealed = false, false
			return f
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			f.Direct = false
		}
		if at == name {
			f.Kind, f.UID, f.GID, f.Mode = fileKind(info.Mode()), int64(stat.Uid), int64(stat.Gid), fmt.Sprintf("%04o", stat.Mode&0o7777)
			return f
		}
		// Sticky or not: whoever may write to a directory may put names into it.
		f.Sealed = f.Sealed && info.IsDir() && stat.Uid == 0 && stat.Mode&0o022 == 0
	}
	return f
}

// prefixes yields the path of every directory on the way, from the root on, and last the path itself.
func prefixes(name string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i := range len(name) {
			if name[i] != '/' {
				continue
			}
			if at := name[:max(i, 1)]; at != name && !yield(at) {
				return
			}
		}
		yield(name)
	}
}

// File tells what the engine's host has under a path: the engine is asked over a socket of the same host.
func (*Engine) File(name string) *view.File { return File(name) }

func fileKind(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return "regular"
	case mode.IsDir():
		return "directory"
	case mode&fs.ModeSymlink != 0:
		return "symlink"
	}
	return "other"
}
