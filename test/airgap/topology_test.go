//go:build e2e

package airgap_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/test/engine"
	"github.com/airlock-gate/airlock/test/engine/probe"
)

const inhibit = "com.docker.network.bridge.inhibit_ipv4"

// airgapped is the body of a network that containers may share; segment and way out are plain bridges that site data name.
func airgapped(name string) object {
	return object{"Name": name, "Internal": true, "CheckDuplicate": true, "Options": object{inhibit: "true"}}
}

// live is what the engine says of a network.
type live struct {
	ID   string
	IPAM struct {
		Config []struct{ Subnet, Gateway string }
	}
}

func (s *suite) network(t *testing.T, name string) live {
	t.Helper()
	status, answer := s.send(t, request{"GET", "/networks/" + name, nil})
	var n live
	if err := json.Unmarshal(answer, &n); err != nil || status != 200 || len(n.IPAM.Config) == 0 {
		t.Fatalf("inspect network %s: %d %v %s", name, status, err, answer)
	}
	return n
}

// first returns the address a bridge has or would have, and the broadcast address.
func (n live) first(t *testing.T) (first, last netip.Addr) {
	t.Helper()
	subnet, err := netip.ParsePrefix(n.IPAM.Config[0].Subnet)
	if err != nil {
		t.Fatal(err)
	}
	b := subnet.Masked().Addr().As4()
	b[3] |= byte(1<<(32-subnet.Bits()) - 1)
	return subnet.Masked().Addr().Next(), netip.AddrFrom4(b)
}

// address returns a container's address on a network.
func (s *suite) address(t *testing.T, m member, network string) string {
	t.Helper()
	status, answer := s.send(t, request{"GET", "/containers/" + m.id + "/json", nil})
	var c struct {
		NetworkSettings struct {
			Networks map[string]struct{ IPAddress string }
		}
	}
	if err := json.Unmarshal(answer, &c); err != nil || status != 200 || c.NetworkSettings.Networks[network].IPAddress == "" {
		t.Fatalf("address of %s on %s: %d %v", m.agent, network, status, err)
	}
	return c.NetworkSettings.Networks[network].IPAddress
}

// bridgeLink is the name of a network's bridge, and its link-local address.
func bridgeLink(t *testing.T, n live) (name, address string, hardware net.HardwareAddr) {
	t.Helper()
	name = "br-" + n.ID[:12]
	link, err := net.InterfaceByName(name)
	if err != nil {
		t.Fatalf("bridge of network %s: %v", n.ID, err)
	}
	addresses, err := link.Addrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is6() && p.Addr().IsLinkLocalUnicast() {
			address = p.Addr().String()
		}
	}
	return name, address, link.HardwareAddr
}

// reference is the stack the gate is for.
type reference struct {
	worker, monitor, proxy, collector member
}

// assemble makes the reference topology by the calls compose makes, through whatever is before the engine.
func (s *suite) assemble(t *testing.T) reference {
	t.Helper()
	for _, body := range []object{
		airgapped("agents"), airgapped("telemetry"), {"Name": "egress", "Driver": "bridge", "CheckDuplicate": true},
	} {
		s.must(t, request{"POST", "/networks/create", body})
	}
	// Memory of a bounded size that belongs to the user of the containers: a plain volume belongs to whom the image says.
	s.must(t, request{"POST", "/volumes/create", object{"Name": "telemetry", "Driver": "local", "DriverOpts": object{
		"type": "tmpfs", "device": "tmpfs", "o": "size=8m,noexec,nosuid,nodev,uid=1001,gid=1001"}}})
	mounts := map[string]string{"monitor": "telemetry:/telemetry:rw", "collector": "telemetry:/telemetry:ro"}
	create := func(name, network string, command ...string) string {
		body := s.conforming(name, network, append([]string{"agent", name}, command...)...)
		if bind, ok := mounts[name]; ok {
			host(body, "Binds", []string{bind})
		}
		if name == "proxy" {
			host(body, "Sysctls", object{"net.ipv4.ip_forward": "0"})
			if s.Version == engine.Newest { // both networks at once, as clients of newer engines ask for it
				body["NetworkingConfig"] = object{"EndpointsConfig": object{
					"agents": object{"Aliases": []string{"proxy"}}, "egress": object{},
				}}
			}
		}
		return s.must(t, request{"POST", "/containers/create?name=" + name, body})
	}
	var r reference
	id := create("proxy", "agents", fmt.Sprintf(":%d=%s", webPort, net.JoinHostPort(internet, fmt.Sprint(webPort))))
	if s.Version == engine.Oldest { // and one at a time on older ones
		s.must(t, request{"POST", "/networks/egress/connect", object{"Container": id}})
	}
	r.proxy = s.start(t, id, "proxy")
	r.monitor = s.start(t, create("monitor", "agents"), "monitor")
	r.worker = s.start(t, create("worker", "agents"), "worker")
	r.collector = s.start(t, create("collector", "telemetry"), "collector")
	return r
}

