package airlock.rules.airgap.connect_test

import data.airlock.lib.example
import data.airlock.rules.airgap.connect as rule

cases := {
	"a network that was looked up is admitted": {"document": example.connect, "patch": [], "found": set()},
	"by its ID is admitted": {"document": example.connect, "patch": [example.set("/request/vars/id", example.telemetry.id)], "found": set()},
	"by the beginning of its ID is admitted": {"document": example.connect, "patch": [example.set("/request/vars/id", "7e1e"), example.set("/container/network/attached/1/reference", "7e1e"), example.set("/container/network/endpoints/1/network", "7e1e")], "found": set()},
	"another operation is not judged": {"document": example.start, "patch": [example.set("/request/vars/id", "elsewhere")], "found": set()},
	"a network nobody looked up is denied": {"document": example.connect, "patch": [example.set("/request/vars/id", "elsewhere")], "found": {["path", "elsewhere"]}},
	"an endpoint nobody judges is denied": {"document": example.connect, "patch": [example.without("/container/network/endpoints/1")], "found": {["path", "telemetry"]}},
	"a network that does not exist is denied": {"document": example.connect, "patch": [example.set("/container/network/attached/1/matches", 0)], "found": {["path", "telemetry"]}},
	"an empty name is denied": {"document": example.connect, "patch": [example.set("/request/vars/id", "")], "found": {["path", ""]}},
	"a name absent is denied": {"document": example.connect, "patch": [example.without("/request/vars/id")], "found": {["path", null]}},
	"a name null is denied": {"document": example.connect, "patch": [example.set("/request/vars/id", null)], "found": {["path", null]}},
	"a name of a wrong type is denied": {"document": example.connect, "patch": [example.set("/request/vars/id", 7)], "found": {["path", 7]}},
	"no variables are denied": {"document": example.connect, "patch": [example.set("/request/vars", {})], "found": {["path", null]}},
}

test_connect[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.connect, [example.set("/request/vars/id", "elsewhere")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "path", "got": "elsewhere", "want": "a network that was looked up, with its endpoint"}}
}

test_twin if {
	document := json.patch(example.connect, [example.set("/request/vars/id", "elsewhere")])
	example.fired(document) == {"airgap/connect"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.connect, [example.without("/container/network/endpoints/1")])
	example.fired(document) == {"airgap/connect"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
