package plugin

import (
	"fmt"
	"io"
	"sync/atomic"
)

// exchange is one call of the engine and its answer.
type exchange struct {
	*connection
	head    *head
	message io.LimitedReader

	mine    bool        // taken by the connection's own goroutine
	claimed atomic.Bool // by whoever answers
}

// take claims the exchange for the connection's own goroutine, which may ask more than once.
func (x *exchange) take() bool {
	x.mine = x.mine || x.claim()
	return x.mine
}

// claim tells whether the caller is the one to answer.
func (x *exchange) claim() bool { return x.claimed.CompareAndSwap(false, true) }

// peek reads method and target, if they stand at the front of the message: in what has arrived, or a little more.
func (x *exchange) peek() (method, target string, ok bool, err error) {
	for _, size := range [...]int{x.reader.Buffered(), responseHead} {
		head, err := x.reader.Peek(int(min(x.message.N, int64(size))))
		if err != nil {
			return "", "", false, fmt.Errorf("read message: %w", err)
		}
		if method, target, ok = peekResponse(head); ok {
			break
		}
	}
	return method, target, ok, nil
}

// skip passes over a message that is too large to be left over.
func (x *exchange) skip() error {
	if x.message.N <= maxLeftover {
		return nil
	}
	n, err := x.reader.Discard(int(x.message.N))
	x.message.N -= int64(n)
	if err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	return nil
}