// dissolve removes it; the gate must be out.
func (s *suite) dissolve(t *testing.T, r reference) {
	t.Helper()
	s.remove(t, "containers", r.worker.id, r.monitor.id, r.proxy.id, r.collector.id)
	s.remove(t, "networks", "agents", "telemetry", "egress")
	s.remove(t, "volumes", "telemetry")
}

// named is a probe with the name it has in the table.
type named struct {
	name string
	probe.Probe
}

func at(address string, port int) string { return net.JoinHostPort(address, fmt.Sprint(port)) }

// reach lists TCP, UDP and ICMP to one place.
func reach(place, address string, tcp, udp int) []named {
	token := strings.ReplaceAll(place, " ", "-")
	return []named{
		{place + ": TCP", probe.Probe{Kind: probe.TCP, Target: at(address, tcp)}},
		{place + ": UDP", probe.Probe{Kind: probe.UDP, Target: at(address, udp), Token: token}},
		{place + ": ICMP", probe.Probe{Kind: probe.Ping, Target: address, Token: token}},
	}
}

// broadcasts reach services on 0.0.0.0 without a route to them.
func broadcasts(subnet string) []named {
	probes := make([]named, 0, 3)
	for _, to := range [][2]string{{"everybody", "255.255.255.255"}, {"all hosts", "224.0.0.1"}, {"the subnet", subnet}} {
		p := probe.Probe{Kind: probe.Broadcast, Target: at(to[1], anyPort), Token: "broadcast"}
		probes = append(probes, named{"host's services by broadcast to " + to[0], p})
	}
	return probes
}

// everywhere lists all a container on a network must not get to. addresses of other containers are given.
func (s *suite) everywhere(t *testing.T, network string, others map[string]string, taken []string) []named {
	t.Helper()
	n := s.network(t, network)
	gateway, everybody := n.first(t)
	_, local, _ := bridgeLink(t, n)
	var list []named
	add := func(n ...named) { list = append(list, n...) }
	add(reach("internet", internet, webPort, echoPort)...)
	add(reach("machine on the LAN", neighbour, webPort, echoPort)...)
	add(reach("metadata service", metadata, 80, echoPort)...)
	add(named{"outside name through 127.0.0.11", probe.Probe{Kind: probe.Lookup, Target: outerName}},
		named{"outside name at 127.0.0.11 itself", probe.Probe{Kind: probe.Lookup, Target: "direct." + outerName, Server: "127.0.0.11:53"}},
		named{"outside name at a server outside", probe.Probe{Kind: probe.Lookup, Target: outerName, Server: at(internet, 53)}},
		named{"outside name at the host's address", probe.Probe{Kind: probe.Lookup, Target: outerName, Server: at(hostAddress, 53)}})
	bridge := reach("own bridge's address", gateway.String(), anyPort, anyPort)
	for _, address := range taken {
		if address == gateway.String() { // newer engines hand the freed address to a container, whose kernel answers
			bridge = bridge[:2]
			s.note(t, "Kernel", "own bridge's address on "+network, "a container has it: no ICMP probe")
		}
	}
	add(bridge...)
	add(named{"port published on the host, by own bridge's address", probe.Probe{Kind: probe.TCP, Target: at(gateway.String(), published)}},
		named{"port published on the host, by the host's address", probe.Probe{Kind: probe.TCP, Target: at(hostAddress, published)}})
	add(reach("host's address", hostAddress, anyPort, anyPort)...)
	add(named{"service on the host's address only", probe.Probe{Kind: probe.TCP, Target: at(hostAddress, wirePort)}},
		named{"service on the host's management address only", probe.Probe{Kind: probe.TCP, Target: at(hostManaged, adminPort)}},
		named{"service on the host's loopback", probe.Probe{Kind: probe.TCP, Target: at("127.0.0.1", innerPort)}})
	add(reach("host's management address", hostManaged, anyPort, anyPort)...)
	for _, place := range slices.Sorted(maps.Keys(others)) {
		address, port := others[place], probe.Port
		if strings.HasPrefix(place, "bridge") {
			port = anyPort
		}
		add(reach(place, address, port, port)...)
	}
	add(broadcasts(everybody.String())...)
	add(reach("internet, IPv6", internetSix, webPort, echoPort)...)
	add(reach("host's address, IPv6", hostSix, anyPort, anyPort)...)
	if local != "" {
		add(named{"own bridge's link-local address: TCP", probe.Probe{Kind: probe.TCP, Target: at(local+"%eth0", anyPort)}})
	}
	add(named{"all nodes by IPv6", probe.Probe{Kind: probe.UDP, Target: at("ff02::1%eth0", anyPort), Token: "all-nodes"}})
	for _, kind := range []string{"ip4", "ip6", "packet"} {
		add(named{"raw socket: " + kind, probe.Probe{Kind: probe.Raw, Target: kind}})
	}
	return list
}

