package record

import (
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

// defaultLines is the queue length when none is given: about a second of decisions of a busy host.
const defaultLines = 4096

// Sink is a writer that never blocks: lines wait in a bounded queue while another goroutine writes them. A line that
// finds the queue full, or that the writer refuses, is dropped and counted, and a line saying how many went missing
// follows as soon as the writer accepts one.
type Sink struct {
	out     io.Writer
	lines   chan []byte
	done    chan struct{}
	dropped atomic.Uint64

	mu     sync.RWMutex
	closed bool
}

// NewSink returns a Sink in front of out, with room for so many lines; zero means a default.
func NewSink(out io.Writer, lines int) *Sink {
	if lines <= 0 {
		lines = defaultLines
	}
	s := &Sink{out: out, lines: make(chan []byte, lines), done: make(chan struct{})}
	go s.drain()
	return s
}

// Write queues one line. The slice is copied: loggers reuse theirs.
func (s *Sink) Write(line []byte) (int, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		s.dropped.Add(1)
		return 0, ErrClosed
	}
	select {
	case s.lines <- append(make([]byte, 0, len(line)), line...):
	default:
		s.dropped.Add(1)
	}
	return len(line), nil
}

// Dropped returns how many lines went missing so far.
func (s *Sink) Dropped() uint64 { return s.dropped.Load() }

// Close stops accepting lines and waits until the queue is written or ctx ends.
func (s *Sink) Close(ctx context.Context) error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.lines)
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
	var told uint64
	for line := range s.lines {
		told = s.tell(told)
		if _, err := s.out.Write(line); err != nil {
			s.dropped.Add(1)
		}
	}
	s.tell(told)
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
