package breakglass

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/airlock-gate/airlock/plugin/body"
)

// fileVersion is the version of the file's form.
const fileVersion = 1

// maxFile bounds the file.
const maxFile = 64 << 10

// kept is an opening as it is kept over a restart. Beside the time of day it carries the end as the host's own uptime,
// which nobody can set back, and the run of the host for which that is true.
type kept struct {
	Version    int      `json:"version"`
	ID         string   `json:"id"`
	Operations []string `json:"operations"`
	Reason     string   `json:"reason"`
	Ticket     string   `json:"ticket"`
	Opened     int64    `json:"opened"` // Unix seconds
	Until      int64    `json:"until"`  // Unix seconds
	Boot       string   `json:"boot"`
	Ends       int64    `json:"ends"` // seconds of uptime
}

// keep writes the file: first beside it, then in its place, so that it is never half there.
func (g *Glass) keep(state State, left time.Duration) (err error) {
	id, uptime, err := g.options.Boot()
	if err != nil {
		return fmt.Errorf("keep opening: %w", err)
	}
	text, err := json.Marshal(kept{
		Version: fileVersion, ID: state.ID, Operations: state.Operations, Reason: state.Reason, Ticket: state.Ticket,
		Opened: state.Opened.Unix(), Until: state.Until.Unix(), Boot: id, Ends: int64((uptime + left) / time.Second),
	})
	if err != nil {
		return fmt.Errorf("keep opening: %w", err)
	}
	dir := filepath.Dir(g.options.File)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("keep opening: %w", err)
	}
	file, err := os.CreateTemp(dir, ".breakglass-") // of mode 0600
	if err != nil {
		return fmt.Errorf("keep opening: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	_, err = file.Write(text)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("keep opening: %w", err)
	}
	if err = os.Rename(file.Name(), g.options.File); err != nil {
		return fmt.Errorf("keep opening: %w", err)
	}
	return nil
}

// forget removes the file. One that cannot be removed is told of: it names its own end, so it opens nothing for longer.
func (g *Glass) forget(state State) {
	if err := os.Remove(g.options.File); err != nil && !errors.Is(err, fs.ErrNotExist) {
		g.options.Notify(Event{Kind: Unkept, State: state, Cause: err})
	}
}

// Restore opens what an earlier gate on this run of the host has kept. Whatever is not exactly right opens nothing, and
// is told of; the file is left for a look.
func (g *Glass) Restore() {
	if g.options.File == "" {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	state, left, err := g.restore()
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		g.options.Notify(Event{Kind: Dropped, Cause: fmt.Errorf("read %s: %w", g.options.File, err)})
	case left < time.Second:
		g.options.Notify(Event{Kind: Expired, State: state})
		g.forget(state)
	default:
		g.options.Notify(Event{Kind: Restored, State: state})
		g.put(state, left)
	}
}

func (g *Glass) restore() (State, time.Duration, error) {
	text, err := readOwn(g.options.File)
	if err != nil {
		return State{}, 0, err
	}
	shape, err := body.NewShape(reflect.TypeFor[kept]())
	if err != nil {
		return State{}, 0, err
	}
	k, err := body.Decode[kept](text, shape)
	if err != nil {
		return State{}, 0, err
	}
	state := State{
		Open: true, ID: k.ID, Operations: k.Operations, Reason: k.Reason, Ticket: k.Ticket, Persist: true,
		Opened: time.Unix(k.Opened, 0).UTC(), Until: time.Unix(k.Until, 0).UTC(),
	}
	lasts := state.Until.Sub(state.Opened)
	if err := g.check(Request{Operations: k.Operations, For: lasts, Reason: k.Reason, Ticket: k.Ticket, Persist: true}); err != nil {
		return State{}, 0, err
	}
	id, uptime, err := g.options.Boot()
	now := g.options.Now()
	ends := time.Duration(k.Ends) * time.Second
	switch {
	case err != nil:
		return State{}, 0, err
	case k.Version != fileVersion:
		return State{}, 0, fmt.Errorf("version %d, want %d", k.Version, fileVersion)
	case k.ID == "" || plain(k.ID) != nil:
		return State{}, 0, errors.New("no id")
	case k.Boot != id:
		return State{}, 0, errors.New("the host was restarted since")
	case now.Before(state.Opened):
		return State{}, 0, errors.New("the clock stands before it was opened")
	case k.Ends < 0 || ends > uptime+lasts:
		return State{}, 0, errors.New("it would last longer than it was opened for")
	}
	return state, min(ends-uptime, state.Until.Sub(now)), nil
}

// readOwn reads a file that nobody but root, or the gate's own user, can have written.
func readOwn(path string) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	owner, _ := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.Mode().IsRegular():
		return nil, errors.New("no regular file")
	case owner == nil || owner.Uid != 0 && int(owner.Uid) != os.Geteuid():
		return nil, errors.New("it belongs to somebody else")
	case info.Mode().Perm() != 0o600:
		return nil, fmt.Errorf("mode %v, want 0600", info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("more than %d bytes", maxFile)
	}
	return text, nil
}

// boot reads which run of the host this is, and how long it lasts, sleep included (proc(5), proc_uptime(5)).
func boot() (id string, uptime time.Duration, err error) {
	run, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", 0, fmt.Errorf("read the host's run: %w", err)
	}
	since, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return "", 0, fmt.Errorf("read the host's uptime: %w", err)
	}
	first, _, _ := strings.Cut(string(since), " ")
	seconds, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return "", 0, fmt.Errorf("read the host's uptime: %w", err)
	}
	return strings.TrimSpace(string(run)), time.Duration(seconds * float64(time.Second)), nil
}
