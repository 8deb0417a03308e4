package airlock.rules.airgap["network-ipv6_test"]

import data.airlock.lib.example
import data.airlock.rules.airgap["network-ipv6"] as rule

cases := {
	"the example is admitted": {"document": example.network, "patch": [], "found": set()},
	"an egress network of the site is admitted": {"document": example.network, "patch": [example.set("/network", object.union(example.egress, {"id": "", "name": "egress-2"}))], "found": set()},
	"a segment of the site is admitted": {"document": example.network, "patch": [example.set("/network", object.union(example.ops, {"id": "", "name": "audit"}))], "found": set()},
	"another operation is not judged": {"document": example.removal, "patch": [example.set("/network/ipv6", true)], "found": set()},
	"ipv6 bad is denied": {"document": example.network, "patch": [example.set("/network/ipv6", true)], "found": {["EnableIPv6", true]}},
	"ipv6 absent is denied": {"document": example.network, "patch": [example.without("/network/ipv6")], "found": {["EnableIPv6", null]}},
	"ipv6 null is denied": {"document": example.network, "patch": [example.set("/network/ipv6", null)], "found": {["EnableIPv6", null]}},
	"ipv6 of a wrong type is denied": {"document": example.network, "patch": [example.set("/network/ipv6", ["x"])], "found": {["EnableIPv6", ["x"]]}},
	"an egress network with IPv6 is denied": {"document": example.network, "patch": [example.set("/network", object.union(example.egress, {"id": "", "name": "egress-2"})), example.set("/network/ipv6", true)], "found": {["EnableIPv6", true]}},
}

test_network_ipv6[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.network, [example.set("/network/ipv6", true)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "EnableIPv6", "got": true, "want": "false (without --ipv6 and without an IPv6 --subnet)"}}
}

test_twin if {
	document := json.patch(example.network, [example.set("/network/ipv6", true)])
	example.fired(document) == {"airgap/network-ipv6"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
