package airlock.rules.airgap["network-resolved_test"]

import data.airlock.lib.example
import data.airlock.rules.airgap["network-resolved"] as rule

cases := {
	"a network that exists is admitted": {"document": example.create, "patch": [], "found": set()},
	"no network is admitted": {"document": example.airgapped, "patch": [], "found": set()},
	"an endpoint by the beginning of its ID is admitted": {"document": example.create, "patch": [example.set("/container/network/endpoints/0/network", "a9e0")], "found": set()},
	"an endpoint by its ID is admitted": {"document": example.create, "patch": [example.set("/container/network/endpoints/0/network", example.agents.id)], "found": set()},
	"a network that does not exist is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/matches", 0)], "found": {["HostConfig.NetworkMode", "agents"]}},
	"a name of two networks is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/matches", 2)], "found": {["HostConfig.NetworkMode", "agents"]}},
	"a network without ID is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/id", "")], "found": {["HostConfig.NetworkMode", "agents"]}},
	"an ID absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/id")], "found": {["HostConfig.NetworkMode", "agents"]}},
	"an ID null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/id", null)], "found": {["HostConfig.NetworkMode", "agents"]}},
	"an ID of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/id", 1)], "found": {["HostConfig.NetworkMode", "agents"]}},
	"a null attachment is denied": {"document": example.create, "patch": [example.set("/container/network/attached", [null])], "found": {["NetworkingConfig.EndpointsConfig", null], ["NetworkingConfig.EndpointsConfig", "agents"], ["HostConfig.NetworkMode", "agents"]}},
	"matches absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/matches")], "found": {["HostConfig.NetworkMode", "agents"]}},
	"matches null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/matches", null)], "found": {["HostConfig.NetworkMode", "agents"]}},
	"matches of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/matches", "1")], "found": {["HostConfig.NetworkMode", "agents"]}},
	"a field of a wrong type is denied all the same": {"document": example.create, "patch": [example.set("/container/network/attached/0/field", 1), example.set("/container/network/attached/0/matches", 0)], "found": {["NetworkingConfig.EndpointsConfig", "agents"]}},
	"absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached")], "found": {["HostConfig.NetworkMode", null], ["NetworkingConfig.EndpointsConfig", "agents"], ["HostConfig.NetworkMode", "agents"]}},
	"null is denied": {"document": example.create, "patch": [example.set("/container/network/attached", null)], "found": {["HostConfig.NetworkMode", null], ["NetworkingConfig.EndpointsConfig", "agents"], ["HostConfig.NetworkMode", "agents"]}},
	"wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached", "agents")], "found": {["HostConfig.NetworkMode", "agents"], ["NetworkingConfig.EndpointsConfig", "agents"]}},
	"an endpoint nobody looked up is denied": {"document": example.create, "patch": [example.set("/container/network/endpoints/0/network", "elsewhere")], "found": {["NetworkingConfig.EndpointsConfig", "elsewhere"]}},
	"a mode nobody looked up is denied": {"document": example.create, "patch": [example.set("/container/network/name", "elsewhere")], "found": {["HostConfig.NetworkMode", "elsewhere"]}},
	"an endpoint without a name is denied": {"document": example.create, "patch": [example.without("/container/network/endpoints/0/network")], "found": {["NetworkingConfig.EndpointsConfig", null]}},
	"an empty name is denied": {"document": example.create, "patch": [example.set("/container/network/name", "")], "found": {["HostConfig.NetworkMode", ""]}},
	"a name null is denied": {"document": example.create, "patch": [example.set("/container/network/name", null)], "found": {["HostConfig.NetworkMode", null]}},
}

test_network_resolved[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/network/attached/0/matches", 2)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.NetworkMode", "got": "agents", "want": "one live network, found 2"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/network/attached/0/matches", 0)])
	example.fired(document) == {"airgap/network-resolved"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/network/endpoints/0/network", "elsewhere")])
	example.fired(document) == {"airgap/network-resolved"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.create, [example.set("/container/network/name", "elsewhere")])
	example.fired(document) == {"airgap/network-resolved"}
	example.admitted(document) == false
}

test_twin_4 if {
	document := json.patch(example.create, [example.set("/container/network/attached", [])])
	example.fired(document) == {"airgap/network-resolved"}
	example.admitted(document) == false
}

test_twin_5 if {
	document := json.patch(example.start, [example.set("/container/network/attached/1", object.union(example.attached("NetworkSettings.Networks.agents.NetworkID", example.agents), {"reference": "dead", "matches": 0}))])
	example.fired(document) == {"airgap/network-resolved"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
