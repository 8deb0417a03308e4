package bundle

import (
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Bounds of what is interned: with them a caller who makes every request another one bounds the memory it costs.
const (
	maxInterned = 2048 // terms in one generation
	maxImage    = 512  // bytes of an image
	maxLeaves   = 64   // fields of a type, its parts' included
	maxElements = 64   // of all lists of a value
)

// interned keeps the terms of parts of inputs. Most parts of a request are as they were in the one before: the engine, the
// namespaces nobody asked for, the variables of the same image. A term never changes, so inputs can share it, and finding
// it costs a fraction of building its objects. Terms that are not asked for are forgotten. It is safe for concurrent use.
type interned struct {
	mu         sync.RWMutex
	young, old map[string]*ast.Term // by image; the old ones are those that were young before
}

// term returns the term of an image, nil when it is not known.
func (i *interned) term(image []byte) *ast.Term {
	i.mu.RLock()
	t := i.young[string(image)]
	aged := t == nil
	if aged {
		t = i.old[string(image)]
	}
	i.mu.RUnlock()
	if aged && t != nil {
		i.keep(image, t)
	}
	return t
}

// keep keeps a term that nobody changes any more.
func (i *interned) keep(image []byte, t *ast.Term) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.young) >= maxInterned {
		i.old, i.young = i.young, nil
	}
	if i.young == nil {
		i.young = make(map[string]*ast.Term, maxInterned/4)
	}
	i.young[string(image)] = t
}
