// Package probe tries to get out of a container. The helper program runs the probes inside; a test asks for them
// through a socket in the container's own network namespace, so that no exec and no attach is needed, and compares the
// answers with what arrived outside.
package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Probe is one attempt.
type Probe struct {
	Kind   string `json:"kind"`   // one of the kinds below
	Target string `json:"target"` // address and port; for Ping an address, for Lookup a name, for Write and Read a path, for Frame see there
	Token  string `json:"token"`  // what UDP, frames and files carry, so that it can be told apart outside
	Server string `json:"server"` // for Lookup: the server's address and port; "" is the container's own resolver
}

// Kinds of probes.
const (
	TCP       = "tcp"       // connects and asks in HTTP/1.0
	UDP       = "udp"       // sends the token and waits for an answer
	Broadcast = "broadcast" // as UDP, through the container's first link without asking for a route
	Ping      = "ping"      // ICMP echo by an unprivileged socket, IPv4 or IPv6
	Lookup    = "lookup"    // asks a DNS server for a name
	Frame     = "frame"     // writes an Ethernet frame that carries a forged ICMP echo request: SOURCE>DESTINATION@MAC
	Raw       = "raw"       // opens a raw socket: ip4, ip6 or packet
	Write     = "write"     // writes the token to a file
	Read      = "read"      // reads a file
)

// Result is how an attempt ended, seen from inside.
type Result struct {
	OK     bool   `json:"ok"`     // an answer came; for Frame and Raw: the kernel took it
	Detail string `json:"detail"` // the answer, or why there is none
}

// patience is how long an answer may take. All there is lies on one machine; what leaks without answer is counted
// outside.
const patience = 500 * time.Millisecond

// Run makes the attempt.
func Run(ctx context.Context, p Probe) Result {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	kinds := map[string]func(context.Context, Probe) (string, error){
		TCP: overTCP, UDP: overUDP, Broadcast: broadcast, Ping: ping, Lookup: lookup, Frame: frame, Raw: raw, Write: write, Read: readFile,
	}
	run, known := kinds[p.Kind]
	if !known {
		return Result{Detail: fmt.Sprintf("unknown kind %q", p.Kind)}
	}
	detail, err := run(ctx, p)
	if err != nil {
		return Result{Detail: err.Error()}
	}
	return Result{OK: true, Detail: detail}
}

func write(_ context.Context, p Probe) (string, error) {
	return "written", os.WriteFile(p.Target, []byte(p.Token), 0o644)
}

func readFile(_ context.Context, p Probe) (string, error) {
	text, err := os.ReadFile(p.Target)
	return string(text), err
}

func overTCP(ctx context.Context, p Probe) (string, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", p.Target)
	if err != nil {
		return "", err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := fmt.Fprintf(c, "%s / HTTP/1.0\r\n\r\n", http.MethodGet); err != nil {
		return "connected, then " + err.Error(), nil
	}
	return read(c, "connected, no answer")
}

func overUDP(ctx context.Context, p Probe) (string, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "udp", p.Target)
	if err != nil {
		return "", err
	}
	defer c.Close()
	return converse(ctx, c, []byte(p.Token))
}

func broadcast(ctx context.Context, p Probe) (string, error) {
	links, err := net.Interfaces()
	if err != nil {
		return "", err
	}
	name := ""
	for _, l := range links {
		if l.Flags&(net.FlagLoopback|net.FlagUp) == net.FlagUp {
			name = l.Name
			break
		}
	}
	if name == "" {
		return "", errors.New("no link but the loopback")
	}
	// Binding to a link needs no privilege, and lets broadcasts out where no route leads.
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var bound error
		err := c.Control(func(fd uintptr) {
			bound = errors.Join(unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_BROADCAST, 1),
				unix.SetsockoptString(int(fd), unix.SOL_SOCKET, unix.SO_BINDTODEVICE, name))
		})
		return errors.Join(err, bound)
	}}
	c, err := config.ListenPacket(ctx, "udp4", "0.0.0.0:0")
	if err != nil {
		return "", err
	}
	defer c.Close()
	to, err := net.ResolveUDPAddr("udp4", p.Target)
	if err != nil {
		return "", err
	}
	if _, err := c.WriteTo([]byte(p.Token), to); err != nil {
		return "", err
	}
	deadline, _ := ctx.Deadline()
	_ = c.SetReadDeadline(deadline)
	answer := make([]byte, 512)
	n, from, err := c.ReadFrom(answer)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s answers %q", from, answer[:n]), nil
}

