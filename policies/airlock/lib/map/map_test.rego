package airlock.lib.map_test

import data.airlock.lib.map

site := {
	"networks": {"egress": ["egress"], "segments": ["ops", "sealed"]},
	"roles": {
		"worker": {"images": ["registry.internal/openclaw/worker"], "networks": []},
		"proxy": {"images": ["registry.internal/openclaw/llm-proxy"], "networks": ["egress"]},
		"collector": {"images": ["registry.internal/openclaw/collector"], "networks": ["ops"]},
		"one": {"images": ["registry.internal/openclaw/claimed"], "networks": ["egress"]},
		"two": {"images": ["registry.internal/openclaw/claimed"], "networks": ["egress"]},
	},
}

open := {
	"id": "e",
	"name": "egress",
	"driver": "bridge",
	"scope": "local",
	"internal": false,
	"ipv6": false,
	"attachable": false,
	"ingress": false,
	"config_only": false,
	"config_from": "",
	"options": {},
	"ipam": {"driver": "default", "options": [], "subnets": ["10.0.0.0/24"], "auxiliary": []},
}

closed := object.union(open, {"id": "a", "name": "agents", "internal": true, "options": {"com.docker.network.bridge.inhibit_ipv4": "true"}})

member(name, repository) := {"id": name, "name": name, "repository": repository, "digest": "", "running": true, "mode": "network", "networks": []}

topology := {
	"networks": [
		open,
		closed,
		object.union(open, {"id": "s", "name": "ops"}),
		object.union(closed, {"id": "t", "name": "sealed"}),
		object.union(open, {"id": "w", "name": "weak", "internal": true}),
		object.union(open, {"id": "b", "name": "bridge"}),
		object.union(open, {"id": "v", "name": "egress", "ipv6": true}),
	],
	"containers": [
		member("w1", "registry.internal/openclaw/worker"),
		member("p1", "registry.internal/openclaw/llm-proxy"),
		member("c1", "registry.internal/openclaw/collector"),
		member("x1", "registry.internal/openclaw/claimed"),
		member("n1", "registry.internal/openclaw/other"),
		member("u1", ""),
	],
}

test_described if {
	got := map.described with input as {"topology": topology} with data.site as site
	got == {
		"roles": {"w1": "worker", "p1": "proxy", "c1": "collector", "x1": "", "n1": "", "u1": ""},
		"exits": {"p1": true},
		"classes": {"e": "egress", "a": "airgap", "s": "segment", "t": "segment", "w": "none", "b": "none", "v": "none"},
	}
}

test_nothing_to_describe if {
	got := map.described with input as {"topology": {"networks": [], "containers": []}} with data.site as {}
	got == {"roles": {}, "exits": {}, "classes": {}}
}
