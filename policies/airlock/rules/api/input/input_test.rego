package airlock.rules.api.input_test

import data.airlock.lib.example
import data.airlock.rules.api.input as rule

cases := {
	"a create with its container is admitted": {"patch": [example.set("/version", 1)], "found": set()},
	"another version is denied": {"patch": [example.set("/version", 2)], "found": {["request", "container.create"]}},
	"an absent version is denied": {"patch": [example.without("/version")], "found": {["request", "container.create"]}},
	"a create without a container is denied": {"patch": [example.set("/container", null)], "found": {["request", "container.create"]}},
	"a create with an absent container is denied": {"patch": [example.without("/container")], "found": {["request", "container.create"]}},
	"a create without engine facts is denied": {"patch": [example.set("/engine", null)], "found": {["request", "container.create"]}},
	"a container of a wrong type is denied": {"patch": [example.set("/container", [])], "found": {["request", "container.create"]}},
	"a create with another subject is denied": {"patch": [example.set("/subject", "none"), example.set("/container", null)], "found": {["request", "container.create"]}},
	"an absent subject is denied": {"patch": [example.without("/subject")], "found": {["request", "container.create"]}},
	"a null subject is denied": {"patch": [example.set("/subject", null)], "found": {["request", "container.create"]}},
	"a subject of a wrong type is denied": {"patch": [example.set("/subject", ["container"])], "found": {["request", "container.create"]}},
	"an absent query is denied": {"patch": [example.without("/request/query")], "found": {["request", "container.create"]}},
	"a granted operation with a container is denied": {"patch": [example.set("/operation", "container.list"), example.set("/subject", "none")], "found": {["request", "container.list"]}},
	"a granted operation with a network is denied": {"patch": [example.set("/operation", "network.list"), example.set("/subject", "none"), example.set("/container", null), example.set("/network", {})], "found": {["request", "network.list"]}},
	"a create in a network without the topology is denied": {"patch": [example.set("/topology", null)], "found": {["request", "container.create"]}},
	"a topology absent is denied": {"patch": [example.without("/topology")], "found": {["request", "container.create"]}},
	"a topology of a wrong type is denied": {"patch": [example.set("/topology", [])], "found": {["request", "container.create"]}},
	"a topology without networks is denied": {"patch": [example.set("/topology/networks", null)], "found": {["request", "container.create"]}},
	"a topology without containers is denied": {"patch": [example.without("/topology/containers")], "found": {["request", "container.create"]}},
	"a create in no network needs no topology": {"patch": [example.set("/topology", null), example.set("/container/network/attached", [])], "found": set()},
	"a disconnect needs the topology": {"patch": [example.set("/operation", "network.disconnect"), example.set("/topology", null), example.set("/container/network/attached", [])], "found": {["request", "network.disconnect"]}},
	"a stop needs the container alone": {"patch": [example.set("/operation", "container.stop"), example.set("/topology", null), example.set("/engine", null)], "found": set()},
	"a stop without a container is denied": {"patch": [example.set("/operation", "container.stop"), example.set("/engine", null), example.set("/container", null)], "found": {["request", "container.stop"]}},
	"a network without the topology is denied": {"patch": [example.set("/operation", "network.create"), example.set("/subject", "network"), example.set("/network", {}), example.set("/topology", null)], "found": {["request", "network.create"]}},
	"a removal without a network is denied": {"patch": [example.set("/operation", "network.remove"), example.set("/subject", "network")], "found": {["request", "network.remove"]}},
	"an operation nobody admits is left to its own rule": {"patch": [example.set("/operation", "container.exec")], "found": set()},
}

test_input[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/version", 2)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "request", "got": "container.create", "want": "the subject this operation needs"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/version", 2)])
	example.fired(document) == {"api/input"}
	example.admitted(document) == false
}

test_every_example_is_admitted if {
	documents := [
		example.create, example.airgapped, example.start, example.proxy, example.collector, example.connect,
		example.disconnect, example.stop, example.rename, example.attach, example.archive, example.update, example.exec, example.network, example.removal,
		example.service, example.service_update, example.removal_of_service, example.pull, example.ping,
	]
	every document in documents {
		example.admitted(document) == true
		example.fired(document) == set()
	}
}

test_a_pull_without_an_image_is_denied if {
	document := json.patch(example.pull, [example.set("/image", null)])
	"api/input" in example.fired(document)
	example.admitted(document) == false
}

test_no_subject_is_never_the_answer_to_a_create if {
	lost := json.patch(example.create, [
		example.set("/subject", "none"),
		example.set("/container", null),
		example.set("/engine", null),
	])
	example.fired(lost) == {"api/input"}
	example.admitted(lost) == false
}

test_anything_but_a_document_is_denied if {
	every document in [{}, null, [], "", 0, true] {
		example.admitted(document) == false
	}
}
