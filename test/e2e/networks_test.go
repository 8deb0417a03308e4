//go:build e2e

package e2e_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// airgapped is the body of a network that containers may share.
func airgapped(name string) object {
	return object{"Name": name, "CheckDuplicate": true, "Internal": true, "Options": object{inhibit: "true"}}
}

// networkCreates holds the cases that are creates of a network. The conforming network is every rule's first admitted twin.
func networkCreates() map[string]twins {
	option := func(name, value string) func(object) { return set("Options", object{inhibit: "true", name: value}) }
	subnet := func(config object) func(object) { return set("IPAM", object{"Config": []any{config}}) }
	named := func(name string) func(object) { return set("Name", name) }
	const isolated = "com.docker.network.bridge.gateway_mode_ipv4"
	return map[string]twins{
		"airgap/network-driver": deny(change{"the host's wire", "", set("Driver", "macvlan")}, change{"other hosts", "", set("Driver", "overlay")},
			change{"scope", "", set("Scope", "swarm")}, change{"attachable", "", set("Attachable", true)},
			change{"ingress", "", set("Ingress", true)}, change{"configuration only", "", set("ConfigOnly", true)},
			change{"configuration of another", "", set("ConfigFrom", object{"Network": "agents"})}).
			with(change{"bridge", "", set("Driver", "bridge")}, change{"not attachable", "", set("Attachable", false)}),
		"airgap/network-internal": deny(change{"routed", "", set("Internal", false)},
			change{"absent", "", func(o object) { delete(o, "Internal") }}).with(change{"internal", "", set("Internal", true)}),
		"airgap/network-ipv6": deny(change{"asked for", "", set("EnableIPv6", true)},
			change{"by a subnet", "", subnet(object{"Subnet": "fd00:214::/64"})}).
			with(change{"off", "", set("EnableIPv6", false)}),
		"airgap/network-options": deny(change{"the host answers", "", set("Options", object{})},
			change{"the host answers after all", "", set("Options", object{inhibit: "false"})},
			change{"another's bridge", "", option("com.docker.network.bridge.name", "br0")},
			change{"routed", "", option(isolated, "routed")},
			change{"of the host", "", option("com.docker.network.bridge.host_binding_ipv4", "0.0.0.0")}).
			with(change{"inhibited", "", set("Options", object{inhibit: "true"})}, change{"isolated", "", option(isolated, "isolated")}),
		"airgap/network-addresses": deny(change{"another manager", "", set("IPAM", object{"Driver": "other"})},
			change{"option", "", set("IPAM", object{"Driver": "default", "Options": object{"x": "y"}})},
			change{"another way out", "", subnet(object{"Subnet": "10.212.7.0/28", "AuxiliaryAddresses": object{"DefaultGatewayIPv4": "10.212.7.9"}})}).
			with(change{"the engine's manager", "", set("IPAM", object{"Driver": "default"})},
				change{"subnet", "", subnet(object{"Subnet": "10.212.7.0/28"})}),
		"airgap/network-name": deny(change{"taken", "", named("agents")}, change{"like an ID", "", named("deadbeef")},
			change{"the engine's word", "", named("default")}, change{"the host's", "", named("host")}, change{"no word", "", named("a b")}).
			with(change{"new", "", named("twin-of-agents")}),
	}
}

// Every rule about new networks denies its cases and admits their twins.
func TestNetworkCreate(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		for rule, cases := range networkCreates() {
			t.Run(rule, func(t *testing.T) {
				for _, c := range cases.deny {
					body := airgapped("made")
					c.edit(body)
					refused(ctx, t, g, c.name, "POST", "/networks/create", body, rule)
				}
				for _, c := range append(cases.admit, change{"conforming", "", func(object) {}}) {
					body := airgapped("made")
					c.edit(body)
					if id := admitted(ctx, t, g, c.name, "POST", "/networks/create", body); id != "" {
						admitted(ctx, t, g, c.name, "DELETE", "/networks/"+id, nil)
						shared.report.count(g.Version, "network admitted near", rule)
					}
				}
			})
		}
		// As people type it.
		r, err := g.Docker(ctx, "network", "create", "made")
		if err != nil || r.Code == 0 || !strings.Contains(r.Stderr, "airgap/network-internal") || !strings.Contains(r.Stderr, "--internal") {
			t.Errorf("naive network: exit %d %v: %s", r.Code, err, r.Stderr)
		}
	})
}

