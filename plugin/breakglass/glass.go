package breakglass

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/airlock-gate/airlock/plugin/view"
)

// Bounds of an opening.
const (
	DefaultMax = time.Hour
	MaxMax     = 24 * time.Hour // longest time anybody may allow

	maxText       = 200 // bytes of reason and ticket, which stand in every record
	maxOperations = 64
)

// Errors of Open.
var (
	ErrRequest = errors.New("nothing was opened")
	ErrOpen    = errors.New("something is open already")
)

// Request is what is to be opened.
type Request struct {
	Operations []string
	For        time.Duration // whole seconds
	Reason     string
	Ticket     string // may be ""
	Persist    bool   // outlives a restart of the gate
}

// State is what is open. Closed, all but Operations is zero.
type State struct {
	Open       bool      `json:"open"`
	ID         string    `json:"id"` // stands in the record of every decision made while it is open
	Operations []string  `json:"operations"`
	Reason     string    `json:"reason"`
	Ticket     string    `json:"ticket"`
	Opened     time.Time `json:"opened"`
	Until      time.Time `json:"until"`
	Persist    bool      `json:"persist"`
}

// Kind is what happened to an opening.
type Kind string

// Kinds of events.
const (
	Opened   Kind = "opened"
	Restored Kind = "restored" // from the file, by a gate that was restarted
	Expired  Kind = "expired"
	Closed   Kind = "closed"  // by somebody
	Ended    Kind = "ended"   // with the gate
	Dropped  Kind = "dropped" // the file opens nothing: Cause says why
	Unkept   Kind = "unkept"  // the file could not be removed: Cause says why
)

// Event tells what happened.
type Event struct {
	Kind  Kind
	State State
	Cause error
}

// Options configure a Glass. ID and Openable are required.
type Options struct {
	ID       func() string   // names an opening
	Openable func() []string // operations that can be opened
	Max      time.Duration   // longest opening; zero is DefaultMax
	File     string          // where an opening is kept over a restart; "" for nowhere
	Notify   func(Event)     // told of everything that happens, in order; may be nil

	Now     func() time.Time                                      // the time of day; nil is the system's
	Running func() time.Duration                                  // a clock that only runs on; nil is the process's
	Boot    func() (id string, uptime time.Duration, err error)   // this run of the host; nil asks the kernel
	After   func(d time.Duration, call func()) (stop func() bool) // nil is time.AfterFunc
}

// Glass holds at most one opening. It is safe for concurrent use.
type Glass struct {
	options Options
	current atomic.Pointer[opening]
	mu      sync.Mutex // one change at a time, events included
}

// opening is one opening. It never changes.
type opening struct {
	state State
	view  view.Breakglass
	ends  time.Duration // of the clock that only runs on
	stop  func() bool
}

// New makes a Glass with nothing open. Restore opens what an earlier gate has kept.
func New(o Options) (*Glass, error) {
	if o.Max == 0 {
		o.Max = DefaultMax
	}
	switch {
	case o.ID == nil || o.Openable == nil:
		return nil, errors.New("make glass: no source of ids, or of operations")
	case o.Max < time.Second || o.Max > MaxMax:
		return nil, fmt.Errorf("make glass: longest opening %v: want 1s to %v", o.Max, MaxMax)
	}
	if o.Notify == nil {
		o.Notify = func(Event) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Running == nil {
		began := time.Now()
		o.Running = func() time.Duration { return time.Since(began) }
	}
	if o.Boot == nil {
		o.Boot = boot
	}
	if o.After == nil {
		o.After = func(d time.Duration, call func()) func() bool { return time.AfterFunc(d, call).Stop }
	}
	return &Glass{options: o}, nil
}

// Breakglass returns what is open as policies see it; nil when nothing is.
func (g *Glass) Breakglass() *view.Breakglass {
	if o := g.live(); o != nil {
		return &o.view
	}
	return nil
}

// State returns what is open.
func (g *Glass) State() State {
	if o := g.live(); o != nil {
		return o.state
	}
	return State{Operations: []string{}}
}

// live returns the opening, unless there is none or its time is up.
func (g *Glass) live() *opening {
	o := g.current.Load()
	if o == nil {
		return nil
	}
	if g.over(o) {
		g.expire(o)
		return nil
	}
	return o
}

// over goes by both clocks: the one that may be set, and the one that may stand still while the host sleeps.
func (g *Glass) over(o *opening) bool {
	return g.options.Running() >= o.ends || !g.options.Now().Before(o.state.Until)
}

func (g *Glass) expire(o *opening) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.current.CompareAndSwap(o, nil) {
		g.end(o, Expired)
	}
}

