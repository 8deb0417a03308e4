package plugin

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// connections are those that one Serve has accepted.
type connections struct {
	server   *Server
	calls    context.Context
	last     atomic.Bool // every answer is the last on its connection
	recalled atomic.Bool // no connection waits any more

	mu   sync.Mutex
	open map[*connection]struct{}
	left chan struct{} // holds one when a connection has ended
}

func newConnections(server *Server, calls context.Context) *connections {
	return &connections{
		server: server, calls: calls, open: make(map[*connection]struct{}), left: make(chan struct{}, 1),
	}
}

// accept serves what listener accepts, until that fails for good.
func (p *connections) accept(listener net.Listener) error {
	const first, most = 5 * time.Millisecond, time.Second
	for wait := first; ; {
		conn, err := listener.Accept()
		switch {
		case err == nil:
			wait = first
			c := &connection{Conn: conn, server: p.server, peers: p}
			p.mu.Lock()
			p.open[c] = struct{}{}
			p.mu.Unlock()
			go c.serve()
		case passing(err):
			p.server.options.Log.Error().Err(err).Msg("accept")
			time.Sleep(wait)
			wait = min(2*wait, most)
		default:
			return err
		}
	}
}

// passing tells whether an error of accepting is one of a shortage that may end.
func passing(err error) bool {
	for _, shortage := range [...]syscall.Errno{
		syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED,
	} {
		if errors.Is(err, shortage) {
			return true
		}
	}
	return false
}

func (p *connections) remove(c *connection) {
	p.mu.Lock()
	delete(p.open, c)
	p.mu.Unlock()
	select {
	case p.left <- struct{}{}:
	default:
	}
}

// wait returns once there is no connection, or with the error of ctx.
func (p *connections) wait(ctx context.Context) error {
	for {
		p.mu.Lock()
		open := len(p.open)
		p.mu.Unlock()
		if open == 0 {
			return nil
		}
		select {
		case <-p.left:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// each does something with every connection.
func (p *connections) each(do func(*connection)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		do(c)
	}
}
