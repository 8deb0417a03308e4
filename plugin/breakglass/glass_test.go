package breakglass_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/plugin/breakglass"
	"github.com/airlock-gate/airlock/plugin/view"
)

// world is the clocks of a host, and what the glass told.
type world struct {
	now     time.Time
	running time.Duration
	uptime  time.Duration
	boot    string
	timers  []func()
	file    string
	allowed []string
	ids     int

	mu     sync.Mutex
	events []breakglass.Event
}

func newWorld(t *testing.T) *world {
	return &world{
		now: time.Unix(1790000000, 0), uptime: time.Hour, boot: "a", file: filepath.Join(t.TempDir(), "state", "breakglass.json"),
		allowed: []string{"image.prune", "network.prune"},
	}
}

// pass lets all clocks run.
func (w *world) pass(d time.Duration) {
	w.now, w.running, w.uptime = w.now.Add(d), w.running+d, w.uptime+d
}

func (w *world) glass(t *testing.T) *breakglass.Glass {
	t.Helper()
	g, err := breakglass.New(breakglass.Options{
		ID:       func() string { w.ids++; return "id-" + string(rune('0'+w.ids)) },
		Openable: func() []string { return w.allowed }, File: w.file,
		Now: func() time.Time { return w.now }, Running: func() time.Duration { return w.running },
		Boot: func() (string, time.Duration, error) { return w.boot, w.uptime, nil },
		After: func(_ time.Duration, call func()) func() bool {
			w.timers = append(w.timers, call)
			return func() bool { return true }
		},
		Notify: func(e breakglass.Event) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.events = append(w.events, e)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// told returns the kinds of events since the last call, with their causes.
func (w *world) told() string {
	var kinds []string
	for _, e := range w.events {
		text := string(e.Kind)
		if e.Cause != nil {
			text += ": " + e.Cause.Error()
		}
		kinds = append(kinds, text)
	}
	w.events = nil
	return strings.Join(kinds, ", ")
}

var prune = breakglass.Request{Operations: []string{"network.prune", "image.prune"}, For: 15 * time.Minute, Reason: "disk full", Ticket: "OPS-7"}

func open(t *testing.T, g *breakglass.Glass, r breakglass.Request) breakglass.State {
	t.Helper()
	state, err := g.Open(r)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func TestOpen(t *testing.T) {
	w := newWorld(t)
	g := w.glass(t)
	if g.Breakglass() != nil || g.State().Open {
		t.Error("open from the start")
	}
	state := open(t, g, prune)
	want := breakglass.State{
		Open: true, ID: "id-1", Operations: []string{"image.prune", "network.prune"}, Reason: "disk full", Ticket: "OPS-7",
		Opened: w.now.UTC(), Until: w.now.UTC().Add(15 * time.Minute),
	}
	if !reflect.DeepEqual(state, want) || !reflect.DeepEqual(g.State(), want) {
		t.Errorf("got %+v, %+v, want %+v", state, g.State(), want)
	}
	seen := &view.Breakglass{ID: "id-1", Operations: want.Operations, Until: want.Until.Unix(), Reason: "disk full", Ticket: "OPS-7"}
	if got := g.Breakglass(); !reflect.DeepEqual(got, seen) {
		t.Errorf("policies see %+v, want %+v", got, seen)
	}
	if _, err := g.Open(prune); !errors.Is(err, breakglass.ErrOpen) {
		t.Errorf("opened twice: %v", err)
	}
	if got := g.Close(); !reflect.DeepEqual(got, want) || g.Breakglass() != nil {
		t.Errorf("closed %+v, then %+v", got, g.Breakglass())
	}
	if got := g.Close(); got.Open || got.ID != "" {
		t.Errorf("closed what was closed: %+v", got)
	}
	open(t, g, prune)
	g.End()
	if g.Breakglass() != nil {
		t.Error("open after the end")
	}
	if got := w.told(); got != "opened, closed, opened, ended" {
		t.Error(got)
	}
	if _, err := os.Stat(w.file); err == nil {
		t.Error("kept without being asked to")
	}
}

// TestExpires holds each clock alone to ending an opening, and none to prolonging it.
func TestExpires(t *testing.T) {
	for _, tc := range []struct {
		name string
		pass func(*world)
		open bool
	}{
		{"not yet", func(w *world) { w.pass(15*time.Minute - time.Second) }, true},
		{"in time", func(w *world) { w.pass(15 * time.Minute) }, false},
		{"the clock was set back", func(w *world) { w.pass(15 * time.Minute); w.now = w.now.Add(-24 * time.Hour) }, false},
		{"the clock was set back before the end", func(w *world) { w.pass(time.Minute); w.now = w.now.Add(-24 * time.Hour) }, true},
		{"the clock was set on", func(w *world) { w.now = w.now.Add(time.Hour) }, false},
		{"the host slept", func(w *world) { w.now = w.now.Add(15 * time.Minute) }, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			g := w.glass(t)
			open(t, g, prune)
			tc.pass(w)
			if got := g.Breakglass() != nil; got != tc.open || g.State().Open != tc.open {
				t.Errorf("open %v, want %v", got, tc.open)
			}
			if got := w.told(); strings.HasSuffix(got, "expired") == tc.open {
				t.Error(got)
			}
		})
	}
}

// TestExpiryIsTold without anybody asking, and once.
func TestExpiryIsTold(t *testing.T) {
	w := newWorld(t)
	g := w.glass(t)
	open(t, g, prune)
	w.pass(15 * time.Minute)
	w.timers[0]()
	w.timers[0]()
	if got := w.told(); got != "opened, expired" {
		t.Error(got)
	}
	state := open(t, g, prune) // and again after an expiry nobody has noticed
	w.pass(time.Hour)
	if next := open(t, g, prune); next.ID == state.ID {
		t.Error("the old opening again")
	}
	if got := w.told(); got != "opened, expired, opened" {
		t.Error(got)
	}
}

func TestRequests(t *testing.T) {
	with := func(change func(*breakglass.Request)) breakglass.Request {
		r := prune
		change(&r)
		return r
	}
	for want, r := range map[string]breakglass.Request{
		"no operation is named":                          with(func(r *breakglass.Request) { r.Operations = nil }),
		`"build.run" is no operation that can be opened`: with(func(r *breakglass.Request) { r.Operations = []string{"network.prune", "build.run"} }),
		"network.prune is named twice":                   with(func(r *breakglass.Request) { r.Operations = []string{"network.prune", "network.prune"} }),
		"65 operations":                                  with(func(r *breakglass.Request) { r.Operations = make([]string, 65) }),
		"want whole seconds":                             with(func(r *breakglass.Request) { r.For = 1500 * time.Millisecond }),
		"0s, want whole seconds":                         with(func(r *breakglass.Request) { r.For = 0 }),
		"-1s, want whole seconds":                        with(func(r *breakglass.Request) { r.For = -time.Second }),
		"want at most 1h0m0s":                            with(func(r *breakglass.Request) { r.For = time.Hour + time.Second }),
		"no reason is given":                             with(func(r *breakglass.Request) { r.Reason = "" }),
		"reason: 201 bytes":                              with(func(r *breakglass.Request) { r.Reason = strings.Repeat("x", 201) }),
		"reason: white space":                            with(func(r *breakglass.Request) { r.Reason = "a\nb" }),
		"ticket: white space":                            with(func(r *breakglass.Request) { r.Ticket = "\u202ex" }),
	} {
		t.Run(want, func(t *testing.T) {
			w := newWorld(t)
			g := w.glass(t)
			if _, err := g.Open(r); !errors.Is(err, breakglass.ErrRequest) || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %s", err, want)
			}
			if g.Breakglass() != nil || len(w.events) > 0 {
				t.Error("opened all the same")
			}
		})
	}
	w := newWorld(t)
	w.file = ""
	if _, err := w.glass(t).Open(with(func(r *breakglass.Request) { r.Persist = true })); !errors.Is(err, breakglass.ErrRequest) {
		t.Errorf("kept nowhere: %v", err)
	}
}

// TestPersist holds what outlives a restart, and what does not.
func TestPersist(t *testing.T) {
	keep := prune
	keep.Persist = true
	for _, tc := range []struct {
		name    string
		between func(t *testing.T, w *world)
		want    string // events of the second gate
	}{
		{"restart", func(*testing.T, *world) {}, "restored"},
		{"restart near the end", func(_ *testing.T, w *world) { w.pass(15*time.Minute - time.Second) }, "restored"},
		{"expired meanwhile", func(_ *testing.T, w *world) { w.pass(15 * time.Minute) }, "expired"},
		{"expired, and the clock set back", func(_ *testing.T, w *world) { w.pass(20 * time.Minute); w.now = w.now.Add(-19 * time.Minute) }, "expired"},
		{"the clock set back before it was opened", func(_ *testing.T, w *world) { w.now = w.now.Add(-time.Minute) },
			"dropped: …: the clock stands before it was opened"},
		{"the host restarted", func(_ *testing.T, w *world) { w.boot, w.uptime = "b", time.Minute }, "dropped: …: the host was restarted since"},
		{"no longer openable", func(_ *testing.T, w *world) { w.allowed = []string{"image.prune"} },
			`dropped: …: "network.prune" is no operation that can be opened; these can: image.prune`},
		{"no file", func(t *testing.T, w *world) { check(t, os.Remove(w.file)) }, ""},
		{"an empty file", func(t *testing.T, w *world) { check(t, os.WriteFile(w.file, nil, 0o600)) }, "dropped: …"},
		{"half a file", func(t *testing.T, w *world) { check(t, os.Truncate(w.file, 40)) }, "dropped: …"},
		{"a file others may write", func(t *testing.T, w *world) { check(t, os.Chmod(w.file, 0o620)) }, "dropped: …: mode -rw--w----, want 0600"},
		{"a file of somebody else", func(t *testing.T, w *world) {
			if os.Geteuid() != 0 {
				t.Skip("only root gives files away")
			}
			check(t, os.Chown(w.file, 12345, 12345))
		}, "dropped: …: it belongs to somebody else"},
		{"a link", func(t *testing.T, w *world) {
			check(t, os.Rename(w.file, w.file+".real"))
			check(t, os.Symlink(w.file+".real", w.file))
		}, "dropped: …"},
		{"a pipe", func(t *testing.T, w *world) {
			check(t, os.Remove(w.file))
			check(t, syscall.Mkfifo(w.file, 0o600))
		}, "dropped: …: no regular file"},
		{"a longer time", func(t *testing.T, w *world) { edit(t, w.file, `"ends":4500`, `"ends":7200`) }, "dropped: …: it would last longer than it was opened for"},
		{"a longer time of day", func(t *testing.T, w *world) { edit(t, w.file, `"until":1790000900`, `"until":1790009000`) }, "dropped: …"},
		{"a key twice", func(t *testing.T, w *world) { edit(t, w.file, `"version":1`, `"version":1,"version":1`) }, "dropped: …"},
		{"another version", func(t *testing.T, w *world) { edit(t, w.file, `"version":1`, `"version":2`) }, "dropped: …: version 2, want 1"},
		{"no id", func(t *testing.T, w *world) { edit(t, w.file, `"id-1"`, `""`) }, "dropped: …: no id"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			first := w.glass(t)
			state := open(t, first, keep)
			if info, err := os.Stat(w.file); err != nil || info.Mode() != 0o600 {
				t.Fatalf("%v %v", info, err)
			}
			first.End()
			if got := w.told(); got != "opened" {
				t.Error(got)
			}
			w.running = 0
			tc.between(t, w)
			second := w.glass(t)
			second.Restore()
			got := w.told()
			want, rest, _ := strings.Cut(tc.want, "…")
			if !strings.HasPrefix(got, want) || !strings.HasSuffix(got, rest) || (got == "") != (tc.want == "") {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			if tc.want != "restored" {
				if second.Breakglass() != nil {
					t.Error("open")
				}
				return
			}
			if restored := second.State(); !reflect.DeepEqual(restored, state) {
				t.Errorf("got %+v, want %+v", restored, state)
			}
			w.pass(15 * time.Minute)
			if second.Breakglass() != nil {
				t.Error("open after its end")
			}
			if _, err := os.Stat(w.file); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the file is left: %v", err)
			}
		})
	}
}

func TestCloseForgets(t *testing.T) {
	w := newWorld(t)
	g := w.glass(t)
	keep := prune
	keep.Persist = true
	open(t, g, keep)
	g.Close()
	if _, err := os.Stat(w.file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is left: %v", err)
	}
}

// TestKernelClocks opens with the clocks of the host itself.
func TestKernelClocks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "breakglass.json")
	options := breakglass.Options{ID: func() string { return "x" }, Openable: func() []string { return []string{"a"} }, File: file}
	first, err := breakglass.New(options)
	if err != nil {
		t.Fatal(err)
	}
	open(t, first, breakglass.Request{Operations: []string{"a"}, For: time.Minute, Reason: "why", Persist: true})
	first.End()
	second, err := breakglass.New(options)
	if err != nil {
		t.Fatal(err)
	}
	if second.Restore(); second.Breakglass() == nil {
		t.Error("not restored")
	}
	second.Close()
	open(t, second, breakglass.Request{Operations: []string{"a"}, For: time.Second, Reason: "why"})
	for range 300 {
		if second.Breakglass() == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("open for three times as long as asked")
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func edit(t *testing.T, file, old, new string) {
	t.Helper()
	text, err := os.ReadFile(file)
	check(t, err)
	if !strings.Contains(string(text), old) {
		t.Fatalf("%s is not in %s", old, text)
	}
	check(t, os.WriteFile(file, []byte(strings.Replace(string(text), old, new, 1)), 0o600))
}

func TestNewRefuses(t *testing.T) {
	id, none := func() string { return "" }, func() []string { return nil }
	for _, o := range []breakglass.Options{{}, {ID: id}, {Openable: none}, {ID: id, Openable: none, Max: 25 * time.Hour}} {
		if _, err := breakglass.New(o); err == nil {
			t.Errorf("made a glass of %+v", o)
		}
	}
}