// refused makes a call that the gate must deny by a rule.
func refused(ctx context.Context, t *testing.T, g *guarded, name, method, target string, body any, rule string) {
	t.Helper()
	status, answer, err := g.Call(ctx, method, api(g)+target, body)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if status != 403 {
		t.Errorf("%s: %s %s: status %d, want 403 by %s: %s", name, method, target, status, rule, answer)
		return
	}
	if got := broken(t, text(answer)); !slices.Contains(got, rule) {
		t.Errorf("%s: denied by %v, want %s among them", name, got, rule)
		return
	}
	shared.report.count(g.Version, "denied by", rule)
}

// admitted makes a call that must succeed, and returns the ID in its answer, if any.
func admitted(ctx context.Context, t *testing.T, g *guarded, name, method, target string, body any) string {
	t.Helper()
	status, answer, err := g.Call(ctx, method, api(g)+target, body)
	if err != nil || status < 200 || status > 299 {
		t.Errorf("%s: %s %s: %d %s %v", name, method, target, status, answer, err)
		return ""
	}
	var made struct{ ID string }
	_ = json.Unmarshal(answer, &made) // not every answer has one
	return made.ID
}

// ungated does something beside the gate: what was there before it.
func ungated(ctx context.Context, t *testing.T, g *guarded, do func()) {
	t.Helper()
	if err := g.disable(ctx); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := g.enable(context.WithoutCancel(ctx)); err != nil {
			t.Fatal(err)
		}
	}()
	do()
}

// in returns the body of a container of an image in a network.
func in(image, network string, changes ...func(object)) object {
	body := shared.conforming()
	all(append([]func(object){set("Image", image), join(network)}, changes...)...)(body)
	return body
}

// identity returns the ID of a live network.
func identity(ctx context.Context, t *testing.T, g *guarded, name string) string {
	t.Helper()
	status, answer, err := g.Get(ctx, "/v1.41/networks/"+name)
	var n struct{ ID string }
	if err != nil || status != 200 || json.Unmarshal(answer, &n) != nil || n.ID == "" {
		t.Fatalf("network %s: %d %s %v", name, status, answer, err)
	}
	return n.ID
}

// networks returns the networks a container is in, each with the ID its endpoint gives.
func networks(ctx context.Context, t *testing.T, g *guarded, id string) map[string]string {
	t.Helper()
	status, answer, err := g.Get(ctx, "/v1.41/containers/"+id+"/json")
	var c struct {
		NetworkSettings struct {
			Networks map[string]struct{ NetworkID string }
		}
	}
	if err != nil || status != 200 || json.Unmarshal(answer, &c) != nil {
		t.Fatalf("inspect: %d %s %v", status, answer, err)
	}
	found := map[string]string{}
	for name, e := range c.NetworkSettings.Networks {
		found[name] = e.NetworkID
	}
	return found
}

var unforwarded = host("Sysctls", object{"net.ipv4.ip_forward": "0"})

// A connect is judged by where it leads, however it names that, and so is the start that follows.
func TestConnect(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		way := identity(ctx, t, g, "egress")
		create := func(body object) string {
			id := created(ctx, t, g, "", body)
			t.Cleanup(func() { remove(context.WithoutCancel(ctx), t, g, id) })
			return id
		}
		worker, proxy := create(in(shared.worker, "agents", unforwarded)), create(in(shared.proxy, "agents", unforwarded))
		forwarding, nobody := create(in(shared.proxy, "agents")), create(in(shared.root, "agents", unforwarded, set("User", "1001:1001")))
		connect := func(network, container string, config object) (string, object) {
			body := object{"Container": container}
			if config != nil {
				body["EndpointConfig"] = config
			}
			return "/networks/" + network + "/connect", body
		}
		for _, c := range []struct {
			name, network, container string
			config                   object
			rule                     string
		}{
			{"worker on the way out", "egress", worker, nil, "airgap/network-set"},
			{"by ID", way, worker, nil, "airgap/network-set"},
			{"by the beginning of the ID", way[:12], worker, nil, "airgap/network-set"},
			{"by an endpoint's ID", "results", worker, object{"NetworkID": way}, "airgap/network-set"},
			{"by an endpoint's ID, not the path's", "results", worker, object{"NetworkID": way}, "airgap/endpoints"},
			{"where the host answers", "weak", worker, nil, "airgap/network-class"},
			{"with the proxy's alias", "results", worker, object{"Aliases": []any{"llm-proxy"}}, "airgap/reserved-names"},
			{"with an address", "results", worker, object{"IPAMConfig": object{"IPv4Address": "10.0.0.9"}}, "airgap/endpoints"},
			{"second network without a role", "results", nobody, nil, "airgap/network-set"},
			{"proxy that may forward", "egress", forwarding, nil, "airgap/forwarding"},
			{"no network", "nowhere", worker, nil, "api/no-such-network"},
			{"no container", "results", "nobody-at-all", nil, "api/no-such-container"},
		} {
			target, body := connect(c.network, c.container, c.config)
			refused(ctx, t, g, c.name, "POST", target, body, c.rule)
		}
		for _, id := range []string{worker, proxy, forwarding, nobody} {
			if got := networks(ctx, t, g, id); len(got) != 1 {
				t.Errorf("after the denials %s is in %v", id, got)
			}
		}
		for _, c := range []struct {
			name, network, container string
			config                   object
		}{
			{"worker within", "results", worker, object{"Aliases": []any{"worker-1"}}},
			{"proxy on the way out", "egress", proxy, nil},
		} {
			target, body := connect(c.network, c.container, c.config)
			admitted(ctx, t, g, c.name, "POST", target, body)
			if got := networks(ctx, t, g, c.container); len(got) != 2 {
				t.Errorf("%s: is in %v", c.name, got)
			}
			admitted(ctx, t, g, c.name, "POST", "/containers/"+c.container+"/start", nil)
			shared.report.count(g.Version, "networks: connect and start admitted")
		}
	})
}

