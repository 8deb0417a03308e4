package airlock.rules.airgap["network-set_test"]

import data.airlock.lib.example
import data.airlock.rules.airgap["network-set"] as rule

cases := {
	"a worker on an internal network is admitted": {"document": example.create, "patch": [], "found": set()},
	"a worker on two internal networks is admitted": {"document": example.connect, "patch": [], "found": set()},
	"no network is admitted": {"document": example.airgapped, "patch": [], "found": set()},
	"no network without a role is admitted": {"document": example.airgapped, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/tool")], "found": set()},
	"one network without a role is admitted": {"document": example.create, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/tool")], "found": set()},
	"the proxy on its networks is admitted": {"document": example.proxy, "patch": [], "found": set()},
	"the collector on its segment is admitted": {"document": example.collector, "patch": [], "found": set()},
	"two networks without a role are denied": {"document": example.connect, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/tool")], "found": {["NetworkingConfig.EndpointsConfig", ["agents", "telemetry"]]}},
	"a worker on the egress network is denied": {"document": example.create, "patch": [example.set("/container/network/attached", [example.attached("HostConfig.NetworkMode", example.egress)])], "found": {["HostConfig.NetworkMode", "egress"]}},
	"a worker on a segment is denied": {"document": example.create, "patch": [example.set("/container/network/attached", [example.attached("HostConfig.NetworkMode", example.ops)])], "found": {["HostConfig.NetworkMode", "ops"]}},
	"a segment is no internal network, whatever it is": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/name", "ops")], "found": {["HostConfig.NetworkMode", "ops"]}},
	"the proxy on a segment is denied": {"document": example.proxy, "patch": [example.set("/container/network/attached", [example.attached("HostConfig.NetworkMode", example.agents), example.attached("NetworkingConfig.EndpointsConfig.ops", example.ops)])], "found": {["NetworkingConfig.EndpointsConfig.ops", "ops"]}},
	"the proxy on another egress network is denied": {"document": example.proxy, "patch": [example.set("/container/network/attached/1/network/name", "egress-2")], "found": {["NetworkingConfig.EndpointsConfig.egress", "egress-2"]}},
	"the collector on an internal network is denied": {"document": example.collector, "patch": [example.set("/container/network/attached/1", example.attached("NetworkingConfig.EndpointsConfig.telemetry", example.telemetry))], "found": {["NetworkingConfig.EndpointsConfig.telemetry", "telemetry"], ["NetworkingConfig.EndpointsConfig.telemetry", {"network": "telemetry", "container": "worker-0"}]}},
	"the collector on another segment is denied": {"document": example.collector, "patch": [example.set("/container/network/attached/0/network/name", "audit")], "found": {["HostConfig.NetworkMode", "audit"]}},
	"the collector among others is denied": {"document": example.collector, "patch": [example.set("/topology/containers/3/networks", [example.ops.id])], "found": {["HostConfig.NetworkMode", {"network": "ops", "container": "worker-0"}]}},
	"the collector among unknown ones is denied": {"document": example.collector, "patch": [example.set("/topology/containers", [{"id": "4", "networks": [example.ops.id]}])], "found": {["HostConfig.NetworkMode", {"network": "ops", "container": null}]}},
	"the collector itself is no other": {"document": example.collector, "patch": [example.set("/container/id", "3"), example.set("/topology/containers/2/repository", "")], "found": set()},
	"a name absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/name")], "found": {["HostConfig.NetworkMode", null]}},
	"a name null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/name", null)], "found": set()},
	"a repository absent is the least": {"document": example.connect, "patch": [example.without("/container/image/repository")], "found": {["NetworkingConfig.EndpointsConfig", ["agents", "telemetry"]]}},
	"a repository null is the least": {"document": example.connect, "patch": [example.set("/container/image/repository", null)], "found": {["NetworkingConfig.EndpointsConfig", ["agents", "telemetry"]]}},
	"a repository of a wrong type is the least": {"document": example.connect, "patch": [example.set("/container/image/repository", 1)], "found": {["NetworkingConfig.EndpointsConfig", ["agents", "telemetry"]]}},
}

test_network_set[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/network/attached", [example.attached("HostConfig.NetworkMode", example.egress)])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.NetworkMode", "got": "egress", "want": "an internal network"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/network/attached", [example.attached("HostConfig.NetworkMode", example.egress)]), example.set("/container/network/name", "egress"), example.set("/container/network/endpoints/0/network", "egress")])
	example.fired(document) == {"airgap/network-set"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.connect, [example.set("/container/image/repository", "registry.internal/openclaw/tool")])
	example.fired(document) == {"airgap/network-set"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.collector, [example.set("/container/network/attached", [example.attached("HostConfig.NetworkMode", example.agents)]), example.set("/container/network/name", "agents"), example.set("/container/network/endpoints/0/network", "agents"), example.set("/container/network/dns", ["127.0.0.1"])])
	example.fired(document) == {"airgap/network-set"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}

test_a_role_of_both_kinds_is_in_no_network if {
	site := json.patch(example.site, [example.set("/roles/worker/networks", ["egress", "ops"])])
	reported := rule.deny with input as example.create with data.site as site
	reported == {{"field": "HostConfig.NetworkMode", "got": "agents", "want": "no network: the role has both egress networks and segments"}}
}

test_networks_the_site_does_not_name_lead_nowhere if {
	document := json.patch(example.create, [example.set("/container/network/attached/0/network/name", "egresss")])
	site := json.patch(example.site, [example.set("/roles/worker/networks", ["egresss"])])
	reported := rule.deny with input as document with data.site as site
	reported == set()
}

test_missing_site_data_denies if {
	reported := rule.deny with input as example.connect with data.site as {}
	count(reported) > 0
}
