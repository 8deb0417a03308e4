package plugin

import (
	"net"
	"sync"
	"time"
)

// patientListener accepts connections on which the time to send a header runs from the first byte.
//
// The engine's HTTP client dials when its connections are busy, and keeps the new one unused when another became free
// in the meantime. net/http would close it after ReadHeaderTimeout, with the risk that a call is just being sent on it.
type patientListener struct{ net.Listener }

// Accept returns the next connection.
func (l patientListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &patientConn{Conn: conn}, nil
}

// patientConn holds back the first read deadline until there is something to read.
type patientConn struct {
	net.Conn
	mu      sync.Mutex
	started bool
	allowed time.Duration // time of the deadline held back, from when it was set; zero is none
}

// Read reads, and starts the deadline held back with the first bytes.
func (c *patientConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.started && n > 0 {
		c.started = true
		if c.allowed > 0 {
			_ = c.Conn.SetReadDeadline(time.Now().Add(c.allowed)) // fails on a closed connection, as the next read will
		}
	}
	return n, err
}

// SetReadDeadline sets the deadline, or holds it back.
func (c *patientConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.started {
		if left := time.Until(t); t.IsZero() || left > 0 {
			c.allowed = max(left, 0)
			return nil
		}
	}
	return c.Conn.SetReadDeadline(t)
}
