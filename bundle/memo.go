package bundle

import (
	"sync"

	"github.com/airlock-gate/airlock/plugin/view"
)

// maxMemoKey bounds one key: with the number of entries it bounds the memory a caller can make a memo hold.
const maxMemoKey = 512

// memo remembers inputs the policies of one snapshot have admitted. The key is an image of the whole input, so the
// policies see nothing that is not in it; the snapshot's data never changes; and a snapshot whose policies call a
// built-in that may answer differently the next time has no memo. Only admissions are kept: denials are rare, and carry
// values. It dies with the snapshot.
type memo struct {
	encoder *Encoder
	limit   int
	keys    sync.Pool // *[]byte

	mu       sync.RWMutex
	admitted map[string]struct{}
}

func newMemo(encoder *Encoder, limit int) *memo {
	return &memo{
		encoder:  encoder,
		limit:    limit,
		keys:     sync.Pool{New: func() any { b := make([]byte, 0, maxMemoKey); return &b }},
		admitted: make(map[string]struct{}),
	}
}

// key returns the key of an input, and whether it may be remembered: it has no subject and is small. The key is to be
// released after use.
func (m *memo) key(in *view.Input) (*[]byte, bool) {
	if m == nil || in.Container != nil || in.Image != nil || in.Engine != nil {
		return nil, false
	}
	key := m.keys.Get().(*[]byte)
	b, err := m.encoder.Key((*key)[:0], in)
	if err != nil || len(b) > maxMemoKey {
		m.keys.Put(key)
		return nil, false
	}
	*key = b
	return key, true
}

func (m *memo) release(key *[]byte) { m.keys.Put(key) }

func (m *memo) holds(key *[]byte) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	_, ok := m.admitted[string(*key)]
	return ok
}

// add remembers an admitted input. A full memo starts afresh: a caller who floods it only loses the saving.
func (m *memo) add(key *[]byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.admitted) >= m.limit {
		clear(m.admitted)
	}
	m.admitted[string(*key)] = struct{}{}
}