// The stack made through the gate: everything fails but what the proxy lets through.
func TestReference(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		s.setGate(t, false)
		// Containers that are not the gate's business: on the default bridge, and one that publishes a port.
		body := s.conforming("nobody", "bridge", "agent", "stranger")
		host(body, "PortBindings", object{fmt.Sprintf("%d/tcp", probe.Port): []object{{"HostPort": fmt.Sprint(published)}}})
		body["ExposedPorts"] = object{fmt.Sprintf("%d/tcp", probe.Port): object{}}
		stranger := s.start(t, s.must(t, request{"POST", "/containers/create?name=stranger", body}), "stranger")
		s.setGate(t, true)
		r := s.assemble(t)
		defer func() {
			s.setGate(t, false)
			s.dissolve(t, r)
			s.remove(t, "containers", stranger.id)
		}()
		bridge := func(network string) string {
			a, _ := s.network(t, network).first(t)
			return a.String()
		}
		egress, agents, telemetry := "a proxy's address on the way out", "a worker", "a collector"
		others := map[string]string{
			"container on the default bridge": s.address(t, stranger, "bridge"),
			"bridge of the way out":           bridge("egress"),
			"bridge by default":               bridge("bridge"),
			egress:                            s.address(t, r.proxy, "egress"),
			telemetry:                         s.address(t, r.collector, "telemetry"),
		}
		taken := []string{s.address(t, r.proxy, "agents"), s.address(t, r.monitor, "agents"), s.address(t, r.worker, "agents"), others[telemetry]}
		closed := func(who string, m member, list []named) {
			t.Run(who, func(t *testing.T) {
				for _, p := range list {
					e := s.attempt(t, m, p.Probe)
					if e.leaks() {
						t.Errorf("%s: %s", p.name, e)
						s.note(t, "From the "+who+", admitted by the gate", p.name, "LEAK: "+e.short())
						continue
					}
					s.note(t, "From the "+who+", admitted by the gate", p.name, "closed (0 outside, 0 host)")
				}
			})
		}
		closed("worker", r.worker, s.everywhere(t, "agents", others, taken))
		closed("monitor", r.monitor, s.everywhere(t, "agents", others, taken))
		delete(others, telemetry)
		others[agents] = s.address(t, r.worker, "agents")
		closed("collector", r.collector, s.everywhere(t, "telemetry", others, taken))

		const section = "What the reference topology is for"
		open := func(name string, m member, p probe.Probe, outside bool) {
			e := s.attempt(t, m, p)
			if !e.OK || len(e.outside) > 0 != outside || len(e.host) > 0 {
				t.Errorf("%s: %s", name, e)
			}
			s.note(t, section, name, e.short())
		}
		open("worker to the allowed endpoint through the proxy", r.worker, probe.Probe{Kind: probe.TCP, Target: at("proxy", webPort)}, true)
		open("worker finds the proxy by name, asking nobody outside", r.worker, probe.Probe{Kind: probe.Lookup, Target: "proxy"}, false)
		open("worker to the monitor", r.worker, probe.Probe{Kind: probe.TCP, Target: at("monitor", probe.Port)}, false)
		if e := s.attempt(t, r.worker, probe.Probe{Kind: probe.TCP, Target: at("proxy", webPort+1)}); e.leaks() {
			t.Errorf("another port of the proxy: %s", e)
		}

		s.telemetry(t, r, section)
		if err := s.draw(t, s.Version == engine.Newest); err != nil {
			t.Error(err)
		}

		// What would undo it, asked of the same gate.
		agentsID := s.network(t, "agents").ID
		alias := s.conforming("worker", "agents")
		alias["NetworkingConfig"] = object{"EndpointsConfig": object{"agents": object{"Aliases": []string{"proxy"}}}}
		static := s.conforming("worker", "agents")
		static["NetworkingConfig"] = object{"EndpointsConfig": object{"agents": object{"IPAMConfig": object{"IPv4Address": taken[0]}}}}
		for _, d := range []struct {
			name string
			request
			rule string
		}{
			{"worker linked to the proxy", request{"POST", "/containers/create", host(s.conforming("worker", "agents"), "Links", []string{"proxy:x"})}, "airgap/links"},
			{"worker with the proxy's name", request{"POST", "/containers/create?name=proxy", s.conforming("worker", "agents")}, "airgap/reserved-names"},
			{"worker with the proxy's alias", request{"POST", "/containers/create", alias}, "airgap/reserved-names"},
			{"worker with the proxy's address", request{"POST", "/containers/create", static}, "airgap/endpoints"},
			{"worker in the collector's segment", request{"POST", "/containers/create", s.conforming("worker", "telemetry")}, "airgap/network-set"},
			{"collector in the agents' network", request{"POST", "/containers/create", s.conforming("collector", "agents")}, "airgap/network-set"},
			{"monitor on the way out", request{"POST", "/networks/egress/connect", object{"Container": r.monitor.id}}, "airgap/network-set"},
			{"worker on the way out, by the beginning of its ID", request{"POST", "/networks/" + s.network(t, "egress").ID[:12] + "/connect", object{"Container": "worker"}}, "airgap/network-set"},
			{"worker with the telemetry", request{"POST", "/containers/create", host(s.conforming("worker", "agents"), "Binds", []string{"telemetry:/telemetry:ro"})}, "filesystem/volume-role"},
			{"collector that writes telemetry", request{"POST", "/containers/create", host(s.conforming("collector", "telemetry"), "Binds", []string{"telemetry:/telemetry"})}, "filesystem/volume-role"},
			{"telemetry of a directory of the host", request{"POST", "/volumes/create", object{"Name": "telemetry", "DriverOpts": object{"type": "none", "o": "bind", "device": "/etc"}}}, "filesystem/volume-options"},
			{"telemetry removed", request{"DELETE", "/volumes/telemetry?force=1", nil}, "filesystem/volume-removal"},
			{"proxy cut off", request{"POST", "/networks/agents/disconnect", object{"Container": "proxy", "Force": true}}, "airgap/disconnect"},
			{"proxy's network removed", request{"DELETE", "/networks/" + agentsID, nil}, "airgap/network-removal"},
			{"networks pruned", request{"POST", "/networks/prune", nil}, "api/operation"},
			{"default gateway moved by an auxiliary address", request{"POST", "/networks/create", object{"Name": "aux", "Internal": true,
				"Options": object{inhibit: "true"}, "IPAM": object{"Config": []object{{"Subnet": "10.230.0.0/24",
					"AuxiliaryAddresses": object{"DefaultGatewayIPv4": "10.230.0.9"}}}}}}, "airgap/network-addresses"},
		} {
			s.note(t, "What would undo it, asked of the gate", d.name, s.denied(t, d.request, d.rule))
		}
	})
}
