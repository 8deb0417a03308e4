package evidence

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"github.com/airlock-gate/airlock/plugin/keyring"
	"github.com/airlock-gate/airlock/plugin/view"
)

// Source fetches material; a Collector is one.
type Source interface {
	Collect(ctx context.Context, repository, digest, platform string) (*Material, error)
}

// Ages of what is remembered. Every zero value means its default.
type Ages struct {
	Soft     time.Duration // an answer is asked for again after it; 10 min
	Hard     time.Duration // an answer the registry no longer confirms is believed until then; 24 h
	Negative time.Duration // "no signature" is asked for again after it, so that a new signature works soon; 30 s
	BackOff  time.Duration // a registry that failed is left alone for it, doubling up to a minute; 5 s
	Patience time.Duration // how long a caller with an older answer in hand waits for a newer one; 300 ms
}

func (a Ages) orDefault() Ages {
	for _, age := range []struct {
		value *time.Duration
		or    time.Duration
	}{
		{&a.Soft, 10 * time.Minute}, {&a.Hard, 24 * time.Hour}, {&a.Negative, 30 * time.Second},
		{&a.BackOff, 5 * time.Second}, {&a.Patience, 300 * time.Millisecond},
	} {
		if *age.value <= 0 {
			*age.value = age.or
		}
	}
	return a
}

const (
	maxBackOff  = time.Minute
	maxEntries  = 4096
	maxFailures = 4096
)

// KeeperOptions configure a Keeper. Source is required.
type KeeperOptions struct {
	Source  Source
	Dir     string // where evidence outlives the process; "" keeps it in memory only
	Ages    Ages
	Observe func(origin string, took time.Duration) // called for each look-up; may be nil
	Report  func(error)                             // what went wrong beside a look-up (disk); may be nil
	Now     func() time.Time                        // the clock; nil is the system's
}

// Keeper answers from what it remembers, and asks the source when that is too old. Many callers who ask for one image at
// once cost one visit to the registry. It is safe for concurrent use.
type Keeper struct {
	source  Source
	shelf   *shelf
	ages    Ages
	observe func(string, time.Duration)
	report  func(error)
	now     func() time.Time

	known  *lru.Cache[known, *view.Evidence] // Origin is left empty, Checked is when the registry answered
	flight singleflight.Group

	mu     sync.Mutex
	failed *lru.Cache[wanted, *failure]
}

// wanted is what a registry is asked for; known is that under one ring of keys.
type wanted struct{ repository, digest, platform string }

type known struct {
	wanted
	ring string
}

// failure is a registry's last failure about one image.
type failure struct {
	why   string
	until time.Time
	wait  time.Duration
}

