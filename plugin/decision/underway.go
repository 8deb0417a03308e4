package decision

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/airlock-gate/airlock/plugin/view"
)

// Decisions by the topology and the effects that follow them.
//
// Two requests, each legal by what the engine shows, may be illegal together: the effect of the first shows only some
// time after it was admitted. Holding every other decision back until then would be right and slow (a start takes half a
// second, and a crowd of them would run into the deadline), and a response hook that never comes would block everybody.
// So no effect is waited for. What was admitted is noted instead, and until the engine has carried it out every decision
// sees the topology with it. Changes only ever add, so a decision that is legal with all noted changes is legal with
// whichever of them come true. Only the decisions themselves take turns, for the moment between reading the notes and
// adding one.
//
// A note ends with the response hook of its request, which comes after the effect. A decision reads the engine before it
// reads the notes; it sees each note that had not ended when it began to read, so an effect is in one or the other. A
// response hook names method and target only. When several such requests are under way it is not known whose it is: their
// notes end together, with the last response. A hook may not come at all (a panic of the handler, another plugin's
// denial): a note then expires. Nobody waits for it meanwhile, so its time is ample; all it can do is deny.
//
// Taking away needs no note: a disconnect or a removal counts from when the engine shows it.
const (
	noteLife   = time.Minute     // above the longest time the engine takes to carry a request out
	noteLimit  = 4096            // requests under way at once
	turnBudget = 4 * time.Second // how long a decision waits for those before it
)

var (
	errNoTurn       = errors.New("other requests that change networks are still being decided")
	errTooManyNotes = errors.New("too many requests that change networks are under way")
)

// errand is a request as a response hook names it.
type errand struct{ method, target string }

// note is one admitted request. Its change is empty when it adds nothing to the topology; it is then noted all the same,
// because its response hook may look like that of one which does.
type note struct {
	change   view.Change
	admitted time.Time
	ended    time.Time // zero until it is known that the engine is done
}

// queue is the notes of requests that look the same.
type queue struct {
	notes    []*note
	answered int // response hooks among those whose notes have not ended
}

// underWay is what the gate has admitted and the engine may not have carried out yet. It is safe for concurrent use.
type underWay struct {
	turn chan struct{}

	mu       sync.Mutex
	queues   map[errand]*queue
	count    int
	serial   uint64
	readings map[*reading]struct{}
}

func newUnderWay() *underWay {
	return &underWay{turn: make(chan struct{}, 1), queues: map[errand]*queue{}, readings: map[*reading]struct{}{}}
}

// reading is one decision's look at the engine and the notes.
type reading struct {
	of     *underWay
	began  time.Time
	inTurn bool
}

// read begins a reading, before the engine is asked anything. Whoever begins one closes it.
func (u *underWay) read() *reading {
	u.mu.Lock()
	defer u.mu.Unlock()
	r := &reading{of: u, began: time.Now()}
	u.readings[r] = struct{}{}
	return r
}

// changes waits for the decision's turn, which lasts until the reading is closed, and returns what the engine may not
// show yet.
func (r *reading) changes(ctx context.Context) ([]view.Change, error) {
	ctx, cancel := context.WithTimeout(ctx, turnBudget)
	defer cancel()
	select {
	case r.of.turn <- struct{}{}:
		r.inTurn = true
	case <-ctx.Done():
		return nil, errNoTurn
	}
	u := r.of
	u.mu.Lock()
	defer u.mu.Unlock()
	u.expire()
	var list []view.Change
	for _, q := range u.queues {
		for _, n := range q.notes {
			if n.change.Key != "" && (n.ended.IsZero() || !n.ended.Before(r.began)) {
				list = append(list, n.change)
			}
		}
	}
	return list, nil
}

// close ends the turn and the reading.
func (r *reading) close() {
	u := r.of
	if r.inTurn {
		<-u.turn
		r.inTurn = false
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.readings, r)
}

// admit notes a request that is about to be admitted.
func (u *underWay) admit(e errand, change view.Change) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.count >= noteLimit {
		u.expire()
	}
	if u.count >= noteLimit {
		return errTooManyNotes
	}
	if change.Member != nil || change.Network != nil {
		u.serial++
		change.Key = strconv.FormatUint(u.serial, 10)
	}
	q := u.queues[e]
	if q == nil {
		q = &queue{}
		u.queues[e] = q
	}
	q.notes = append(q.notes, &note{change: change, admitted: time.Now()})
	u.count++
	return nil
}

// awaits tells whether a response hook ends a note.
func (u *underWay) awaits(e errand) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.queues[e] != nil
}

// answer takes note of a response hook.
func (u *underWay) answer(e errand) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if q := u.queues[e]; q != nil {
		q.answered++
		q.settle(time.Now())
	}
	u.expire()
}

// settle ends all notes of a queue once there is an answer for each.
func (q *queue) settle(now time.Time) {
	open := 0
	for _, n := range q.notes {
		if n.ended.IsZero() {
			open++
		}
	}
	if q.answered < open {
		return
	}
	q.answered = 0
	for _, n := range q.notes {
		if n.ended.IsZero() {
			n.ended = now
		}
	}
}

// expire drops the notes whose time is over, and the ended ones that no reading can miss.
func (u *underWay) expire() {
	now := time.Now()
	oldest := now
	for r := range u.readings {
		if r.began.Before(oldest) {
			oldest = r.began
		}
	}
	u.count = 0
	for e, q := range u.queues {
		kept := q.notes[:0]
		for _, n := range q.notes {
			over := now.Sub(n.admitted) >= noteLife
			if !n.ended.IsZero() {
				over = n.ended.Before(oldest)
			}
			if !over {
				kept = append(kept, n)
			}
		}
		clear(q.notes[len(kept):])
		q.notes = kept
		if len(kept) == 0 {
			delete(u.queues, e)
			continue
		}
		q.settle(now) // the missing answers may have been those of notes that expired
		u.count += len(kept)
	}
}
