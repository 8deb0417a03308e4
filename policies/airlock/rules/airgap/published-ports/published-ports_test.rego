package airlock.rules.airgap["published-ports_test"]

import data.airlock.lib.example
import data.airlock.rules.airgap["published-ports"] as rule

cases := {
	"network.published: none is admitted": {"patch": [example.set("/container/network/published", [])], "found": set()},
	"network.published: one is denied": {"patch": [example.set("/container/network/published", ["8080/tcp"])], "found": {["HostConfig.PortBindings", ["8080/tcp"]]}},
	"network.published: absent is denied": {"patch": [example.without("/container/network/published")], "found": {["HostConfig.PortBindings", null]}},
	"network.published: null is denied": {"patch": [example.set("/container/network/published", null)], "found": {["HostConfig.PortBindings", null]}},
	"network.published: wrong type is denied": {"patch": [example.set("/container/network/published", "8080/tcp")], "found": {["HostConfig.PortBindings", "8080/tcp"]}},
	"network.publish_all: false is admitted": {"patch": [example.set("/container/network/publish_all", false)], "found": set()},
	"network.publish_all: true is denied": {"patch": [example.set("/container/network/publish_all", true)], "found": {["HostConfig.PublishAllPorts", true]}},
	"network.publish_all: absent is denied": {"patch": [example.without("/container/network/publish_all")], "found": {["HostConfig.PublishAllPorts", null]}},
	"network.publish_all: null is denied": {"patch": [example.set("/container/network/publish_all", null)], "found": {["HostConfig.PublishAllPorts", null]}},
	"network.publish_all: wrong type is denied": {"patch": [example.set("/container/network/publish_all", "false")], "found": {["HostConfig.PublishAllPorts", "false"]}},
}

test_published_ports[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/network/published", ["8080/tcp"])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.PortBindings", "got": ["8080/tcp"], "want": []}}
}

test_whole_violation_2 if {
	document := json.patch(example.create, [example.set("/container/network/publish_all", true)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.PublishAllPorts", "got": true, "want": false}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/network/published", ["8080/tcp"])])
	example.fired(document) == {"airgap/published-ports"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/network/publish_all", true)])
	example.fired(document) == {"airgap/published-ports"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