// NewKeeper makes a Keeper. A directory that others may write to is an error: what lies there is believed up to the
// signatures.
func NewKeeper(o KeeperOptions) (*Keeper, error) {
	if o.Source == nil {
		return nil, errors.New("make evidence keeper: no source")
	}
	k := &Keeper{source: o.Source, ages: o.Ages.orDefault(), observe: o.Observe, report: o.Report, now: o.Now}
	if k.observe == nil {
		k.observe = func(string, time.Duration) {}
	}
	if k.report == nil {
		k.report = func(error) {}
	}
	if k.now == nil {
		k.now = time.Now
	}
	var err error
	if k.known, err = lru.New[known, *view.Evidence](maxEntries); err != nil {
		return nil, fmt.Errorf("make evidence keeper: %w", err)
	}
	if k.failed, err = lru.New[wanted, *failure](maxFailures); err != nil {
		return nil, fmt.Errorf("make evidence keeper: %w", err)
	}
	if o.Dir != "" {
		if k.shelf, err = openShelf(o.Dir, maxEntries, k.ages.Hard, k.now()); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// LookUp returns the evidence for an image of a registry that the caller has found to be one of the site's. It never
// fails: what is not known is told in Origin and Error, and policies decide what that is worth. The answer is shared and
// must not be changed.
func (k *Keeper) LookUp(ctx context.Context, ring *keyring.Ring, repository, digest, platform string) *view.Evidence {
	began := k.now()
	e := k.lookUp(ctx, ring, wanted{repository, digest, platform})
	k.observe(e.Origin, k.now().Sub(began))
	return e
}

func (k *Keeper) lookUp(ctx context.Context, ring *keyring.Ring, w wanted) *view.Evidence {
	about := known{w, ring.ID()}
	old := k.remembered(about, ring)
	if old != nil && k.age(old) < k.life(old) {
		return told(old, "cache", "")
	}
	if why, resting := k.resting(w); resting {
		return k.without(old, why)
	}
	answer := k.flight.DoChan(fmt.Sprintf("%q", about), func() (any, error) {
		// Whoever came first may leave; the others, and the next caller, still want the answer. The source ends it.
		return k.visit(context.WithoutCancel(ctx), about, ring)
	})
	var patience <-chan time.Time
	if old != nil && k.age(old) < k.ages.Hard {
		timer := time.NewTimer(k.ages.Patience)
		defer timer.Stop()
		patience = timer.C
	}
	select {
	case got := <-answer:
		if got.Err != nil {
			return k.without(old, Why(got.Err))
		}
		return told(got.Val.(*view.Evidence), "registry", "")
	case <-patience:
		return k.without(old, "timeout")
	case <-ctx.Done():
		return k.without(old, "timeout")
	}
}

// visit asks the source and remembers what it says, its failures included.
func (k *Keeper) visit(ctx context.Context, about known, ring *keyring.Ring) (*view.Evidence, error) {
	m, err := k.source.Collect(ctx, about.repository, about.digest, about.platform)
	k.mu.Lock()
	defer k.mu.Unlock()
	if err != nil {
		f := &failure{why: Why(err), wait: k.ages.BackOff}
		if last, ok := k.failed.Get(about.wanted); ok {
			f.wait = min(2*last.wait, max(maxBackOff, k.ages.BackOff))
		}
		f.until = k.now().Add(f.wait)
		k.failed.Add(about.wanted, f)
		return nil, err
	}
	k.failed.Remove(about.wanted)
	if k.shelf != nil {
		if err := k.shelf.put(m); err != nil {
			k.report(err)
		}
	}
	return k.learn(about, m, ring), nil
}

// learn verifies material and keeps the outcome.
func (k *Keeper) learn(about known, m *Material, ring *keyring.Ring) *view.Evidence {
	e := Judge(m, ring)
	e.Checked = m.Fetched.Unix()
	k.known.Add(about, e)
	return e
}

// remembered returns what is known under the ring, from memory or else from disk, where it is verified anew.
func (k *Keeper) remembered(about known, ring *keyring.Ring) *view.Evidence {
	if e, ok := k.known.Get(about); ok {
		return e
	}
	if k.shelf == nil {
		return nil
	}
	m, err := k.shelf.get(about.wanted)
	if err != nil {
		k.report(err)
	}
	if m == nil || m.Fetched.After(k.now()) {
		return nil // from the future: the clock was set back, so nobody can tell its age
	}
	return k.learn(about, m, ring)
}

func (k *Keeper) age(e *view.Evidence) time.Duration { return k.now().Sub(time.Unix(e.Checked, 0)) }

// life is how long an answer is taken without asking again, and never longer than it may be believed.
func (k *Keeper) life(e *view.Evidence) time.Duration {
	if !e.Present || len(e.Signatures) == 0 || len(e.Scans) == 0 {
		return min(k.ages.Negative, k.ages.Soft, k.ages.Hard)
	}
	return min(k.ages.Soft, k.ages.Hard)
}

// resting tells whether the registry failed so recently that it is left alone, and why it failed.
func (k *Keeper) resting(w wanted) (string, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f, ok := k.failed.Get(w)
	if !ok || !k.now().Before(f.until) {
		return "", false
	}
	return f.why, true
}

// without tells what is known while the registry gives no answer: the older one up to its hard age, else nothing.
func (k *Keeper) without(old *view.Evidence, why string) *view.Evidence {
	if old != nil && k.age(old) < k.ages.Hard {
		return told(old, "stale", why)
	}
	return told(Nothing(), "unreachable", why)
}

func told(e *view.Evidence, origin, why string) *view.Evidence {
	copied := *e
	copied.Origin, copied.Error = origin, why
	return &copied
}
