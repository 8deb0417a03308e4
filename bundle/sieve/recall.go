package sieve

import (
	"bytes"
	"hash/maphash"
	"sync/atomic"
)

const (
	ways     = 4       // places that one hash leads to
	maxSight = 2 << 10 // bytes of the images of what is remembered
)

// recall remembers what came of inputs, by how they look at some places. It remembers a bounded number, and is safe for
// concurrent use.
type recall[T any] struct {
	places []int
	seed   maphash.Seed
	kept   []atomic.Pointer[sight[T]]
}

// sight is how an input looked, and what came of it.
type sight[T any] struct {
	images Images // of the places, in their order
	hash   uint64
	came   T
}

// newRecall returns one that remembers nothing yet, and so many inputs at most.
func newRecall[T any](places []int, most int) *recall[T] {
	return &recall[T]{places: places, seed: maphash.MakeSeed(), kept: make([]atomic.Pointer[sight[T]], most)}
}

// of returns what came of an input that looked the same, and a hash of how this one looks.
func (r *recall[T]) of(images *Images) (came T, hash uint64, ok bool) {
	var h maphash.Hash
	h.SetSeed(r.seed)
	for _, place := range r.places {
		h.Write(images.of(place))
		h.WriteByte(0)
	}
	hash = h.Sum64()
	set := r.set(hash)
	for i := range set {
		if before := set[i].Load(); before != nil && before.hash == hash && r.alike(images, &before.images) {
			return before.came, hash, true
		}
	}
	return came, hash, false
}

func (r *recall[T]) alike(now, kept *Images) bool {
	for i, place := range r.places {
		if !bytes.Equal(now.of(place), kept.of(i)) {
			return false
		}
	}
	return true
}

// keep remembers what came of an input with a hash, unless that is too much: in a free place, or in any.
func (r *recall[T]) keep(images *Images, hash uint64, came T) {
	size := 0
	for _, place := range r.places {
		size += len(images.of(place))
	}
	if size > maxSight {
		return
	}
	now := &sight[T]{
		images: Images{make([]byte, 0, size), make([]uint32, 0, len(r.places))}, hash: hash, came: came,
	}
	for _, place := range r.places {
		now.images.Add(func(b []byte) []byte { return append(b, images.of(place)...) })
	}
	set := r.set(hash)
	at := &set[hash>>32%ways]
	for i := range set {
		if set[i].Load() == nil {
			at = &set[i]
			break
		}
	}
	at.Store(now)
}

func (r *recall[T]) set(hash uint64) []atomic.Pointer[sight[T]] {
	at := int(hash%uint64(len(r.kept)/ways)) * ways
	return r.kept[at : at+ways]
}
