package airlock.rules.airgap["network-name_test"]

import data.airlock.lib.example
import data.airlock.rules.airgap["network-name"] as rule

cases := {
	"the example is admitted": {"document": example.network, "patch": [], "found": set()},
	"an egress network of the site is admitted": {"document": example.network, "patch": [example.set("/network", object.union(example.egress, {"id": "", "name": "egress-2"}))], "found": set()},
	"a segment of the site is admitted": {"document": example.network, "patch": [example.set("/network", object.union(example.ops, {"id": "", "name": "audit"}))], "found": set()},
	"another operation is not judged": {"document": example.removal, "patch": [example.set("/network/name", "host")], "found": set()},
	"an existing network under its own ID is no other": {"document": example.network, "patch": [example.set("/network", example.agents)], "found": set()},
	" is denied": {"document": example.network, "patch": [example.set("/network/name", "")], "found": {["Name", ""]}},
	"host is denied": {"document": example.network, "patch": [example.set("/network/name", "host")], "found": {["Name", "host"]}},
	"none is denied": {"document": example.network, "patch": [example.set("/network/name", "none")], "found": {["Name", "none"]}},
	"bridge is denied": {"document": example.network, "patch": [example.set("/network/name", "bridge")], "found": {["Name", "bridge"]}},
	"default is denied": {"document": example.network, "patch": [example.set("/network/name", "default")], "found": {["Name", "default"]}},
	"ingress is denied": {"document": example.network, "patch": [example.set("/network/name", "ingress")], "found": {["Name", "ingress"]}},
	"a b is denied": {"document": example.network, "patch": [example.set("/network/name", "a b")], "found": {["Name", "a b"]}},
	"../x is denied": {"document": example.network, "patch": [example.set("/network/name", "../x")], "found": {["Name", "../x"]}},
	"container:x is denied": {"document": example.network, "patch": [example.set("/network/name", "container:x")], "found": {["Name", "container:x"]}},
	"cafe is denied": {"document": example.network, "patch": [example.set("/network/name", "cafe")], "found": {["Name", "cafe"]}},
	"0 is denied": {"document": example.network, "patch": [example.set("/network/name", "0")], "found": {["Name", "0"]}},
	"a9e0 is denied": {"document": example.network, "patch": [example.set("/network/name", "a9e0")], "found": {["Name", "a9e0"]}},
	"-x is denied": {"document": example.network, "patch": [example.set("/network/name", "-x")], "found": {["Name", "-x"]}},
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx is denied": {"document": example.network, "patch": [example.set("/network/name", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")], "found": {["Name", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]}},
	"an existing name is denied": {"document": example.network, "patch": [example.set("/network/name", "agents")], "found": {["Name", "agents"]}},
	"an existing egress network is denied": {"document": example.network, "patch": [example.set("/network", object.union(example.egress, {"id": "", "name": "egress-2"})), example.set("/network/name", "egress")], "found": {["Name", "egress"]}},
	"a name absent is denied": {"document": example.network, "patch": [example.without("/network/name")], "found": {["Name", null]}},
	"a name null is denied": {"document": example.network, "patch": [example.set("/network/name", null)], "found": {["Name", null]}},
	"a name of a wrong type is denied": {"document": example.network, "patch": [example.set("/network/name", 7)], "found": {["Name", 7]}},
}

test_network_name[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.network, [example.set("/network/name", "agents")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Name", "got": "agents", "want": "a name no network has"}}
}

test_whole_violation_2 if {
	document := json.patch(example.network, [example.set("/network/name", "cafe")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Name", "got": "cafe", "want": "letters, digits, dot, dash and underscore; neither all 0-9a-f nor a name of the engine"}}
}

test_twin if {
	document := json.patch(example.network, [example.set("/network/name", "agents")])
	example.fired(document) == {"airgap/network-name"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.network, [example.set("/network/name", "cafe")])
	example.fired(document) == {"airgap/network-name"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.network, [example.set("/network/name", "host")])
	example.fired(document) == {"airgap/network-name"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
