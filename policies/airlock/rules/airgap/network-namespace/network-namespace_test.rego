package airlock.rules.airgap["network-namespace_test"]

import data.airlock.lib.example
import data.airlock.rules.airgap["network-namespace"] as rule

cases := {
	"network.mode: none is admitted": {"patch": [example.set("/container/network/mode", "none")], "found": set()},
	"network.mode: a named network is admitted": {"patch": [example.set("/container/network/mode", "network")], "found": set()},
	"network.mode: host is denied": {"patch": [example.set("/container/network/mode", "host")], "found": {["HostConfig.NetworkMode", "host"]}},
	"network.mode: container is denied": {"patch": [example.set("/container/network/mode", "container")], "found": {["HostConfig.NetworkMode", "container"]}},
	"network.mode: bridge is denied": {"patch": [example.set("/container/network/mode", "bridge")], "found": {["HostConfig.NetworkMode", "bridge"]}},
	"network.mode: other is denied": {"patch": [example.set("/container/network/mode", "other")], "found": {["HostConfig.NetworkMode", "other"]}},
	"network.mode: absent is denied": {"patch": [example.without("/container/network/mode")], "found": {["HostConfig.NetworkMode", null]}},
	"network.mode: null is denied": {"patch": [example.set("/container/network/mode", null)], "found": {["HostConfig.NetworkMode", null]}},
	"network.mode: wrong type is denied": {"patch": [example.set("/container/network/mode", 0)], "found": {["HostConfig.NetworkMode", 0]}},
	"network.disabled: false is admitted": {"patch": [example.set("/container/network/disabled", false)], "found": set()},
	"network.disabled: true is denied": {"patch": [example.set("/container/network/disabled", true)], "found": {["Config.NetworkDisabled", true]}},
	"network.disabled: absent is denied": {"patch": [example.without("/container/network/disabled")], "found": {["Config.NetworkDisabled", null]}},
	"network.disabled: null is denied": {"patch": [example.set("/container/network/disabled", null)], "found": {["Config.NetworkDisabled", null]}},
	"network.disabled: wrong type is denied": {"patch": [example.set("/container/network/disabled", "false")], "found": {["Config.NetworkDisabled", "false"]}},
}

test_network_namespace[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/network/mode", "host")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.NetworkMode", "got": "host", "want": "none or a named network"}}
}

test_whole_violation_2 if {
	document := json.patch(example.create, [example.set("/container/network/disabled", true)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Config.NetworkDisabled", "got": true, "want": false}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/network/mode", "host")])
	example.fired(document) == {"airgap/network-namespace"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/network/disabled", true)])
	example.fired(document) == {"airgap/network-namespace"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
