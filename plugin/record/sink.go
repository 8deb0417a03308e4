package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// ErrClosed is returned for lines written after Close.
var ErrClosed = errors.New("log sink is closed")

const (
	// defaultLines is the queue length when none is given: about a second of decisions of a busy host.
	defaultLines = 4096
	// gather is how long lines are collected before they are written together. Waking a goroutine and the kernel for
	// each of them would cost more than all the rest of its decision.
	gather = 10 * time.Millisecond
	// keptQueue is how large a queue's memory may be to be used again: bursts are rare.
	keptQueue = 256 << 10
)

// Sink is a writer that never blocks: lines wait in a bounded queue while another goroutine writes them, those of a few
// milliseconds at a time. A line that finds the queue full, or that the writer refuses, is dropped and counted, and a
// line saying how many went missing follows as soon as the writer accepts one.
type Sink struct {
	out     io.Writer
	limit   int
	full    *time.Timer   // runs out some time after the first line of a queue
	hurry   chan struct{} // closed by Close: nothing is gathered any more
	done    chan struct{}
	dropped atomic.Uint64

	mu     sync.Mutex
	queue  []byte // lines, one after the other
	queued int    // how many these are
	lines  int    // with those that are being written
	closed bool
}

// NewSink returns a Sink in front of out, with room for so many lines; zero means a default. Each Write of out gets one
// or several whole lines.
func NewSink(out io.Writer, lines int) *Sink {
	if lines <= 0 {
		lines = defaultLines
	}
	s := &Sink{
		out: out, limit: lines, full: time.NewTimer(gather), hurry: make(chan struct{}), done: make(chan struct{}),
	}
	go s.drain()
	return s
}

// Write queues one line. The slice is copied: loggers reuse theirs.
func (s *Sink) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		s.dropped.Add(1)
		return 0, ErrClosed
	}
	if s.lines >= s.limit {
		s.dropped.Add(1)
		return len(line), nil
	}
	if s.queued == 0 {
		s.full.Reset(gather)
	}
	s.lines++
	s.queued++
	s.queue = append(s.queue, line...)
	return len(line), nil
}

// Dropped returns how many lines went missing so far.
func (s *Sink) Dropped() uint64 { return s.dropped.Load() }

// Close stops accepting lines and waits until the queue is written or ctx ends.
func (s *Sink) Close(ctx context.Context) error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.hurry)
	}
	s.mu.Unlock()
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("drain log sink: %w", ctx.Err())
	}
}

func (s *Sink) drain() {
	defer close(s.done)
	defer s.full.Stop()
	var told uint64
	var spare []byte
	for ended := false; !ended; {
		select {
		case <-s.full.C:
		case <-s.hurry:
			ended = true // after what is queued: no line follows
		}
		s.mu.Lock()
		lines, count := s.queue, s.queued
		s.queue, s.queued = spare[:0], 0
		s.mu.Unlock()
		if count > 0 {
			told = s.write(lines, count, told)
		}
		if spare = lines; cap(spare) > keptQueue {
			spare = nil
		}
	}
	s.tell(told)
}

// write writes so many lines, and before them how many went missing.
func (s *Sink) write(lines []byte, count int, told uint64) uint64 {
	told = s.tell(told)
	if n, err := s.out.Write(lines); err != nil {
		whole := bytes.Count(lines[:min(max(n, 0), len(lines))], []byte{'\n'})
		s.dropped.Add(uint64(max(count-whole, 0)))
	}
	s.mu.Lock()
	s.lines -= count
	s.mu.Unlock()
	return told
}

// tell writes how many lines went missing since the last time it could say so, and returns the total it has told.
func (s *Sink) tell(told uint64) uint64 {
	total := s.dropped.Load()
	if total == told {
		return told
	}
	notice := fmt.Sprintf(`{"level":"error","time":%q,"dropped":%d,"dropped_total":%d,"message":"log lines dropped"}`+"\n",
		time.Now().UTC().Format(time.RFC3339), total-told, total)
	if _, err := io.WriteString(s.out, notice); err != nil {
		return told
	}
	return total
}
