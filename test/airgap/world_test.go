//go:build e2e

package airgap_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/airlock-gate/airlock/test/engine/probe"
)

// Addresses of the world. The internet and the metadata service are addresses of the outside that the host reaches
// through its default route.
const (
	hostAddress = "198.51.100.2"
	hostManaged = "10.99.0.1" // a second interface, where hosts have their management
	hostSix     = "2001:db8:1::2"
	neighbour   = "198.51.100.1" // the outside's own address on the wire: the next machine on the LAN
	internet    = "203.0.113.10"
	internetSix = "2001:db8:2::10"
	metadata    = "169.254.169.254"
	outerName   = "leak.example.net"

	webPort   = 8080 // outside, TCP
	echoPort  = 9000 // outside, UDP
	anyPort   = 7001 // on the host, 0.0.0.0 and [::], TCP and UDP
	wirePort  = 7002 // on the host, hostAddress only
	adminPort = 7003 // on the host, hostManaged only
	innerPort = 7004 // on the host, loopback only
	published = 7080 // on the host, published by a container that is not the gate's business
)

// world is the host, which is this process's own network namespace, and the outside.
type world struct {
	outside string // path of the outside's namespace
	wire    *wire
	host    *tally // what reached services of the host
	closers []func() error
}

// tally counts and remembers what arrived.
type tally struct {
	mu   sync.Mutex
	seen []string
}

func (t *tally) add(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen = append(t.seen, what)
}

func (t *tally) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.seen)
}

func (t *tally) since(n int) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string{}, t.seen[n:]...)
}

// build makes the world. It must run in namespaces of its own.
func build(ctx context.Context, dir string) (*world, error) {
	w := &world{host: &tally{}, wire: &wire{}}
	if err := w.separate(); err != nil {
		return nil, err
	}
	if err := w.address(ctx); err != nil {
		return nil, err
	}
	if err := w.resolver(dir); err != nil {
		return nil, err
	}
	if err := w.serveOutside(); err != nil {
		return nil, err
	}
	if err := w.serveHost(); err != nil {
		return nil, err
	}
	return w, nil
}

func (w *world) close() {
	for _, c := range w.closers {
		_ = c() // the namespace goes with the process
	}
}

// separate makes the namespace of the outside. An open descriptor keeps it.
func (w *world) separate() error {
	fd := -1
	err := probe.Inside("/proc/self/ns/net", func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("make the outside: %w", err)
		}
		var err error
		fd, err = unix.Open(fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid()), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return err
	}
	w.outside = fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), fd)
	w.closers = append(w.closers, func() error { return unix.Close(fd) })
	return nil
}

