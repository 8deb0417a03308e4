package airlock.rules.airgap["network-options_test"]

import data.airlock.lib.example
import data.airlock.rules.airgap["network-options"] as rule

cases := {
	"the example is admitted": {"document": example.network, "patch": [], "found": set()},
	"an egress network of the site is admitted": {"document": example.network, "patch": [example.set("/network", object.union(example.egress, {"id": "", "name": "egress-2"}))], "found": set()},
	"a segment of the site is admitted": {"document": example.network, "patch": [example.set("/network", object.union(example.ops, {"id": "", "name": "audit"}))], "found": set()},
	"another operation is not judged": {"document": example.removal, "patch": [example.set("/network/options", {})], "found": set()},
	"isolated as well is admitted": {"document": example.network, "patch": [example.set("/network/options/com.docker.network.bridge.gateway_mode_ipv4", "isolated")], "found": set()},
	"a segment with the airgap options is admitted": {"document": example.network, "patch": [example.set("/network", object.union(example.ops, {"id": "", "name": "audit"})), example.set("/network/options", {"com.docker.network.bridge.inhibit_ipv4": "true"}), example.set("/network/internal", true)], "found": set()},
	"an mtu of the egress network is admitted": {"document": example.network, "patch": [example.set("/network", object.union(example.egress, {"id": "", "name": "egress-2"})), example.set("/network/options", {"com.docker.network.driver.mtu": "1400"})], "found": set()},
	"no option is denied": {"document": example.network, "patch": [example.set("/network/options", {})], "found": {["Options.com.docker.network.bridge.inhibit_ipv4", null]}},
	"isolated alone is denied": {"document": example.network, "patch": [example.set("/network/options", {"com.docker.network.bridge.gateway_mode_ipv4": "isolated"})], "found": {["Options.com.docker.network.bridge.inhibit_ipv4", null]}},
	"another value is denied": {"document": example.network, "patch": [example.set("/network/options", {"com.docker.network.bridge.inhibit_ipv4": "1"})], "found": {["Options.com.docker.network.bridge.inhibit_ipv4", "1"]}},
	"a bridge of the host is denied": {"document": example.network, "patch": [example.set("/network/options/com.docker.network.bridge.name", "br-lan")], "found": {["Options.com.docker.network.bridge.name", "br-lan"]}},
	"an mtu is denied": {"document": example.network, "patch": [example.set("/network/options/com.docker.network.driver.mtu", "1400")], "found": {["Options.com.docker.network.driver.mtu", "1400"]}},
	"masquerading for an egress network is denied": {"document": example.network, "patch": [example.set("/network", object.union(example.egress, {"id": "", "name": "egress-2"})), example.set("/network/options", {"com.docker.network.bridge.enable_ip_masquerade": "false"})], "found": {["Options.com.docker.network.bridge.enable_ip_masquerade", "false"]}},
	"a null value is denied": {"document": example.network, "patch": [example.set("/network/options", {"com.docker.network.bridge.inhibit_ipv4": null})], "found": {["Options.com.docker.network.bridge.inhibit_ipv4", null]}},
	"absent is denied": {"document": example.network, "patch": [example.without("/network/options")], "found": {["Options.com.docker.network.bridge.inhibit_ipv4", null], ["Options", null]}},
	"null is denied": {"document": example.network, "patch": [example.set("/network/options", null)], "found": {["Options.com.docker.network.bridge.inhibit_ipv4", null], ["Options", null]}},
	"wrong type is denied": {"document": example.network, "patch": [example.set("/network/options", "x")], "found": {["Options.com.docker.network.bridge.inhibit_ipv4", null], ["Options", "x"]}},
	"wrong type of an egress network is denied": {"document": example.network, "patch": [example.set("/network", object.union(example.egress, {"id": "", "name": "egress-2"})), example.set("/network/options", ["x"])], "found": {["Options", ["x"]], ["Options.0", "x"]}},
}

test_network_options[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.network, [example.set("/network/options", {})])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Options.com.docker.network.bridge.inhibit_ipv4", "got": null, "want": "true (--opt com.docker.network.bridge.inhibit_ipv4=true)"}}
}

test_twin if {
	document := json.patch(example.network, [example.set("/network/options", {})])
	example.fired(document) == {"airgap/network-options"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.network, [example.set("/network/options/com.docker.network.bridge.name", "br-lan")])
	example.fired(document) == {"airgap/network-options"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