// A container of a protected role stays in its networks; any other may leave.
func TestDisconnect(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		worker, proxy := created(ctx, t, g, "", in(shared.worker, "agents")), created(ctx, t, g, "", in(shared.proxy, "agents"))
		defer remove(context.WithoutCancel(ctx), t, g, worker)
		defer remove(context.WithoutCancel(ctx), t, g, proxy)
		for _, id := range []string{worker, proxy} {
			admitted(ctx, t, g, "start", "POST", "/containers/"+id+"/start", nil)
		}
		const target = "/networks/agents/disconnect"
		refused(ctx, t, g, "proxy", "POST", target, object{"Container": proxy}, "airgap/disconnect")
		refused(ctx, t, g, "proxy by force", "POST", target, object{"Container": proxy, "Force": true}, "airgap/disconnect")
		refused(ctx, t, g, "no network", "POST", "/networks/nowhere/disconnect", object{"Container": worker}, "api/no-such-network")
		admitted(ctx, t, g, "worker", "POST", target, object{"Container": worker})
		if got := networks(ctx, t, g, worker); len(got) != 0 {
			t.Errorf("worker is still in %v", got)
		}
		if got := networks(ctx, t, g, proxy); got["agents"] == "" {
			t.Errorf("proxy is in %v", got)
		}
		shared.report.count(g.Version, "networks: disconnect admitted")
	})
}

// The network of a protected container stays, though the container is stopped; any other may go.
func TestNetworkRemoval(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		for _, image := range []string{shared.proxy, shared.worker} {
			network := admitted(ctx, t, g, "network", "POST", "/networks/create", airgapped("fleeting"))
			id := created(ctx, t, g, "", in(image, "fleeting"))
			if image == shared.proxy {
				for _, reference := range []string{"fleeting", network, network[:12]} {
					refused(ctx, t, g, reference, "DELETE", "/networks/"+reference, nil, "airgap/network-removal")
				}
				remove(ctx, t, g, id)
				admitted(ctx, t, g, "without the proxy", "DELETE", "/networks/fleeting", nil)
				continue
			}
			admitted(ctx, t, g, "with a stopped worker", "DELETE", "/networks/fleeting", nil)
			remove(ctx, t, g, id)
			shared.report.count(g.Version, "networks: removal admitted")
		}
		refused(ctx, t, g, "nobody's", "DELETE", "/networks/nowhere", nil, "api/no-such-network")
	})
}

// A container made beside the gate leads from one network out of the airgap: nobody gets to it, unless it is an exit.
func TestExitPath(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		joining := in(shared.worker, "agents")
		waiting := created(ctx, t, g, "", joining)
		defer remove(context.WithoutCancel(ctx), t, g, waiting)
		for _, c := range []struct {
			name, image, to string
			denied          bool
		}{
			{"worker to the way out", shared.worker, "egress", true},
			{"no role to where the host answers", shared.root, "weak", true},
			{"proxy to the way out", shared.proxy, "egress", false},
			{"worker within", shared.worker, "results", false},
		} {
			var leading string
			ungated(ctx, t, g, func() {
				leading = created(ctx, t, g, "", in(c.image, "agents", unforwarded, set("User", "1001:1001")))
				admitted(ctx, t, g, c.name, "POST", "/networks/"+c.to+"/connect", object{"Container": leading})
			})
			if c.denied {
				refused(ctx, t, g, c.name, "POST", "/containers/create", joining, "airgap/exit-path")
				refused(ctx, t, g, c.name, "POST", "/containers/"+waiting+"/start", nil, "airgap/exit-path")
			} else {
				remove(ctx, t, g, created(ctx, t, g, "", joining))
				admitted(ctx, t, g, c.name, "POST", "/containers/"+waiting+"/start", nil)
				admitted(ctx, t, g, c.name, "POST", "/containers/"+waiting+"/stop?t=0", nil)
				shared.report.count(g.Version, "networks: create and start admitted near airgap/exit-path")
			}
			remove(ctx, t, g, leading)
		}
	})
}

