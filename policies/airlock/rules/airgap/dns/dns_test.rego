package airlock.rules.airgap.dns_test

import data.airlock.lib.example
import data.airlock.rules.airgap.dns as rule

proxy := example.set("/container/image", example.proxy.container.image)

cases := {
	"the loopback is admitted": {"document": example.create, "patch": [], "found": set()},
	"nothing without a network is admitted": {"document": example.airgapped, "patch": [], "found": set()},
	"nothing in a network that leads out is admitted": {"document": example.proxy, "patch": [], "found": set()},
	"a server in a network that leads out is admitted": {"document": example.proxy, "patch": [example.set("/container/network/dns", ["10.0.0.53"])], "found": set()},
	"nothing of an exit in a closed network is admitted": {"document": example.create, "patch": [proxy, example.set("/container/network/dns", [])], "found": set()},
	"a server of an exit in a closed network is admitted": {"document": example.create, "patch": [proxy, example.set("/container/network/dns", ["10.0.0.53"])], "found": set()},
	"nothing in a segment that leads out is admitted": {"document": example.collector, "patch": [], "found": set()},
	"nothing in a closed segment is denied": {"document": example.collector, "patch": [example.set("/container/network/attached/0/network", object.union(example.agents, {"name": "ops"}))], "found": {["HostConfig.Dns", []]}},
	"nothing is denied": {"document": example.create, "patch": [example.set("/container/network/dns", [])], "found": {["HostConfig.Dns", []]}},
	"another server is denied": {"document": example.create, "patch": [example.set("/container/network/dns", ["8.8.8.8"])], "found": {["HostConfig.Dns", ["8.8.8.8"]]}},
	"a second server is denied": {"document": example.create, "patch": [example.set("/container/network/dns", ["127.0.0.1", "8.8.8.8"])], "found": {["HostConfig.Dns", ["127.0.0.1", "8.8.8.8"]]}},
	"two internal networks are no way out": {"document": example.connect, "patch": [example.set("/container/network/dns", [])], "found": {["HostConfig.Dns", []]}},
	"absent is denied": {"document": example.create, "patch": [example.without("/container/network/dns")], "found": {["HostConfig.Dns", null]}},
	"null is denied": {"document": example.create, "patch": [example.set("/container/network/dns", null)], "found": {["HostConfig.Dns", null]}},
	"wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/dns", "127.0.0.1")], "found": {["HostConfig.Dns", "127.0.0.1"]}},
}

test_dns[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/network/dns", [])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Dns", "got": [], "want": ["127.0.0.1"]}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/network/dns", ["8.8.8.8"])])
	example.fired(document) == {"airgap/dns"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.start, [example.set("/container/network/dns", [])])
	example.fired(document) == {"airgap/dns"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
