package airlock.rules.swarm.live_test

import data.airlock.lib.example
import data.airlock.rules.swarm.live as rule

cases := {
	"the name of a live service is admitted": {"document": example.service_update, "patch": [], "found": set()},
	"its ID is admitted": {"document": example.service_update, "patch": [example.set("/request/vars/id", "svc0a1b2c3d4e5f6a7b8c9d0e1f")], "found": set()},
	"the beginning of its ID is admitted": {"document": example.service_update, "patch": [example.set("/request/vars/id", "svc0a1")], "found": set()},
	"a create needs none": {"document": example.service, "patch": [], "found": set()},
	"a removal of a live one is admitted": {"document": example.removal_of_service, "patch": [], "found": set()},
	"a removal of none is denied": {"document": example.removal_of_service, "patch": [example.set("/service/live", null)], "found": {["path id", "worker"]}},
	"none is denied": {"document": example.service_update, "patch": [example.set("/service/live", null)], "found": {["path id", "llm-proxy"]}},
	"another one is denied": {"document": example.service_update, "patch": [example.set("/service/live/name", "other")], "found": {["path id", "llm-proxy"]}},
	"an ID of a wrong type is no other service's": {"document": example.service_update, "patch": [example.set("/service/live/id", 1), example.set("/service/live/name", "other")], "found": {["path id", "llm-proxy"]}},
	"an empty name is denied": {"document": example.service_update, "patch": [example.set("/request/vars/id", "")], "found": {["path id", ""]}},
	"absent is denied": {"document": example.service_update, "patch": [example.without("/request/vars/id")], "found": {["path id", null]}},
	"null is denied": {"document": example.service_update, "patch": [example.set("/request/vars/id", null)], "found": {["path id", null]}},
	"wrong type is denied": {"document": example.service_update, "patch": [example.set("/request/vars/id", 1)], "found": {["path id", 1]}},
}

test_live[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.service_update, [example.set("/service/live", null)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "path id", "got": "llm-proxy", "want": "the name or ID of one live service"}}
}

test_twin if {
	document := json.patch(example.service_update, [example.set("/service/live", null)])
	example.fired(document) == {"swarm/live"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.removal_of_service, [example.set("/service/live", null)])
	example.fired(document) == {"swarm/live"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
	rule.deny == set() with input as example.create with data.site as example.site
}
