package airlock.lib.network_test

import future.keywords.not

import data.airlock.lib.example
import data.airlock.lib.network

bases := {
	"airgap": example.agents,
	"egress": example.egress,
	"segment": example.ops,
	"closed segment": object.union(example.agents, {"name": "ops"}),
}

paths := ({concat("/", ["", key]) | some key in object.keys(example.agents)} | {concat("/", ["/ipam", key]) | some key in object.keys(example.agents.ipam)}) | {
	"/options/com.docker.network.bridge.inhibit_ipv4",
	"/options/com.docker.network.bridge.gateway_mode_ipv4",
	"/options/com.docker.network.bridge.enable_icc",
	"/options/com.docker.network.driver.mtu",
	"/options/com.docker.network.bridge.name",
}

values := [null, true, "isolated", "ops", ["x"]]

mutations := {json.patch(base, [example.set(path, value)]) |
	some base in bases
	some path in paths
	some value in values
} | {json.remove(base, [path]) |
	some base in bases
	some path in paths
}

test_the_networks_of_the_example_conform[kind] if {
	some kind, base in bases
	network.conforms(base) with data.site as example.site
	network.flaws(base) == set() with data.site as example.site
}

test_what_does_not_conform_has_a_flaw_and_the_other_way_round if {
	judged := {[conforms(n), count(flaws) == 0, told(flaws)] |
		some n in mutations
		flaws := network.flaws(n)
	} with data.site as example.site
	judged == {[true, true, true], [false, false, true]}
}

default conforms(_) := false

conforms(n) if network.conforms(n)

told(flaws) if {
	every flaw in flaws {
		object.keys(flaw) == {"property", "field", "got", "want"}
		not flaw.want == ""
	}
}

test_site_data_of_a_wrong_type_names_no_network[given] if {
	some given in [null, {}, "egress", {"egress": "egress", "segments": {"ops": true}}, {"egress": null}]
	network.class("egress") == "airgap" with data.site.networks as given
	network.class("ops") == "airgap" with data.site.networks as given
}

test_a_flaw_stands_beside_a_good_option if {
	options := {"com.docker.network.driver.mtu": "1400", "com.docker.network.bridge.name": "br-lan"}
	every name in ["egress", "ops"] {
		changed := object.union(object.remove(example.egress, ["options"]), {"name": name, "options": options})
		flaws := network.flaws(changed) with data.site as example.site
		flaws == {{
			"property": "options",
			"field": "Options.com.docker.network.bridge.name",
			"got": "br-lan",
			"want": "enable_icc and mtu, nothing else (without --opt com.docker.network.bridge.name)",
		}}
	}
}

test_an_image_two_roles_claim_is_no_exit if {
	site := json.patch(example.site, [example.set("/roles/second", {"images": ["registry.internal/openclaw/llm-proxy"], "networks": ["egress"]})])
	not network.exit("registry.internal/openclaw/llm-proxy", "") with data.site as site
	network.exit("registry.internal/openclaw/llm-proxy", "") with data.site as example.site
}

test_a_role_of_both_kinds_is_no_exit if {
	site := json.patch(example.site, [example.set("/roles/proxy/networks", ["egress", "ops"])])
	not network.exit("registry.internal/openclaw/llm-proxy", "") with data.site as site
}