func ping(ctx context.Context, p Probe) (string, error) {
	address := net.ParseIP(p.Target)
	if address == nil {
		return "", fmt.Errorf("%q is no address", p.Target)
	}
	family, protocol, request := unix.AF_INET, unix.IPPROTO_ICMP, byte(8)
	if address.To4() == nil {
		family, protocol, request = unix.AF_INET6, unix.IPPROTO_ICMPV6, 128
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, protocol)
	if err != nil {
		return "", fmt.Errorf("ping socket: %w", err)
	}
	file := os.NewFile(uintptr(fd), "ping")
	defer file.Close()
	if family == unix.AF_INET {
		err = unix.Connect(fd, &unix.SockaddrInet4{Addr: [4]byte(address.To4())})
	} else {
		err = unix.Connect(fd, &unix.SockaddrInet6{Addr: [16]byte(address.To16())})
	}
	if err != nil {
		return "", fmt.Errorf("connect: %w", err)
	}
	// The kernel fills identifier and checksum in.
	c, err := net.FileConn(file)
	if err != nil {
		return "", err
	}
	defer c.Close()
	return converse(ctx, c, append([]byte{request, 0, 0, 0, 0, 0, 0, 1}, p.Token...))
}

func lookup(ctx context.Context, p Probe) (string, error) {
	r := net.Resolver{PreferGo: true}
	if p.Server != "" {
		r.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, p.Server)
		}
	}
	found, err := r.LookupHost(ctx, p.Target)
	return strings.Join(found, " "), err
}

func raw(_ context.Context, p Probe) (string, error) {
	var fd int
	var err error
	switch p.Target {
	case "ip4":
		fd, err = unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_RAW)
	case "ip6":
		fd, err = unix.Socket(unix.AF_INET6, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_RAW)
	case "packet":
		fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	default:
		return "", fmt.Errorf("unknown socket %q", p.Target)
	}
	if err != nil {
		return "", fmt.Errorf("%s socket: %w", p.Target, err)
	}
	return p.Target + " socket opened", unix.Close(fd)
}

// frame writes one frame to the first link. With MAC the hardware address of a bridge or a neighbour, the kernel that
// has it takes the packet as if it were routed to it.
func frame(_ context.Context, p Probe) (string, error) {
	source, rest, _ := strings.Cut(p.Target, ">")
	destination, mac, _ := strings.Cut(rest, "@")
	from, to := net.ParseIP(source).To4(), net.ParseIP(destination).To4()
	hardware, err := net.ParseMAC(mac)
	if err != nil || from == nil || to == nil {
		return "", fmt.Errorf("%q is not SOURCE>DESTINATION@MAC", p.Target)
	}
	links, err := net.Interfaces()
	if err != nil {
		return "", err
	}
	for _, l := range links {
		if l.Flags&(net.FlagLoopback|net.FlagUp) != net.FlagUp {
			continue
		}
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return "", fmt.Errorf("packet socket: %w", err)
		}
		defer unix.Close(fd)
		packet := append(append(append([]byte{}, hardware...), l.HardwareAddr...), 0x08, 0x00)
		packet = append(packet, echo(from, to, []byte(p.Token))...)
		return "written", unix.Sendto(fd, packet, 0, &unix.SockaddrLinklayer{Ifindex: l.Index, Halen: 6, Addr: [8]byte(append(hardware, 0, 0))})
	}
	return "", errors.New("no link but the loopback")
}

// echo makes an IPv4 packet with an ICMP echo request.
func echo(from, to net.IP, payload []byte) []byte {
	icmp := append([]byte{8, 0, 0, 0, 0, 7, 0, 1}, payload...)
	sum := checksum(icmp)
	icmp[2], icmp[3] = byte(sum>>8), byte(sum)
	length := 20 + len(icmp)
	header := []byte{0x45, 0, byte(length >> 8), byte(length), 0, 7, 0, 0, 64, unix.IPPROTO_ICMP, 0, 0}
	header = append(append(header, from...), to...)
	sum = checksum(header)
	header[10], header[11] = byte(sum>>8), byte(sum)
	return append(header, icmp...)
}

func checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i < len(b); i += 2 {
		sum += uint32(b[i]) << 8
		if i+1 < len(b) {
			sum += uint32(b[i+1])
		}
	}
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}

func converse(ctx context.Context, c net.Conn, message []byte) (string, error) {
	deadline, _ := ctx.Deadline()
	_ = c.SetDeadline(deadline)
	if _, err := c.Write(message); err != nil {
		return "", err
	}
	answer := make([]byte, 512)
	n, err := c.Read(answer)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%q", answer[:n]), nil
}

func read(c net.Conn, silent string) (string, error) {
	answer := make([]byte, 512)
	n, err := c.Read(answer)
	if err != nil {
		return silent + ": " + err.Error(), nil // the connection itself is the finding
	}
	return fmt.Sprintf("%q", answer[:n]), nil
}
