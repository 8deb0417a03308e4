//go:build e2e

package airgap_test

import (
	"context"
	"encoding/json"
	"fmt"

	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/test/engine"
	"github.com/airlock-gate/airlock/test/engine/probe"
)

// leaky says on which engines an exit leads out, as measured.
type leaky map[engine.Version]bool

var (
	both    = leaky{engine.Oldest: true, engine.Newest: true}
	oldest  = leaky{engine.Oldest: true}
	neither = leaky{}
)

// judge compares what was seen with what is known of the engine, and writes the row.
func (s *suite) judge(t *testing.T, section, name string, known leaky, e evidence) {
	t.Helper()
	if e.leaks() != known[s.Version] {
		t.Errorf("%s: leaks=%v, want %v: %s", name, e.leaks(), known[s.Version], e)
	}
	result := "closed by the engine"
	if e.leaks() {
		result = "LEAKS: " + e.short()
	}
	s.note(t, section, name, result)
}

const (
	opened = "Exits opened by hand, without the gate"
	shut   = "The same requests, with the gate"
)

// weak is a network that is no airgap, with what gets through it.
type weak struct {
	name   string
	body   object
	rule   string // denies making it
	probes func(n live) []struct {
		named
		known leaky
	}
}

type leak = struct {
	named
	known leaky
}

func through(known leaky, probes ...named) []leak {
	var all []leak
	for _, p := range probes {
		all = append(all, leak{p, known})
	}
	return all
}

func weakNetworks(s *suite) []weak {
	toInternet := reach("internet", internet, webPort, echoPort)
	gateway := func(n live, known leaky) []leak {
		address, _, _ := strings.Cut(n.IPAM.Config[0].Gateway, "/")
		return append(through(known, reach("own bridge's address", address, anyPort, anyPort)...),
			through(oldest, reach("host's address", hostAddress, anyPort, anyPort)[0], reach("host's management address", hostManaged, adminPort, adminPort)[0])...)
	}
	const six = "fd00:a1::"
	list := []weak{
		{"bridge that is not internal", object{}, "airgap/network-internal",
			func(live) []leak { return through(both, toInternet...) }},
		{"internal, the bridge keeps its address", object{"Internal": true}, "airgap/network-options",
			func(n live) []leak { return append(through(neither, toInternet...), gateway(n, both)...) }},
		{"internal, isolated instead of inhibit_ipv4",
			object{"Internal": true, "Options": object{"com.docker.network.bridge.gateway_mode_ipv4": "isolated"}}, "airgap/network-options",
			func(n live) []leak {
				if s.Version == engine.Newest {
					n.IPAM.Config[0].Gateway = hostAddress // there is none
				}
				return gateway(n, oldest)
			}},
		{"internal, inhibited, with IPv6", object{"Internal": true, "Options": object{inhibit: "true"}, "EnableIPv6": true,
			"IPAM": object{"Config": []object{{"Subnet": six + "/64"}}}}, "airgap/network-ipv6",
			func(live) []leak {
				inner := reach("own bridge's IPv6 address", six+"1", anyPort, anyPort)
				return append(through(oldest, reach("internet, IPv6", internetSix, webPort, echoPort)...), through(both, inner[0], inner[2])...)
			}},
	}
	if hasMacvlan() {
		list = append(list, weak{"macvlan on the host's interface, internal", object{"Driver": "macvlan", "Internal": true,
			"Options": object{"parent": "eth0"},
			"IPAM":    object{"Config": []object{{"Subnet": "198.51.100.0/24", "IPRange": "198.51.100.128/28"}}}}, "airgap/network-driver",
			func(live) []leak { return through(both, reach("machine on the LAN", neighbour, webPort, echoPort)...) }})
	}
	return list
}

// hasMacvlan asks the kernel for such a link, as the engine would.
func hasMacvlan() bool {
	err := command(context.Background(), "ip", "link", "add", "probe0", "link", "eth0", "type", "macvlan")
	if err == nil {
		err = command(context.Background(), "ip", "link", "delete", "probe0")
	}
	return err == nil
}