// What a stored container's mode does not say: the endpoints it has, and where their IDs lead.
func TestStoredEndpoints(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		type stored struct{ name, id, rule string }
		var found []stored
		ungated(ctx, t, g, func() {
			admitted(ctx, t, g, "network", "POST", "/networks/create", object{"Name": "outer", "CheckDuplicate": true})
			for _, c := range []struct{ network, rule string }{
				{"egress", "airgap/network-set"}, {"outer", "airgap/network-class"}, {"weak", "airgap/network-class"}, {"agents", ""},
			} {
				// Once out of the network none, a container of the mode none can be put into others.
				id := created(ctx, t, g, "", in(shared.worker, "none"))
				admitted(ctx, t, g, c.network, "POST", "/networks/none/disconnect", object{"Container": id})
				admitted(ctx, t, g, c.network, "POST", "/networks/"+c.network+"/connect", object{"Container": id})
				got := networks(ctx, t, g, id) // an endpoint has no ID before the first start
				if _, there := got[c.network]; !there || len(got) != 1 {
					t.Errorf("mode none, in %s: the engine says %v, so the case proves nothing", c.network, got)
				}
				found = append(found, stored{"mode none, in " + c.network, id, c.rule})
			}
			for _, c := range []struct{ network, rule string }{
				{"egress", "airgap/network-set"}, {"outer", "airgap/network-class"}, {"egress", "airgap/endpoints"}, {"agents", ""},
			} {
				to := identity(ctx, t, g, c.network)
				id := created(ctx, t, g, "", in(shared.worker, "agents", set("NetworkingConfig", object{
					"EndpointsConfig": object{"agents": object{"NetworkID": to}}})))
				if got := networks(ctx, t, g, id); got["agents"] != to {
					t.Errorf("redirected to %s: the engine says %v, so the case proves nothing", c.network, got)
				}
				found = append(found, stored{"redirected to " + c.network, id, c.rule})
			}
		})
		for _, s := range found {
			for _, verb := range []string{"start", "restart"} {
				if target := "/containers/" + s.id + "/" + verb; s.rule != "" {
					refused(ctx, t, g, s.name, "POST", target, nil, s.rule)
				} else {
					admitted(ctx, t, g, s.name, "POST", target, nil)
					shared.report.count(g.Version, "networks: stored", verb, "admitted")
				}
			}
			remove(ctx, t, g, s.id)
		}
		admitted(ctx, t, g, "clean up", "DELETE", "/networks/outer", nil)
	})
}

// Between create and start a network may be deleted, and made anew under its name: what starts is judged by what is there.
func TestRecreatedNetwork(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		first := admitted(ctx, t, g, "network", "POST", "/networks/create", airgapped("fleeting"))
		id := created(ctx, t, g, "", in(shared.worker, "fleeting"))
		start := "/containers/" + id + "/start"
		admitted(ctx, t, g, "delete", "DELETE", "/networks/fleeting", nil)
		refused(ctx, t, g, "a weaker one through the gate", "POST", "/networks/create", object{"Name": "fleeting"}, "airgap/network-internal")
		refused(ctx, t, g, "none there", "POST", start, nil, "airgap/network-resolved")
		for _, weaker := range []object{{"Name": "fleeting"}, {"Name": "fleeting", "Internal": true}} {
			ungated(ctx, t, g, func() { admitted(ctx, t, g, "a weaker one", "POST", "/networks/create", weaker) })
			refused(ctx, t, g, "a weaker one", "POST", start, nil, "airgap/network-class")
			admitted(ctx, t, g, "delete", "DELETE", "/networks/fleeting", nil)
		}
		second := admitted(ctx, t, g, "its like", "POST", "/networks/create", airgapped("fleeting"))
		admitted(ctx, t, g, "its like", "POST", start, nil)
		if got := networks(ctx, t, g, id); got["fleeting"] != second || second == first {
			t.Errorf("runs in %v, want the second network %s", got, second)
		}
		remove(ctx, t, g, id)
		admitted(ctx, t, g, "delete", "DELETE", "/networks/fleeting", nil)
		shared.report.count(g.Version, "networks: recreated between create and start, weaker denied, its like admitted")
	})
}
