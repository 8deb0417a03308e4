package bundle

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// Source holds the snapshot in force and replaces it as a whole. A snapshot that cannot be built leaves the last good
// one in force. The zero value is of no use; NewSource makes one.
type Source struct {
	load    func() (*Snapshot, error)
	mu      sync.Mutex // one reload at a time
	current atomic.Pointer[Snapshot]
}

// NewSource builds the first snapshot with load and keeps load for Reload. It fails if there is no first snapshot: there
// is nothing to fall back to.
func NewSource(load func() (*Snapshot, error)) (*Source, error) {
	s := &Source{load: load}
	if _, err := s.Reload(); err != nil {
		return nil, err
	}
	return s, nil
}

// Snapshot returns the snapshot in force. A decision takes it once and keeps it to its end.
func (s *Source) Snapshot() *Snapshot { return s.current.Load() }

// Reload builds a new snapshot beside the one in force and puts it in its place; changed says whether its revision is
// another. On an error the last good snapshot stays in force.
func (s *Source) Reload() (changed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, err := s.load()
	if err != nil {
		return false, err
	}
	if next == nil {
		return false, fmt.Errorf("reload policies: no snapshot")
	}
	last := s.current.Swap(next)
	return last == nil || last.Revision() != next.Revision(), nil
}