// What a network lets through is seen, and it is denied where it is made and everywhere it is joined.
func TestWeakNetworks(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		if hasMacvlan() {
			s.note(t, "Kernel", "macvlan", "there: tried")
		} else {
			s.note(t, "Kernel", "macvlan", "MISSING: its exit is not shown")
		}
		for i, w := range weakNetworks(s) {
			t.Run(w.name, func(t *testing.T) {
				s.setGate(t, false)
				w.body["Name"] = "weak"
				s.must(t, request{"POST", "/networks/create", w.body})
				s.must(t, request{"POST", "/networks/create", airgapped("agents")})
				stored := s.must(t, request{"POST", "/containers/create", s.conforming("worker", "weak", "agent", "inside")})
				other := s.must(t, request{"POST", "/containers/create", s.conforming("worker", "agents", "agent", "other")})
				defer func() {
					s.setGate(t, false)
					s.remove(t, "containers", stored, other)
					s.remove(t, "networks", "weak", "agents")
				}()
				m := s.start(t, stored, "inside")
				if w.body["EnableIPv6"] == true {
					time.Sleep(2 * time.Second) // an IPv6 address is not used until nobody else has claimed it
				}
				for _, p := range w.probes(s.network(t, "weak")) {
					s.judge(t, opened, w.name+" > "+p.name, p.known, s.attempt(t, m, p.Probe))
				}
				s.must(t, request{"POST", "/containers/" + stored + "/stop?t=0", nil})

				s.setGate(t, true)
				again := object{}
				for k, v := range w.body {
					again[k] = v
				}
				again["Name"] = fmt.Sprintf("weaker%d", i)
				s.note(t, shut, w.name+": network create", s.denied(t, request{"POST", "/networks/create", again}, w.rule))
				const class = "airgap/network-class"
				create := request{"POST", "/containers/create", s.conforming("worker", "weak")}
				s.note(t, shut, w.name+": container create", s.denied(t, create, class))
				s.note(t, shut, w.name+": start of a stored container", s.denied(t, request{"POST", "/containers/" + stored + "/start", nil}, class))
				connect := request{"POST", "/networks/weak/connect", object{"Container": other}}
				s.note(t, shut, w.name+": connect", s.denied(t, connect, class))
			})
		}
	})
}

// scene is what an exit finds made by hand: networks and a container that is not the gate's business on the way out.
type scene struct {
	*suite
	t      *testing.T
	router member // on the networks out and agents, forwarding as engines make it
	made   []string
}

// way is an exit that one request opens.
type way struct {
	name  string
	open  func(sc *scene) request // answered 201 it made a container; anything else opened something
	rule  string
	known leaky
	show  func(sc *scene, m member) evidence // m runs, if the request made a container
	hand  func(sc *scene) func()             // changes of the host for the show, and the step back
}

func (sc *scene) toInternet(m member) evidence {
	return sc.attempt(sc.t, m, probe.Probe{Kind: probe.TCP, Target: at(internet, webPort)})
}

func create(image, network string, edit func(sc *scene, body object)) func(sc *scene) request {
	return func(sc *scene) request {
		body := sc.conforming(image, network, "agent", "inside")
		if edit != nil {
			edit(sc, body)
		}
		return request{"POST", "/containers/create", body}
	}
}

// raised has the capabilities engines give by default, NET_RAW among them, and uses them.
func raised(_ *scene, body object) {
	body["User"] = "0:0"
	host(body, "CapDrop", nil)
}

