package airlock.rules.airgap.forwarding_test

import data.airlock.lib.example
import data.airlock.rules.airgap.forwarding as rule

cases := {
	"off in two networks is admitted": {"document": example.connect, "patch": [], "found": set()},
	"unsaid in one network is admitted": {"document": example.create, "patch": [], "found": set()},
	"unsaid in no network is admitted": {"document": example.airgapped, "patch": [], "found": set()},
	"one network under two names is one": {"document": example.create, "patch": [example.set("/container/network/attached/1", example.attached("NetworkingConfig.EndpointsConfig.a9e0", example.agents))], "found": set()},
	"on is denied": {"document": example.connect, "patch": [example.set("/container/privileges/sysctls", {"net.ipv4.ip_forward": "1"})], "found": {["HostConfig.Sysctls.net.ipv4.ip_forward", "1"]}},
	"unsaid is denied": {"document": example.connect, "patch": [example.set("/container/privileges/sysctls", {})], "found": {["HostConfig.Sysctls.net.ipv4.ip_forward", null]}},
	"unsaid by the proxy is denied": {"document": example.proxy, "patch": [example.set("/container/privileges/sysctls", {})], "found": {["HostConfig.Sysctls.net.ipv4.ip_forward", null]}},
	"absent is denied": {"document": example.connect, "patch": [example.without("/container/privileges/sysctls")], "found": {["HostConfig.Sysctls.net.ipv4.ip_forward", null]}},
	"null is denied": {"document": example.connect, "patch": [example.set("/container/privileges/sysctls", null)], "found": {["HostConfig.Sysctls.net.ipv4.ip_forward", null]}},
	"a value null is denied": {"document": example.connect, "patch": [example.set("/container/privileges/sysctls", {"net.ipv4.ip_forward": null})], "found": {["HostConfig.Sysctls.net.ipv4.ip_forward", null]}},
	"wrong type is denied": {"document": example.connect, "patch": [example.set("/container/privileges/sysctls", {"net.ipv4.ip_forward": 0})], "found": {["HostConfig.Sysctls.net.ipv4.ip_forward", 0]}},
}

test_forwarding[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.connect, [example.set("/container/privileges/sysctls", {})])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Sysctls.net.ipv4.ip_forward", "got": null, "want": "0"}}
}

test_twin if {
	document := json.patch(example.connect, [example.set("/container/privileges/sysctls", {})])
	example.fired(document) == {"airgap/forwarding"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.proxy, [example.set("/container/privileges/sysctls", {})])
	example.fired(document) == {"airgap/forwarding"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
