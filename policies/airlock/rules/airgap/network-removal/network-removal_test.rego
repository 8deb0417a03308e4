package airlock.rules.airgap["network-removal_test"]

import data.airlock.lib.example
import data.airlock.rules.airgap["network-removal"] as rule

cases := {
	"a network of workers is admitted": {"document": example.removal, "patch": [], "found": set()},
	"an empty network is admitted": {"document": example.removal, "patch": [example.set("/network", example.weak)], "found": set()},
	"the segment of a role that says so is admitted": {"document": example.removal, "patch": [example.set("/network", example.ops)], "found": set()},
	"another operation is not judged": {"document": example.network, "patch": [example.set("/network", example.agents)], "found": set()},
	"a network of the proxy and the monitor is denied": {"document": example.removal, "patch": [example.set("/network", example.agents)], "found": {["path", "proxy"], ["path", "monitor"]}},
	"the egress network is denied": {"document": example.removal, "patch": [example.set("/network", example.egress)], "found": {["path", "proxy"]}},
	"a stopped container counts": {"document": example.removal, "patch": [example.set("/network", example.egress), example.set("/topology/containers/0/running", false)], "found": {["path", "proxy"]}},
	"a container that knows it by its name counts": {"document": example.removal, "patch": [example.set("/topology/containers/1/networks", ["telemetry"])], "found": {["path", "monitor"]}},
	"a container with networks null counts": {"document": example.removal, "patch": [example.set("/topology/containers/1/networks", null)], "found": {["path", "monitor"]}},
	"a container with networks absent counts": {"document": example.removal, "patch": [example.without("/topology/containers/1/networks")], "found": {["path", "monitor"]}},
	"a container without a known image counts": {"document": example.removal, "patch": [example.set("/topology/containers/3/repository", null)], "found": {["path", "worker-0"]}},
	"an empty ID is denied": {"document": example.removal, "patch": [example.set("/network/id", "")], "found": {["path", ""]}},
	"an ID absent is denied": {"document": example.removal, "patch": [example.without("/network/id")], "found": {["path", null]}},
	"an ID null is denied": {"document": example.removal, "patch": [example.set("/network/id", null)], "found": {["path", null]}},
	"an ID of a wrong type is denied": {"document": example.removal, "patch": [example.set("/network/id", 1)], "found": {["path", 1]}},
	"a null network is denied": {"document": example.removal, "patch": [example.set("/network", null)], "found": {["path", null]}},
}

test_network_removal[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.removal, [example.set("/network", example.egress)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "path", "got": "proxy", "want": "a network without containers of a protected role"}}
}

test_twin if {
	document := json.patch(example.removal, [example.set("/network", example.egress)])
	example.fired(document) == {"airgap/network-removal"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.removal, [example.set("/network/id", "")])
	example.fired(document) == {"airgap/network-removal"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