// settings changes the host and returns the step back.
func settings(t *testing.T, value string, patterns ...string) func() {
	t.Helper()
	before := map[string]string{}
	for _, pattern := range patterns {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("no setting %s: %v", pattern, err)
		}
		for _, p := range paths {
			old, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			before[p] = strings.TrimSpace(string(old))
			if err := setting(p, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	return func() {
		for p, old := range before {
			if err := setting(p, old); err != nil && !os.IsNotExist(err) { // links go with their networks
				t.Error(err)
			}
		}
	}
}

const (
	allReverse   = "/proc/sys/net/ipv4/conf/*/rp_filter"
	bridgeFilter = "/proc/sys/net/bridge/bridge-nf-call-iptables"
)

func ways() []way {
	unfiltered := func(sc *scene) func() { return settings(sc.t, "0", bridgeFilter) }
	return []way{
		{"host's network", create("worker", "host", func(_ *scene, b object) { delete(b["HostConfig"].(object), "Dns") }),
			"airgap/network-namespace", both, (*scene).toInternet, nil},
		{"network of a container that has a way out", create("worker", "", func(sc *scene, b object) {
			host(b, "NetworkMode", "container:"+sc.router.id)
			delete(b["HostConfig"].(object), "Dns")
		}), "airgap/network-namespace", both, (*scene).toInternet, nil},
		{"way out named outright", create("worker", "egress", nil), "airgap/network-set", both, (*scene).toInternet, nil},
		{"way out behind the name of another network", create("worker", "agents", func(sc *scene, b object) {
			b["NetworkingConfig"] = object{"EndpointsConfig": object{"agents": object{"NetworkID": sc.network(sc.t, "egress").ID}}}
		}), "airgap/network-set", both, (*scene).toInternet, nil},
		{"default bridge", create("worker", "bridge", nil), "airgap/network-class", both, (*scene).toInternet, nil},
		{"outside names through the engine, no resolver given", create("worker", "agents", func(_ *scene, b object) {
			delete(b["HostConfig"].(object), "Dns")
		}), "airgap/dns", oldest, func(sc *scene, m member) evidence {
			return sc.attempt(sc.t, m, probe.Probe{Kind: probe.Lookup, Target: outerName})
		}, nil},
		{"foreign resolver", create("worker", "agents", func(_ *scene, b object) {
			host(b, "Dns", []any{internet})
		}), "airgap/dns", neither, func(sc *scene, m member) evidence {
			return sc.attempt(sc.t, m, probe.Probe{Kind: probe.Lookup, Target: outerName})
		}, nil},
		{"published port, reached from outside", create("worker", "egress", func(_ *scene, b object) {
			port := fmt.Sprintf("%d/tcp", probe.Port)
			b["ExposedPorts"] = object{port: object{}}
			host(b, "PortBindings", object{port: []object{{"HostPort": fmt.Sprint(published)}}})
		}), "airgap/published-ports", both, func(sc *scene, _ member) evidence {
			var r probe.Result
			err := probe.Inside(sc.world.outside, func() error {
				r = probe.Run(sc.t.Context(), probe.Probe{Kind: probe.TCP, Target: at(hostAddress, published)})
				return nil
			})
			if err != nil {
				sc.t.Fatal(err)
			}
			return evidence{Result: r}
		}, nil},
		{"proxy's name moved by extra hosts", create("worker", "agents", func(_ *scene, b object) {
			host(b, "ExtraHosts", []any{"proxy:" + internet})
		}), "airgap/extra-hosts", both, func(sc *scene, m member) evidence {
			e := sc.attempt(sc.t, m, probe.Probe{Kind: probe.Lookup, Target: "proxy"})
			e.OK = e.OK && e.Detail == internet
			return e
		}, nil},
		{"raw frame reflected by the host's kernel", create("worker", "open", raised), "hardening/capabilities-dropped", both, func(sc *scene, m member) evidence {
			_, _, mac := bridgeLink(sc.t, sc.network(sc.t, "open"))
			return sc.written(m, fmt.Sprintf("%s>%s@%s", internet, hostAddress, mac))
		}, nil},
		{"raw frame reflected, inhibited bridge, no rp_filter", create("worker", "agents", raised), "hardening/capabilities-dropped", both,
			func(sc *scene, m member) evidence {
				_, _, mac := bridgeLink(sc.t, sc.network(sc.t, "agents"))
				return sc.written(m, fmt.Sprintf("%s>%s@%s", internet, hostAddress, mac))
			}, func(sc *scene) func() { return settings(sc.t, "0", allReverse) }},
		{"raw frame routed by a container with two networks, bridges not filtered", create("worker", "agents", raised), "hardening/capabilities-dropped", both,
			func(sc *scene, m member) evidence {
				return sc.written(m, fmt.Sprintf("%s>%s@%s", sc.address(sc.t, m, "agents"), internet, sc.hardware(sc.router, "agents")))
			}, unfiltered},
		{"log driver that makes the engine connect", create("worker", "none", func(_ *scene, b object) {
			host(b, "LogConfig", object{"Type": "syslog", "Config": object{"syslog-address": "udp://" + at(internet, echoPort)}})
		}), "airgap/logging-driver", both, nil, nil},
		{"second network by connect", func(sc *scene) request {
			id := sc.must(sc.t, request{"POST", "/containers/create", sc.conforming("worker", "agents", "agent", "inside")})
			sc.made = append(sc.made, id)
			return request{"POST", "/networks/egress/connect", object{"Container": id}}
		}, "airgap/network-set", both, (*scene).toInternet, nil},
	}
}

// written makes a container write a frame; that the kernel took it is no leak yet.
func (sc *scene) written(m member, target string) evidence {
	sc.t.Helper()
	e := sc.attempt(sc.t, m, probe.Probe{Kind: probe.Frame, Target: target, Token: "secret"})
	if !e.OK {
		sc.t.Errorf("frame %s: %s", target, e.Detail)
	}
	e.OK = false
	return e
}

func (sc *scene) hardware(m member, network string) string {
	sc.t.Helper()
	status, answer := sc.send(sc.t, request{"GET", "/containers/" + m.id + "/json", nil})
	var c struct {
		NetworkSettings struct {
			Networks map[string]struct{ MacAddress string }
		}
	}
	if err := json.Unmarshal(answer, &c); err != nil || status != 200 {
		sc.t.Fatalf("inspect: %d %v", status, err)
	}
	return c.NetworkSettings.Networks[network].MacAddress
}

// set builds a scene, by hand.
func (s *suite) set(t *testing.T) *scene {
	t.Helper()
	s.setGate(t, false)
	sc := &scene{suite: s, t: t}
	for _, body := range []object{airgapped("agents"), {"Name": "open", "Internal": true}, {"Name": "egress"}} {
		s.must(t, request{"POST", "/networks/create", body})
	}
	// A container's namespace forwards when the machine did as it was made, and with an engine machines do. This one
	// is told to, so that the machine need not be changed.
	router := host(s.conforming("proxy", "agents", "agent", "router"), "Sysctls", object{"net.ipv4.ip_forward": "1"})
	id := s.must(t, request{"POST", "/containers/create", router})
	sc.made = append(sc.made, id)
	s.must(t, request{"POST", "/networks/egress/connect", object{"Container": id}})
	sc.router = s.start(t, id, "router")
	return sc
}

func (sc *scene) strike() {
	sc.setGate(sc.t, false)
	sc.remove(sc.t, "containers", sc.made...)
	sc.remove(sc.t, "networks", "agents", "open", "egress")
}

// Each exit leads out without the gate; with it the request is denied.
func TestExits(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		for _, w := range ways() {
			t.Run(w.name, func(t *testing.T) {
				sc := s.set(t)
				defer sc.strike()
				if w.hand != nil {
					defer w.hand(sc)()
				}
				r := w.open(sc)
				id := s.must(t, r)
				if id == "" {
					id = sc.made[len(sc.made)-1] // the container the request changed
				} else {
					sc.made = append(sc.made, id)
				}
				var e evidence
				if w.show == nil { // starting it is the show
					e = s.observe(func() probe.Result {
						s.must(t, request{"POST", "/containers/" + id + "/start", nil})
						time.Sleep(300 * time.Millisecond)
						return probe.Result{}
					})
				} else {
					m := s.start(t, id, "inside")
					e = w.show(sc, m)
				}
				s.judge(t, opened, w.name, w.known, e)
				s.must(t, request{"POST", "/containers/" + id + "/stop?t=0", nil})
				if strings.HasSuffix(r.path, "/connect") { // stored with both networks: made again for the gate
					r = w.open(sc)
				}
				s.setGate(t, true)
				s.note(t, shut, w.name, s.denied(t, r, w.rule))
				s.note(t, shut, w.name+": start of a stored container", s.denied(t, request{"POST", "/containers/" + id + "/start", nil}, w.rule))
			})
		}
	})
}

