package view_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/network"

	"github.com/airlock-gate/airlock/plugin/view"
)

func id(prefix string) string { return prefix + strings.Repeat("0", 64-len(prefix)) }

// live is a topology of networks by name and ID.
func live(t testing.TB, namesAndIDs ...string) *view.Topology {
	t.Helper()
	top := &view.Topology{Networks: []view.LiveNetwork{}, Containers: []view.Member{}}
	for i := 0; i < len(namesAndIDs); i += 2 {
		n, err := view.NetworkFrom(json.RawMessage(`{"Id":"` + namesAndIDs[i+1] + `","Name":"` + namesAndIDs[i] + `"}`))
		if err != nil {
			t.Fatal(err)
		}
		top.Networks = append(top.Networks, n)
	}
	return top
}

func usual(t testing.TB) *view.Topology {
	t.Helper()
	return live(t, "bridge", id("b1"), "host", id("b2"), "none", id("b3"), "agents", id("a1"), "egress", id("e1"), "twin", id("d1"),
		"twin", id("d2"), id("a1")[:12], id("f1"), "a1", id("f2"), "abba", id("f3"))
}

// TestResolve follows moby daemon/network.go, FindNetwork: full ID, name, beginning of an ID, without ambiguity.
func TestResolve(t *testing.T) {
	top := usual(t)
	for reference, want := range map[string]struct {
		id      string
		matches int64
	}{
		"agents":       {id("a1"), 1},
		id("a1"):       {id("a1"), 1},
		id("a1")[:20]:  {id("a1"), 1},
		"a1":           {id("f2"), 1}, // a name goes before the beginning of an ID
		id("a1")[:12]:  {id("f1"), 1},
		"e":            {id("e1"), 1},
		"f":            {"", 3},
		"twin":         {"", 2},
		"d":            {"", 2},
		"Agents":       {"", 0},
		"gone":         {"", 0},
		"":             {"", 10},
		id("a1") + "0": {"", 0},
	} {
		got, matches := top.Resolve(reference)
		found := ""
		if got != nil {
			found = got.ID
		}
		if found != want.id || matches != want.matches {
			t.Errorf("Resolve(%q) = %s, %d, want %s, %d", reference, found, matches, want.id, want.matches)
		}
	}
}

// attached writes attachments as "field=reference→id" or "field=reference×matches".
func attached(c *view.Container) []string {
	list := []string{}
	for _, a := range c.Network.Attached {
		switch {
		case a.Matches == 1:
			list = append(list, a.Field+"="+a.Reference+"→"+strings.TrimRight(a.Network.ID, "0"))
		case a.Network.ID != "" || a.Network.Options == nil || a.Network.IPAM.Subnets == nil:
			list = append(list, "not empty: "+a.Field)
		default:
			list = append(list, a.Field+"="+a.Reference+"×"+string(rune('0'+a.Matches)))
		}
	}
	return list
}

const (
	mode = "HostConfig.NetworkMode"
	asks = "NetworkingConfig.EndpointsConfig."
	has  = "NetworkSettings.Networks."
)