func (w *world) address(ctx context.Context) error {
	for _, line := range []string{
		"link set lo up",
		"link add eth0 type veth peer name out0",
		"link set dev out0 netns " + w.outside,
		"address add " + hostAddress + "/24 dev eth0",
		"address add " + hostSix + "/64 dev eth0 nodad",
		"link add mgmt type bridge",
		"address add " + hostManaged + "/24 dev mgmt",
		"link set mgmt up",
		"link set eth0 up",
		"route add default via " + neighbour,
	} {
		if err := command(ctx, "ip", strings.Fields(line)...); err != nil {
			return err
		}
	}
	err := probe.Inside(w.outside, func() error {
		for _, line := range []string{
			"link set lo up",
			"address add " + neighbour + "/24 dev out0",
			"address add 2001:db8:1::1/64 dev out0 nodad",
			"address add " + internet + "/32 dev lo",
			"address add " + metadata + "/32 dev lo",
			"address add " + internetSix + "/128 dev lo",
			"link set out0 up",
			// The outside answers whatever address a packet came from, translated or not.
			"route add default via " + hostAddress,
			"-6 route add default via " + hostSix,
		} {
			if err := command(ctx, "ip", strings.Fields(line)...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := command(ctx, "ip", "-6", "route", "add", "default", "via", "2001:db8:1::1"); err != nil {
		return err
	}
	for path, value := range map[string]string{
		"/proc/sys/net/ipv6/conf/all/forwarding":       "1", // a host that routes IPv6 for its containers
		"/proc/sys/net/ipv4/conf/all/rp_filter":        "2", // what distributions set
		"/proc/sys/net/ipv4/conf/default/rp_filter":    "2",
		"/proc/sys/net/bridge/bridge-nf-call-iptables": "1",
	} {
		if err := setting(path, value); err != nil {
			return err
		}
	}
	return nil
}

// resolver gives the host a resolver on its loopback, as many distributions do.
func (w *world) resolver(dir string) error {
	file := dir + "/resolv.conf"
	if err := os.WriteFile(file, []byte("nameserver 127.0.0.1\n"), 0o644); err != nil {
		return err
	}
	if err := unix.Mount(file, "/etc/resolv.conf", "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("cover resolv.conf: %w", err)
	}
	c, err := net.ListenPacket("udp", "127.0.0.1:53")
	if err != nil {
		return err
	}
	w.closers = append(w.closers, c.Close)
	go func() {
		for query := make([]byte, 1500); ; {
			n, from, err := c.ReadFrom(query)
			if err != nil {
				return
			}
			go relay(c, from, append([]byte{}, query[:n]...))
		}
	}()
	return nil
}

func relay(c net.PacketConn, from net.Addr, query []byte) {
	up, err := net.Dial("udp", net.JoinHostPort(internet, "53"))
	if err != nil {
		return
	}
	defer up.Close()
	_ = up.SetDeadline(time.Now().Add(time.Second))
	answer := make([]byte, 1500)
	if _, err := up.Write(query); err != nil {
		return
	}
	if n, err := up.Read(answer); err == nil {
		_, _ = c.WriteTo(answer[:n], from)
	}
}

func (w *world) serveOutside() error {
	return probe.Inside(w.outside, func() error {
		if err := w.wire.listen("out0"); err != nil {
			return err
		}
		for _, port := range []int{webPort, 80} {
			l, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
			if err != nil {
				return err
			}
			w.closers = append(w.closers, l.Close)
			go serve(l, "outside", func(string) {})
		}
		for _, address := range []string{internet, internetSix, metadata, neighbour} {
			c, err := net.ListenPacket("udp", net.JoinHostPort(address, fmt.Sprint(echoPort)))
			if err != nil {
				return err
			}
			w.closers = append(w.closers, c.Close)
			go probe.Echo(c, func(string, []byte) {})
		}
		names, err := net.ListenPacket("udp", net.JoinHostPort(internet, "53"))
		if err != nil {
			return err
		}
		w.closers = append(w.closers, names.Close)
		go resolve(names)
		return nil
	})
}

func (w *world) serveHost() error {
	for port, address := range map[int]string{anyPort: "", wirePort: hostAddress, adminPort: hostManaged, innerPort: "127.0.0.1"} {
		at := net.JoinHostPort(address, fmt.Sprint(port))
		network := "4"
		if address == "" {
			network = ""
		}
		l, err := net.Listen("tcp"+network, at)
		if err != nil {
			return err
		}
		// 0.0.0.0 by itself: only such sockets get IPv4 broadcasts.
		c, err := net.ListenPacket("udp4", at)
		if err != nil {
			return err
		}
		w.closers = append(w.closers, l.Close, c.Close)
		go serve(l, "host", func(from string) { w.host.add(fmt.Sprintf("TCP %s to port %d", from, port)) })
		go probe.Echo(c, func(from string, datagram []byte) {
			w.host.add(fmt.Sprintf("UDP %s to port %d: %q", from, port, datagram))
		})
	}
	return nil
}

func serve(l net.Listener, who string, seen func(from string)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		seen(c.RemoteAddr().String())
		go probe.Answer(c, who)
	}
}

// resolve answers every question for an IPv4 address with the internet's one, every other with nothing.
func resolve(c net.PacketConn) {
	for query := make([]byte, 1500); ; {
		n, from, err := c.ReadFrom(query)
		if err != nil {
			return
		}
		end := 12
		for end < n && query[end] != 0 {
			end += int(query[end]) + 1
		}
		if end+5 > n {
			continue
		}
		answer := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, query[12:end+5]...)
		if binary.BigEndian.Uint16(query[end+1:]) == 1 {
			answer[7] = 1
			answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4)
			answer = append(answer, netip.MustParseAddr(internet).AsSlice()...)
		}
		_, _ = c.WriteTo(answer, from)
	}
}

// wire sees what arrives at the outside's end of the cable.
type wire struct{ tally }

func (w *wire) listen(link string) error {
	i, err := net.InterfaceByName(link)
	if err != nil {
		return err
	}
	const all = unix.ETH_P_ALL<<8 | unix.ETH_P_ALL>>8
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, all)
	if err != nil {
		return fmt.Errorf("watch the wire: %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: i.Index}); err != nil {
		return fmt.Errorf("watch the wire: %w", err)
	}
	go func() {
		for frame := make([]byte, 65536); ; {
			n, from, err := unix.Recvfrom(fd, frame, 0)
			if err == unix.EINTR {
				continue
			}
			if err != nil {
				return
			}
			if l, ok := from.(*unix.SockaddrLinklayer); ok && l.Pkttype == unix.PACKET_OUTGOING {
				continue
			}
			if what := describe(frame[:n]); what != "" {
				w.add(what)
			}
		}
	}()
	return nil
}

// describe names an IP packet. What keeps a link alive is "": ARP, neighbour and router discovery, group membership;
// they never carry what a container says.
func describe(frame []byte) string {
	if len(frame) < 14 {
		return ""
	}
	packet := frame[14:]
	ports := func(protocol byte, rest []byte) string {
		if len(rest) < 4 {
			return ""
		}
		a, b := binary.BigEndian.Uint16(rest), binary.BigEndian.Uint16(rest[2:])
		switch protocol {
		case unix.IPPROTO_TCP:
			return fmt.Sprintf("TCP %d>%d", a, b)
		case unix.IPPROTO_UDP:
			return fmt.Sprintf("UDP %d>%d", a, b)
		}
		return fmt.Sprintf("protocol %d type %d", protocol, rest[0])
	}
	switch binary.BigEndian.Uint16(frame[12:]) {
	case unix.ETH_P_ARP:
		return ""
	case unix.ETH_P_IP:
		if len(packet) < 20 || packet[9] == unix.IPPROTO_IGMP {
			return ""
		}
		from, to := netip.AddrFrom4([4]byte(packet[12:16])), netip.AddrFrom4([4]byte(packet[16:20]))
		return fmt.Sprintf("%s>%s %s", from, to, ports(packet[9], packet[min(len(packet), int(packet[0]&15)*4):]))
	case unix.ETH_P_IPV6:
		if len(packet) < 40 {
			return ""
		}
		from, to := netip.AddrFrom16([16]byte(packet[8:24])), netip.AddrFrom16([16]byte(packet[24:40]))
		rest := packet[40:]
		if packet[6] == 0 && len(rest) > 8 && rest[0] == unix.IPPROTO_ICMPV6 { // group membership, behind a router alert
			return ""
		}
		if packet[6] == unix.IPPROTO_ICMPV6 && len(rest) > 0 && rest[0] >= 130 && rest[0] <= 143 {
			return ""
		}
		return fmt.Sprintf("%s>%s %s", from, to, ports(packet[6], rest))
	}
	return fmt.Sprintf("frame of type %x", frame[12:14])
}

func command(ctx context.Context, name string, args ...string) error {
	if out, err := exec.CommandContext(ctx, name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

func setting(path, value string) error {
	if err := os.WriteFile(path, []byte(value), 0o644); err != nil {
		return fmt.Errorf("set %s: %w", path, err)
	}
	return nil
}