// A container with two networks forwards as engines make it, and does not with the setting the gate wants.
func TestForwarding(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		sc := s.set(t)
		defer sc.strike()
		defer settings(t, "0", bridgeFilter)()
		worker := s.conforming("worker", "agents", "agent", "inside")
		raised(sc, worker)
		id := s.must(t, request{"POST", "/containers/create", worker})
		sc.made = append(sc.made, id)
		m := s.start(t, id, "inside")
		still := host(s.conforming("proxy", "agents", "agent", "still"), "Sysctls", object{"net.ipv4.ip_forward": "0"})
		id = s.must(t, request{"POST", "/containers/create", still})
		sc.made = append(sc.made, id)
		s.must(t, request{"POST", "/networks/egress/connect", object{"Container": id}})
		quiet := s.start(t, id, "still")
		for _, c := range []struct {
			name  string
			proxy member
			known leaky
		}{{"frame through a proxy that forwards", sc.router, both}, {"frame through a proxy with net.ipv4.ip_forward=0", quiet, neither}} {
			target := fmt.Sprintf("%s>%s@%s", s.address(t, m, "agents"), internet, sc.hardware(c.proxy, "agents"))
			s.judge(t, opened, c.name, c.known, sc.written(m, target))
		}
		silent := s.must(t, request{"POST", "/containers/create", s.conforming("proxy", "agents", "agent", "silent")})
		sc.made = append(sc.made, silent)
		s.setGate(t, true)
		s.note(t, shut, "proxy that is not told to forward nothing: connect",
			s.denied(t, request{"POST", "/networks/egress/connect", object{"Container": silent}}, "airgap/forwarding"))
		s.note(t, shut, "proxy that forwards: start of a stored container",
			s.denied(t, request{"POST", "/containers/" + sc.router.id + "/restart?t=0", nil}, "airgap/forwarding"))
	})
}