func TestAttachOfCreate(t *testing.T) {
	for _, tc := range []struct {
		name, mode, endpoints string
		want                  []string
		unattached            bool
	}{
		{"default", "", `{}`, []string{mode + "=bridge→b1"}, false},
		{"default by name", "default", `{"default":{}}`, []string{mode + "=bridge→b1"}, false},
		{"default beside another", "agents", `{"default":{},"agents":{}}`, []string{mode + "=agents→a1", asks + "default=default→b1"}, false},
		{"none", "none", `{}`, []string{}, true},
		{"none named twice", "none", `{"none":{}}`, []string{}, true},
		{"none with an ID", "none", `{"none":{"NetworkID":"` + id("e1") + `"}}`, []string{asks + "none.NetworkID=" + id("e1") + "→e1"}, false},
		{"none beside an endpoint", "none", `{"egress":{}}`, []string{asks + "egress=egress→e1"}, false},
		{"endpoint none beside a network", "agents", `{"none":{}}`, []string{mode + "=agents→a1", asks + "none=none→b3"}, false},
		{"host", "host", `{}`, []string{mode + "=host→b2"}, false},
		{"of a container", "container:x", `{"egress":{}}`, []string{}, false},
		{"by name", "agents", `{}`, []string{mode + "=agents→a1"}, false},
		{"by ID and name", id("a1"), `{"agents":{}}`, []string{mode + "=" + id("a1") + "→a1"}, false},
		{"by the beginning of an ID", "e1", `{}`, []string{mode + "=e1→e1"}, false},
		{"ID of the name", "agents", `{"agents":{"NetworkID":"` + id("a1") + `"}}`, []string{mode + "=agents→a1"}, false},
		{"ID of another", "agents", `{"agents":{"NetworkID":"egress"}}`,
			[]string{mode + "=agents→a1", asks + "agents.NetworkID=egress→e1"}, false},
		{"gone", "gone", `{}`, []string{mode + "=gone×0"}, false},
		{"ambiguous", "twin", `{"twin":{}}`, []string{mode + "=twin×2"}, false},
		{"several", "agents", `{"egress":{},"agents":{},"abba":null}`,
			[]string{mode + "=agents→a1", asks + "abba=abba→f3", asks + "egress=egress→e1"}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := view.Create(decode(t, `{"HostConfig":{"NetworkMode":"`+tc.mode+`"},"NetworkingConfig":{"EndpointsConfig":`+tc.endpoints+`}}`),
				view.Params{}, nil, enforcing())
			if c.Unattached() != tc.unattached {
				t.Errorf("Unattached = %v, want %v", c.Unattached(), tc.unattached)
			}
			c.Attach(usual(t))
			if got := attached(c); !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// TestAttachOfStored: a network deleted, or deleted and made again, between create and start shows as that.
func TestAttachOfStored(t *testing.T) {
	for _, tc := range []struct {
		name, mode, networks string
		want                 []string
	}{
		{"none", "none", `{"none":{"NetworkID":"` + id("b3") + `"}}`, []string{}},
		{"connected later", "none", `{"none":{},"agents":{"NetworkID":"` + id("a1") + `"}}`, []string{has + "agents=agents→a1"}},
		{"never started", "agents", `{"agents":{"NetworkID":""}}`, []string{mode + "=agents→a1"}},
		{"started", "agents", `{"agents":{"NetworkID":"` + id("a1") + `"}}`, []string{mode + "=agents→a1"}},
		{"made again", "agents", `{"agents":{"NetworkID":"` + id("a0") + `"}}`,
			[]string{mode + "=agents→a1", has + "agents.NetworkID=" + id("a0") + "×0"}},
		{"deleted", "gone", `{"gone":{"NetworkID":"` + id("a0") + `"}}`,
			[]string{mode + "=gone×0", has + "gone.NetworkID=" + id("a0") + "×0"}},
		{"a network took the ID for its name", "gone", `{"gone":{"NetworkID":"` + id("a1")[:12] + `"}}`,
			[]string{mode + "=gone×0", has + "gone.NetworkID=" + id("a1")[:12] + "→f1"}},
		{"left the network of its mode", "agents", `{"egress":{"NetworkID":"` + id("e1") + `"}}`,
			[]string{mode + "=agents→a1", has + "egress=egress→e1"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := view20(t, stored(`{}`, `{"NetworkMode":"`+tc.mode+`"}`, `,"NetworkSettings":{"Networks":`+tc.networks+`}`))
			c.Attach(usual(t))
			if got := attached(c); !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestConnect(t *testing.T) {
	for _, tc := range []struct {
		name, path string
		config     *network.EndpointSettings
		want       []string
		endpoint   view.Endpoint
	}{
		{"plain", "egress", nil, []string{mode + "=agents→a1", "path id=egress→e1"}, view.Endpoint{Network: "egress"}},
		{"where it is", "agents", &network.EndpointSettings{}, []string{mode + "=agents→a1"}, view.Endpoint{Network: "agents"}},
		{"with another ID", "abba", &network.EndpointSettings{NetworkID: id("e1"), Aliases: []string{"proxy"}},
			[]string{"EndpointConfig.NetworkID=" + id("e1") + "→e1", mode + "=agents→a1", "path id=abba→f3"},
			view.Endpoint{Network: "abba", NetworkID: id("e1"), Aliases: []string{"proxy"}}},
		{"with an ID that is gone", "agents", &network.EndpointSettings{NetworkID: "gone"},
			[]string{"EndpointConfig.NetworkID=gone×0", mode + "=agents→a1"}, view.Endpoint{Network: "agents", NetworkID: "gone"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := view20(t, stored(`{}`, `{"NetworkMode":"agents"}`, `,"NetworkSettings":{"Networks":{"agents":{}}}`))
			c.Attach(usual(t))
			c.Connect(usual(t), tc.path, tc.config)
			if got := attached(c); !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			got := c.Network.Endpoints
			if tc.endpoint.Aliases == nil {
				tc.endpoint.Aliases = []string{}
			}
			tc.endpoint.Links, tc.endpoint.Addresses, tc.endpoint.DriverOpts = []string{}, []string{}, []string{}
			if len(got) != 2 {
				t.Fatalf("endpoints %+v, want two", got)
			}
			same(t, got[1], tc.endpoint)
		})
	}
}

func TestNetworkCreate(t *testing.T) {
	read := func(body string) *view.LiveNetwork {
		req := &network.CreateRequest{}
		if err := json.Unmarshal([]byte(body), req); err != nil {
			t.Fatal(err)
		}
		return view.NetworkCreate(req)
	}
	plain := view.LiveNetwork{Name: "agents", Driver: "bridge", Scope: "local", Options: map[string]string{},
		IPAM: view.IPAM{Driver: "default", Options: []string{}, Subnets: []string{}, Auxiliary: []string{}}}
	same(t, read(`{"Name":"agents"}`), plain)
	full := view.LiveNetwork{Name: "agents", Driver: "macvlan", Scope: "swarm", Internal: true, IPv6: true, Attachable: true,
		Ingress: true, ConfigOnly: true, ConfigFrom: "other", Options: map[string]string{"parent": "eth0"},
		IPAM: view.IPAM{Driver: "null", Options: []string{"a", "b"}, Subnets: []string{"10.0.0.0/8", "fd00::/64"},
			Auxiliary: []string{"DefaultGatewayIPv4", "router"}}}
	same(t, read(`{"Name":"agents","Driver":"macvlan","Scope":"swarm","Internal":true,"Attachable":true,"Ingress":true,
		"ConfigOnly":true,"ConfigFrom":{"Network":"other"},"Options":{"parent":"eth0"},"EnableIPv6":false,
		"IPAM":{"Driver":"null","Options":{"b":"1","a":"2"},"Config":[{"Subnet":"fd00::/64","AuxiliaryAddresses":{"router":"fd00::2"}},
		{"Subnet":"10.0.0.0/8","AuxiliaryAddresses":{"DefaultGatewayIPv4":"10.0.0.9"}},{}]}}`), full)
	if !read(`{"Name":"a","EnableIPv6":true}`).IPv6 || read(`{"Name":"a","EnableIPv6":false}`).IPv6 {
		t.Error("IPv6 as asked for is lost")
	}
	full.ID = id("a1")
	got, err := view.NetworkFrom(json.RawMessage(`{"Name":"agents","Id":"` + id("a1") + `","Created":"0001-01-01T00:00:00Z","Scope":"swarm",
		"Driver":"macvlan","EnableIPv4":true,"EnableIPv6":false,"IPAM":{"Driver":"null","Options":{"b":"1","a":"2"},"Config":[
		{"Subnet":"fd00::/64","Gateway":"fd00::1/64","AuxiliaryAddresses":{"router":"fd00::2"}},
		{"Subnet":"10.0.0.0/8","AuxiliaryAddresses":{"DefaultGatewayIPv4":"10.0.0.9"}}]},"Internal":true,"Attachable":true,
		"Ingress":true,"ConfigFrom":{"Network":"other"},"ConfigOnly":true,"Containers":{},"Options":{"parent":"eth0"},"Labels":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, full)
	for _, raw := range []string{``, `{}`, `null`, `[]`, `{"Id":"1"}`, `{"Name":"a"}`} {
		if got, err := view.NetworkFrom(json.RawMessage(raw)); err == nil {
			t.Errorf("NetworkFrom(%s) = %+v, want an error", raw, got)
		}
	}
}

func TestTopologyFrom(t *testing.T) {
	const pinned = "registry.internal/openclaw/worker@sha256:9b2c0f2e6a1d4c3b5a69788796a5b4c3d2e1f00112233445566778899aabbcc0"
	networks := `[{"Id":"` + id("e1") + `","Name":"egress"},{"Id":"` + id("a1") + `","Name":"agents"},{"Id":"` + id("b1") + `","Name":"bridge"}]`
	member := func(id, names, image, state, mode, networks string) string {
		return `{"Id":"` + id + `","Names":` + names + `,"Image":"` + image + `","ImageID":"sha256:1","State":"` + state +
			`","HostConfig":{"NetworkMode":"` + mode + `"},"NetworkSettings":{"Networks":` + networks + `}}`
	}
	for _, tc := range []struct {
		name, member string
		want         view.Member
	}{
		{"running", member("1", `["/web"]`, pinned, "running", "agents", `{"agents":{"NetworkID":"`+id("a1")+`"}}`),
			view.Member{Name: "web", Repository: "registry.internal/openclaw/worker", Digest: pinned[len(pinned)-71:], Running: true, Mode: "network", Networks: []string{id("a1")}}},
		{"never started", member("1", `["/web"]`, "worker:1", "created", "agents", `{"agents":{"NetworkID":""},"egress":null}`),
			view.Member{Name: "web", Mode: "network", Networks: []string{id("a1"), id("e1")}}},
		{"redirected by its ID", member("1", `["/web"]`, "worker", "created", "agents", `{"agents":{"NetworkID":"egress"}}`),
			view.Member{Name: "web", Mode: "network", Networks: []string{id("e1")}}},
		{"bridge goes by its name", member("1", `["/web"]`, "worker", "exited", "default", `{"bridge":{"NetworkID":"`+id("b0")+`"}}`),
			view.Member{Name: "web", Mode: "bridge", Networks: []string{id("b1")}}},
		{"network is gone", member("1", `["/web"]`, "worker", "exited", "old", `{"old":{"NetworkID":"`+id("a0")+`"}}`),
			view.Member{Name: "web", Mode: "network", Networks: []string{"old"}}},
		{"network was made again", member("1", `["/web"]`, "worker", "exited", "agents", `{"agents":{"NetworkID":"`+id("a0")+`"}}`),
			view.Member{Name: "web", Mode: "network", Networks: []string{"agents"}}},
		{"left all, and comes back to that of its mode", member("1", `["/web"]`, "worker", "exited", "agents", `{}`),
			view.Member{Name: "web", Mode: "network", Networks: []string{id("a1")}}},
		{"left all, default mode", member("1", `["/web"]`, "worker", "exited", "", `null`),
			view.Member{Name: "web", Mode: "bridge", Networks: []string{id("b1")}}},
		{"none", member("1", `["/web"]`, "worker", "paused", "none", `{"none":{"NetworkID":"x"}}`),
			view.Member{Name: "web", Running: true, Mode: "none", Networks: []string{}}},
		{"none, connected later", member("1", `["/web"]`, "worker", "restarting", "none", `{"none":{},"egress":{"NetworkID":"`+id("e1")+`"}}`),
			view.Member{Name: "web", Running: true, Mode: "none", Networks: []string{id("e1")}}},
		{"host", member("1", `["/web"]`, "worker", "running", "host", `{"host":{"NetworkID":"x"}}`),
			view.Member{Name: "web", Running: true, Mode: "host", Networks: []string{}}},
		{"of a container", member("1", `["/web"]`, "worker", "running", "container:2", `{}`),
			view.Member{Name: "web", Running: true, Mode: "container", Networks: []string{}}},
		{"linked, dying", member("1", `["/db/alias","/web","/db/other"]`, "worker", "dead", "none", `{}`),
			view.Member{Name: "web", Mode: "none", Networks: []string{}}},
		{"nameless", member("1", `[]`, "sha256:1", "removing", "none", `{}`), view.Member{Mode: "none", Networks: []string{}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := view.TopologyFrom(json.RawMessage(networks),
				json.RawMessage(`[`+member("2", `["/last"]`, "x", "exited", "none", `{}`)+`,`+tc.member+`]`))
			if err != nil {
				t.Fatal(err)
			}
			tc.want.ID = "1"
			if len(got.Containers) != 2 || len(got.Networks) != 3 || got.Networks[0].Name != "agents" || got.Networks[2].Name != "egress" {
				t.Fatalf("got %+v, want everything, sorted by ID", got)
			}
			same(t, got.Containers[0], tc.want)
		})
	}
	empty, err := view.TopologyFrom(json.RawMessage(`[]`), json.RawMessage(`[]`))
	if err != nil {
		t.Fatal(err)
	}
	same(t, empty, view.Topology{Networks: []view.LiveNetwork{}, Containers: []view.Member{}})
	for _, pair := range [][2]string{
		{`null`, `[]`}, {`[]`, `null`}, {`{}`, `[]`}, {`[]`, `{}`}, {`[{}]`, `[]`}, {`[]`, `[{}]`}, {``, ``},
		{`[]`, `[{"Id":"1"}]`}, {`[]`, `[{"NetworkSettings":{"Networks":{}}}]`},
	} {
		if got, err := view.TopologyFrom(json.RawMessage(pair[0]), json.RawMessage(pair[1])); err == nil {
			t.Errorf("TopologyFrom(%s, %s) = %+v, want an error", pair[0], pair[1], got)
		}
	}
}

// TestWith: changes under way add to a copy; what they make cannot be taken for what exists.
func TestWith(t *testing.T) {
	top := live(t, "agents", id("a1"), "egress", id("e1"))
	top.Containers = []view.Member{{ID: "1", Name: "web", Mode: "network", Networks: []string{id("a1")}}}
	before := indented(t, top)
	if top.With(nil) != top {
		t.Error("no changes are not the topology itself")
	}
	made := top.Networks[0]
	made.ID, made.Name = "", "new"
	changes := []view.Change{
		{Key: "1", Member: &view.Member{ID: "1", Name: "web", Running: true, Networks: []string{"egress", id("e1")}}},
		{Key: "2", Member: &view.Member{Name: "next", Repository: "r", Mode: "network", Networks: []string{"agents", id("a1"), "gone"}}},
		{Key: "3", Network: &made},
		{Key: "4", Member: &view.Member{ID: "9", Networks: []string{}}},
	}
	next := top.With(changes)
	same(t, next.Containers, []view.Member{
		{ID: "1", Name: "web", Running: true, Mode: "network", Networks: []string{id("a1"), id("e1")}},
		{ID: "9", Networks: []string{}},
		{ID: "pending:2", Name: "next", Repository: "r", Mode: "network", Networks: []string{id("a1"), "gone"}},
	})
	if len(next.Networks) != 3 || next.Networks[2].ID != "pending:3" || next.Networks[2].Name != "new" {
		t.Errorf("networks %+v", next.Networks)
	}
	for _, reference := range []string{"new", "pending:3", "p"} {
		if got, matches := next.Resolve(reference); got != nil || matches != 0 {
			t.Errorf("Resolve(%s) = %+v, %d: it does not exist yet", reference, got, matches)
		}
	}
	if after := indented(t, top); after != before {
		t.Errorf("the topology itself changed:\n%s", differing(after, before))
	}

	c := view20(t, stored(`{}`, `{"NetworkMode":"agents"}`, `,"NetworkSettings":{"Networks":{"agents":{}}}`))
	c.ID, changes[0].Member.ID = "7", "7"
	c.Attach(top)
	c.Expect(top, changes)
	if got, want := attached(c), []string{mode + "=agents→a1", "another request under way=egress→e1"}; !slices.Equal(got, want) {
		t.Errorf("expected %q, want %q", got, want)
	}
	same(t, c.Member(true).Networks, []string{id("a1"), "agents", id("e1"), "egress"})
}
