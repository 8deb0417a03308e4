package plugin

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/airlock-gate/airlock/plugin/decision"
)

const (
	// readSize is what one read of the socket takes at most: nearly all messages come in one or two.
	readSize = 64 << 10
	// maxLeftover is how much of a message that was answered unread is passed over to keep its connection.
	maxLeftover = 256 << 10
	// parting is how long a connection that is given up is listened to, so that the engine reads the answer first.
	parting = 500 * time.Millisecond
)

// connection is one connection of the engine: it waits for a call, answers it, and waits for the next.
//
// Calls are parsed by net/http but not served by it, because of how its server ends: it closes idle connections, and
// drops the call that is just being sent on one. The engine then sleeps for a second and repeats the call without its
// message (moby pkg/plugins/client.go). Here a connection ends with an answer that says so, or while it is provably idle.
type connection struct {
	net.Conn
	server *Server
	peers  *connections
	reader *bufio.Reader // of the connection itself
	out    []byte

	due     time.Time // when the message must have been read; zero while there is none
	limited bool      // the socket has a deadline, of this message or of its header
	current bool      // and it is due
	written time.Time // when the deadline of writing was set last

	abandoned bool // answered and ended by another goroutine

	mu       sync.Mutex
	waiting  bool // for the first byte of a call
	recalled bool // and not to wait any longer
}

// serve answers calls until the connection ends.
func (c *connection) serve() {
	c.reader = c.server.readers.Get().(*bufio.Reader)
	c.reader.Reset(c)
	defer func() {
		if reason := recover(); reason != nil {
			c.server.logPanic(decision.NewID(), reason)
		}
		if !c.abandoned {
			c.end()
		}
		wipe(c.reader)
		c.server.readers.Put(c.reader)
	}()
	for c.await() && c.next() {
	}
}

// end closes the connection. It may be called more than once.
func (c *connection) end() {
	_ = c.Close() // the engine may have been first
	c.peers.remove(c)
}

// Read reads from the socket. The deadline of a message is set only when some of the message is still to come.
func (c *connection) Read(p []byte) (int, error) {
	if !c.due.IsZero() && !c.current {
		c.limited, c.current = true, true
		_ = c.SetReadDeadline(c.due) // fails on a closed connection, as the read then does
	}
	return c.Conn.Read(p)
}

// limit sets when the message must have been read; zero is never.
func (c *connection) limit(due time.Time) {
	if c.limited && due.IsZero() {
		c.limited = false
		_ = c.SetReadDeadline(due)
	}
	c.due, c.current = due, false
}

// await waits for the first byte of a call, for as long as it takes: the engine keeps connections for later, also such
// as it has never used. It returns false when the connection has ended.
func (c *connection) await() bool {
	if c.reader.Buffered() > 0 {
		return true
	}
	c.mu.Lock()
	c.waiting = true
	c.mu.Unlock()
	if c.peers.recalled.Load() {
		c.recall()
	}
	for {
		_, err := c.reader.Peek(1)
		c.mu.Lock()
		recalled := c.recalled
		c.waiting, c.recalled = err != nil, false
		c.mu.Unlock()
		if recalled {
			_ = c.SetReadDeadline(time.Time{})
		}
		switch {
		case err == nil:
			return true
		case !recalled || !errors.Is(err, os.ErrDeadlineExceeded):
			return false
		}
		c.depart()
	}
}

// recall ends the connection if it waits for a call.
func (c *connection) recall() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting {
		c.recalled = true
		_ = c.SetReadDeadline(time.Unix(1, 0)) // wakes the reader, which departs
	}
}

// depart takes no more calls, unless one has come. The engine's next write fails as a whole then, and it sends the call
// on another connection; a connection closed at once could swallow it. What has been written before is still read.
func (c *connection) depart() {
	raw, ok := c.Conn.(syscall.Conn)
	if !ok {
		_ = c.Close()
		return
	}
	control, err := raw.SyscallConn()
	if err != nil {
		_ = c.Close()
		return
	}
	_ = control.Control(func(fd uintptr) { // fails on a closed connection
		var first [1]byte
		if n, _, _ := syscall.Recvfrom(int(fd), first[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT); n < 1 {
			_ = syscall.Shutdown(int(fd), syscall.SHUT_RD)
		}
	})
}

// next answers one call and tells whether another may follow.
func (c *connection) next() bool {
	began := time.Now()
	c.limit(began.Add(headerTimeout))
	head, refusal := c.header()
	if head == nil {
		if refusal.status != 0 {
			c.write(refusal, true)
			c.part()
		}
		return false
	}
	c.limit(began.Add(headerTimeout + c.server.options.Timeout))
	x := &exchange{
		connection: c, head: head, message: io.LimitedReader{R: c.reader, N: head.length},
	}
	answer, mine := c.server.answer(x)
	if !mine { // it was overdue
		c.abandoned = true
		return false
	}
	last := head.last || c.peers.last.Load() || x.message.N > maxLeftover
	if !c.write(answer, last) {
		return false
	}
	if left := x.message.N; left > 0 && left <= maxLeftover {
		if _, err := c.reader.Discard(int(left)); err != nil {
			return false
		}
	} else if left > 0 {
		c.part()
	}
	c.limit(time.Time{})
	return !last
}

// header reads the header of a call. Without one there is a reply, or none when the engine is gone.
func (c *connection) header() (*head, reply) {
	for have := c.reader.Buffered(); ; have = c.reader.Buffered() {
		text, _ := c.reader.Peek(have)
		if at := bytes.Index(text, endOfHeader); at >= 0 && at <= maxHeaderBytes {
			return c.server.heads.read(c.reader, text[:at+len(endOfHeader)])
		}
		if have > maxHeaderBytes {
			return nil, refuse(http.StatusRequestHeaderFieldsTooLarge, "header too large")
		}
		if _, err := c.reader.Peek(have + 1); err != nil {
			return nil, reply{}
		}
	}
}

// write answers, and tells whether that succeeded; last says that the connection ends after it.
func (c *connection) write(answer reply, last bool) bool {
	if now := time.Now(); now.Sub(c.written) > time.Second {
		c.written = now
		_ = c.SetWriteDeadline(now.Add(writeTimeout))
	}
	c.out = answer.appendTo(c.out[:0], last)
	_, err := c.Write(c.out) // the engine sees a broken connection as a failure, and there is nobody else to tell
	return err == nil
}

// abandon answers and ends for the connection's own goroutine, which has not come back in time.
func (c *connection) abandon(answer reply) {
	c.write(answer, true)
	c.end()
}

// part ends a connection on which a message is still being sent.
func (c *connection) part() {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_ = c.SetReadDeadline(time.Now().Add(parting))
	_, _ = io.Copy(io.Discard, c.Conn)
}

// wipe clears the buffer of a reader: messages hold secrets.
func wipe(reader *bufio.Reader) {
	reader.Reset(zeros{})
	_, _ = reader.Peek(reader.Size())
	reader.Reset(nil)
}

// zeros is a reader of zeros.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