// end tells of the end of an opening that is in force no more.
func (g *Glass) end(o *opening, kind Kind) {
	o.stop()
	g.options.Notify(Event{Kind: kind, State: o.state})
	if o.state.Persist {
		g.forget(o.state)
	}
}

// Open opens operations. The error wraps ErrRequest or ErrOpen when the request is at fault.
func (g *Glass) Open(r Request) (State, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.check(r); err != nil {
		return State{}, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	if o := g.current.Load(); o != nil && !g.over(o) {
		return o.state, fmt.Errorf("%w, until %s; close it first: airlock breakglass --close", ErrOpen, o.state.Until.Format(time.RFC3339))
	} else if o != nil {
		g.current.Store(nil)
		g.end(o, Expired)
	}
	now := g.options.Now().UTC().Truncate(time.Second)
	state := State{
		Open: true, ID: g.options.ID(), Operations: slices.Sorted(slices.Values(r.Operations)), Reason: r.Reason, Ticket: r.Ticket,
		Opened: now, Until: now.Add(r.For), Persist: r.Persist,
	}
	if r.Persist {
		if err := g.keep(state, r.For); err != nil {
			return State{}, err
		}
	}
	g.options.Notify(Event{Kind: Opened, State: state}) // first: nothing is open that was not recorded
	g.put(state, r.For)
	return state, nil
}

func (g *Glass) put(state State, left time.Duration) {
	o := &opening{
		state: state,
		view: view.Breakglass{ID: state.ID, Operations: state.Operations, Until: state.Until.Unix(), Reason: state.Reason,
			Ticket: state.Ticket},
		ends: g.options.Running() + left,
	}
	o.stop = g.options.After(left, func() { g.live() })
	g.current.Store(o)
}

// Close closes what is open and returns it.
func (g *Glass) Close() State { return g.finish(Closed) }

// End tells that the gate ends, and with it what is open; what was asked to outlive it is left in its file.
func (g *Glass) End() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if o := g.current.Swap(nil); o != nil {
		o.stop()
		if !o.state.Persist {
			g.options.Notify(Event{Kind: Ended, State: o.state})
		}
	}
}

func (g *Glass) finish(kind Kind) State {
	g.mu.Lock()
	defer g.mu.Unlock()
	o := g.current.Swap(nil)
	if o == nil {
		return State{Operations: []string{}}
	}
	if g.over(o) {
		kind = Expired
	}
	g.end(o, kind)
	return o.state
}

// check says what is wrong with a request.
func (g *Glass) check(r Request) error {
	switch {
	case len(r.Operations) == 0:
		return errors.New("no operation is named")
	case len(r.Operations) > maxOperations:
		return fmt.Errorf("%d operations are named, want at most %d", len(r.Operations), maxOperations)
	case r.For < time.Second || r.For%time.Second != 0:
		return fmt.Errorf("a time of %v, want whole seconds", r.For)
	case r.For > g.options.Max:
		return fmt.Errorf("a time of %v, want at most %v", r.For, g.options.Max)
	case r.Reason == "":
		return errors.New("no reason is given")
	case r.Persist && g.options.File == "":
		return errors.New("there is nowhere to keep it over a restart: the gate has no --state-dir")
	}
	for what, text := range map[string]string{"reason": r.Reason, "ticket": r.Ticket} {
		if err := plain(text); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	openable := g.options.Openable()
	seen := map[string]bool{}
	for _, operation := range r.Operations {
		switch {
		case !slices.Contains(openable, operation):
			return fmt.Errorf("%q is no operation that can be opened; these can: %s", clip(operation), strings.Join(openable, ", "))
		case seen[operation]:
			return fmt.Errorf("%s is named twice", operation)
		}
		seen[operation] = true
	}
	return nil
}

// plain demands text that is safe to print on one line.
func plain(text string) error {
	switch {
	case len(text) > maxText:
		return fmt.Errorf("%d bytes, want at most %d", len(text), maxText)
	case text != strings.TrimSpace(text), strings.ContainsFunc(text, func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }):
		return errors.New("white space around it, or characters that cannot be shown in it")
	}
	return nil
}

func clip(text string) string {
	const most = 64
	return text[:min(most, len(text))]
}