// What the engine itself sends out for whoever asks.
func TestEngineConnects(t *testing.T) {
	remote := at(internet, 5000)
	web := "http://" + at(internet, webPort) + "/x.tar"
	requests := []struct {
		name string
		request
		rule string
	}{
		{"pull from elsewhere", request{"POST", "/images/create?fromImage=" + url.QueryEscape(remote+"/x") + "&tag=1", nil}, "image/registry"},
		{"import from an address", request{"POST", "/images/create?fromSrc=" + url.QueryEscape(web) + "&repo=x", nil}, "api/operation"},
		{"build from an address", request{"POST", "/build?remote=" + url.QueryEscape(web), nil}, "api/operation"},
		{"look-up of a distribution", request{"GET", "/distribution/" + remote + "/x:1/json", nil}, "image/registry"},
		{"push", request{"POST", "/images/" + remote + "/x/push?tag=1", object{}}, "api/operation"},
		{"search", request{"GET", "/images/search?term=" + url.QueryEscape(remote+"/x"), nil}, "api/operation"},
		{"login", request{"POST", "/auth", object{"username": "a", "password": "b", "serveraddress": "https://" + remote + "/v2/"}}, "api/operation"},
		{"privileges of a plugin", request{"GET", "/plugins/privileges?remote=" + url.QueryEscape(remote+"/x:1"), nil}, "api/operation"},
	}
	each(t, func(t *testing.T, s *suite) {
		s.setGate(t, false)
		tagged := "/images/" + s.images["worker"] + "/tag?tag=1&repo=" + url.QueryEscape(remote+"/x")
		if status, answer := s.send(t, request{"POST", tagged, nil}); status != 201 {
			t.Fatalf("tag what is to be pushed: %d %s", status, answer)
		}
		for _, r := range requests {
			t.Run(r.name, func(t *testing.T) {
				s.setGate(t, false)
				e := s.observe(func() probe.Result {
					_, _ = s.send(t, r.request) // nobody answers there; the packets are what counts
					return probe.Result{}
				})
				s.judge(t, opened, "engine: "+r.name, both, e)
				s.setGate(t, true)
				s.note(t, shut, "engine: "+r.name, s.denied(t, r.request, r.rule))
				s.setGate(t, false)
			})
		}
	})
}

// Without reverse path filter a host takes broadcasts and multicasts from a bridge that has no address, and what a
// service answers leaves by the default route with whatever the container said. No request opens this and no request
// closes it: the host must filter. The suite's other tests run with the value distributions set.
func TestReversePath(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		sc := s.set(t)
		defer sc.strike()
		id := s.must(t, request{"POST", "/containers/create", s.conforming("worker", "agents", "agent", "inside")})
		sc.made = append(sc.made, id)
		m := s.start(t, id, "inside")
		_, everybody := s.network(t, "agents").first(t)
		for _, value := range []string{"0", "1", "2"} {
			back := settings(t, value, allReverse)
			for i, p := range broadcasts(everybody.String()) {
				known := neither
				if value == "0" && i < 2 {
					known = both
				}
				s.judge(t, "A host's rp_filter, and an airgapped worker without capabilities", "rp_filter="+value+" > "+p.name, known, s.attempt(t, m, p.Probe))
			}
			back()
		}
	})
}
