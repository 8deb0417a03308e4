package probe

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Port is where an agent serves TCP and UDP to whoever reaches it.
const Port = 7100

// Serve lets a test use the container: probes are run for whoever asks on the abstract socket of that name, TCP and
// UDP are answered on Port, and every "LISTEN=TARGET" of forwards is one TCP forwarder. It returns what failed.
func Serve(ctx context.Context, name string, forwards []string) error {
	var config net.ListenConfig
	control, err := config.Listen(ctx, "unix", "@airlock-probe-"+name)
	if err != nil {
		return fmt.Errorf("serve probes: %w", err)
	}
	for _, f := range forwards {
		listen, target, _ := strings.Cut(f, "=")
		l, err := config.Listen(ctx, "tcp", listen)
		if err != nil {
			return fmt.Errorf("forward: %w", err)
		}
		go accept(l, func(c net.Conn) { forward(ctx, c, target) })
	}
	// A container in another's network namespace finds the port taken, and needs only its probes.
	if service, err := config.Listen(ctx, "tcp", fmt.Sprintf(":%d", Port)); err == nil {
		go accept(service, func(c net.Conn) { Answer(c, "container "+name) })
	}
	if datagrams, err := config.ListenPacket(ctx, "udp", fmt.Sprintf(":%d", Port)); err == nil {
		go Echo(datagrams, func(string, []byte) {})
	}
	accept(control, func(c net.Conn) {
		defer c.Close()
		var p Probe
		if json.NewDecoder(c).Decode(&p) == nil {
			_ = json.NewEncoder(c).Encode(Run(ctx, p)) // the asker may be gone
		}
	})
	return nil
}

// Answer speaks the least HTTP/1.0 with a body.
func Answer(c net.Conn, body string) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(2 * patience))
	_, _ = c.Read(make([]byte, 512)) // whatever is asked
	_, _ = fmt.Fprintf(c, "HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// Echo answers every datagram with itself until the socket is closed, and tells of each.
func Echo(c net.PacketConn, seen func(from string, datagram []byte)) {
	buffer := make([]byte, 2048)
	for {
		n, from, err := c.ReadFrom(buffer)
		if err != nil {
			return
		}
		seen(from.String(), buffer[:n])
		_, _ = c.WriteTo(buffer[:n], from) // one that cannot be answered was seen all the same
	}
}

func accept(l net.Listener, serve func(net.Conn)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go serve(c)
	}
}

func forward(ctx context.Context, c net.Conn, target string) {
	defer c.Close()
	d := net.Dialer{Timeout: patience}
	to, err := d.DialContext(ctx, "tcp", target)
	if err != nil {
		return
	}
	defer to.Close()
	go func() {
		_, _ = io.Copy(to, c)
		_ = to.Close()
	}()
	_, _ = io.Copy(c, to)
}

// Ask has an agent run a probe. The agent is found in the network namespace of a process of its container.
func Ask(ctx context.Context, pid int, name string, p Probe) (Result, error) {
	var c net.Conn
	err := Inside(fmt.Sprintf("/proc/%d/ns/net", pid), func() error {
		var d net.Dialer
		var err error
		c, err = d.DialContext(ctx, "unix", "@airlock-probe-"+name)
		return err
	})
	if err != nil {
		return Result{}, fmt.Errorf("ask %s: %w", name, err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	var r Result
	if err := json.NewEncoder(c).Encode(p); err != nil {
		return Result{}, fmt.Errorf("ask %s: %w", name, err)
	}
	if err := json.NewDecoder(c).Decode(&r); err != nil {
		return Result{}, fmt.Errorf("ask %s: %w", name, err)
	}
	return r, nil
}

// Inside runs a function in a network namespace. Sockets and processes made there stay there.
func Inside(namespace string, do func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine, and its namespace with it
		fd, err := unix.Open(namespace, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			done <- fmt.Errorf("open %s: %w", namespace, err)
			return
		}
		defer unix.Close(fd)
		if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
			done <- fmt.Errorf("enter %s: %w", namespace, err)
			return
		}
		done <- do()
	}()
	return <-done
}
