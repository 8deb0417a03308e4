package airlock.rules.airgap["exit-path_test"]

import data.airlock.lib.example
import data.airlock.rules.airgap["exit-path"] as rule

cases := {
	"the example is admitted": {"document": example.create, "patch": [], "found": set()},
	"no network is admitted": {"document": example.airgapped, "patch": [], "found": set()},
	"the proxy is admitted": {"document": example.proxy, "patch": [], "found": set()},
	"the collector is admitted": {"document": example.collector, "patch": [], "found": set()},
	"a second airgap network is admitted": {"document": example.connect, "patch": [], "found": set()},
	"a container that joins agents to the egress network is denied": {"document": example.create, "patch": [example.set("/topology/containers/4", example.member("5", "bridge", "worker", [example.agents.id, example.egress.id]))], "found": {["NetworkingConfig.EndpointsConfig", {"network": "egress", "through": {"bridge"}}]}},
	"so is one that is stopped": {"document": example.create, "patch": [example.set("/topology/containers/4", object.union(example.member("5", "bridge", "worker", [example.agents.id, example.egress.id]), {"running": false}))], "found": {["NetworkingConfig.EndpointsConfig", {"network": "egress", "through": {"bridge"}}]}},
	"so is one two steps away": {"document": example.create, "patch": [example.set("/topology/containers/4", example.member("5", "bridge", "worker", [example.telemetry.id, example.weak.id]))], "found": {["NetworkingConfig.EndpointsConfig", {"network": "weak", "through": {"bridge"}}]}},
	"so is one that joins to a segment": {"document": example.create, "patch": [example.set("/topology/containers/4", example.member("5", "bridge", "collector", [example.agents.id, example.ops.id]))], "found": {["NetworkingConfig.EndpointsConfig", {"network": "ops", "through": {"bridge"}}]}},
	"so is the proxy behind it": {"document": example.proxy, "patch": [example.set("/topology/containers/4", example.member("5", "bridge", "worker", [example.agents.id, example.egress.id]))], "found": {["NetworkingConfig.EndpointsConfig", {"network": "egress", "through": {"bridge"}}]}},
	"another proxy joins nothing": {"document": example.create, "patch": [example.set("/topology/containers/4", example.member("5", "proxy-2", "llm-proxy", [example.agents.id, example.egress.id]))], "found": set()},
	"one elsewhere joins nothing": {"document": example.create, "patch": [example.set("/topology/containers/4", example.member("5", "bridge", "worker", [example.ops.id, example.weak.id]))], "found": set()},
	"one that is this container is judged by what it will be in": {"document": example.start, "patch": [example.set("/container/id", "5"), example.set("/topology/containers/4", example.member("5", "worker-1", "worker", [example.agents.id, example.egress.id]))], "found": set()},
	"a collector whose segment leads into the airgap is denied": {"document": example.collector, "patch": [example.set("/topology/containers/4", example.member("5", "bridge", "worker", [example.agents.id, example.ops.id]))], "found": {["NetworkingConfig.EndpointsConfig", {"network": "agents", "through": {"bridge", "worker-0"}}], ["NetworkingConfig.EndpointsConfig", {"network": "telemetry", "through": {"worker-0"}}]}},
	"a network that is gone leads anywhere": {"document": example.create, "patch": [example.set("/topology/containers/4", object.union(example.member("5", "bridge", "worker", [example.agents.id]), {"networks": [example.agents.id, "gone"]}))], "found": {["NetworkingConfig.EndpointsConfig", {"network": "gone", "through": {"bridge"}}]}},
	"a network known by its name is followed": {"document": example.create, "patch": [example.set("/topology/containers/4", object.union(example.member("5", "bridge", "worker", [example.agents.id]), {"networks": ["agents", "egress"]}))], "found": {["NetworkingConfig.EndpointsConfig", {"network": "egress", "through": {"bridge"}}]}},
	"a container of the host is outside": {"document": example.create, "patch": [example.set("/topology/containers/4", object.union(example.member("5", "bridge", "worker", [example.agents.id]), {"mode": "host"}))], "found": {["NetworkingConfig.EndpointsConfig", {"network": "the host", "through": {"bridge"}}]}},
	"a container of an unknown mode is outside": {"document": example.create, "patch": [example.set("/topology/containers/4", object.union(example.member("5", "bridge", "worker", [example.agents.id]), {"mode": null}))], "found": {["NetworkingConfig.EndpointsConfig", {"network": "the host", "through": {"bridge"}}]}},
	"an image without a role is no exit": {"document": example.create, "patch": [example.set("/topology/containers/4", example.member("5", "proxy-2", "tool", [example.agents.id, example.egress.id]))], "found": {["NetworkingConfig.EndpointsConfig", {"network": "egress", "through": {"proxy-2"}}]}},
	"an image nobody pinned is no exit": {"document": example.create, "patch": [example.set("/topology/containers/4", object.union(example.member("5", "proxy-2", "llm-proxy", [example.agents.id, example.egress.id]), {"repository": ""}))], "found": {["NetworkingConfig.EndpointsConfig", {"network": "egress", "through": {"proxy-2"}}]}},
	"a repository null is no exit": {"document": example.create, "patch": [example.set("/topology/containers/4", object.union(example.member("5", "proxy-2", "llm-proxy", [example.agents.id, example.egress.id]), {"repository": null}))], "found": {["NetworkingConfig.EndpointsConfig", {"network": "egress", "through": {"proxy-2"}}]}},
	"networks null are denied": {"document": example.create, "patch": [example.set("/topology/containers/4", object.union(example.member("5", "bridge", "worker", []), {"networks": null}))], "found": {["NetworkingConfig.EndpointsConfig", "bridge"]}},
	"networks of a wrong type are denied": {"document": example.create, "patch": [example.set("/topology/containers/4", object.union(example.member("5", "bridge", "worker", []), {"networks": "agents"}))], "found": {["NetworkingConfig.EndpointsConfig", "bridge"]}},
	"networks absent are denied": {"document": example.create, "patch": [example.set("/topology/containers/4", {"name": "bridge"})], "found": {["NetworkingConfig.EndpointsConfig", "bridge"]}},
	"a network without a name is outside": {"document": example.create, "patch": [example.without("/topology/networks/2/name")], "found": {["NetworkingConfig.EndpointsConfig", {"network": example.telemetry.id, "through": {"worker-0"}}]}},
}

test_exit_path[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/topology/containers/4", example.member("5", "bridge", "worker", [example.agents.id, example.egress.id]))])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "NetworkingConfig.EndpointsConfig", "got": {"network": "egress", "through": {"bridge"}}, "want": "no way out but through a container of an exit role"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/topology/containers/4", example.member("5", "bridge", "worker", [example.agents.id, example.egress.id]))])
	example.fired(document) == {"airgap/exit-path"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.start, [example.set("/topology/containers/4", example.member("5", "bridge", "tool", [example.telemetry.id, example.weak.id]))])
	example.fired(document) == {"airgap/exit-path"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.connect, [example.set("/topology/containers/3/networks", [example.telemetry.id, example.weak.id])])
	example.fired(document) == {"airgap/exit-path"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
