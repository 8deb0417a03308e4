package airlock.rules.swarm.tasks_test

import data.airlock.lib.example
import data.airlock.rules.swarm.tasks as rule

cases := {
	"a few replicas are admitted": {"document": example.service, "patch": [], "found": set()},
	"none are admitted": {"document": example.service, "patch": [example.set("/service/tasks", 0)], "found": set()},
	"as many as allowed are admitted": {"document": example.service, "patch": [example.set("/service/tasks", 8)], "found": set()},
	"one a node is admitted": {"document": example.service, "patch": [example.set("/service/mode", "global"), example.set("/service/tasks", 1)], "found": set()},
	"a job is admitted": {"document": example.service, "patch": [example.set("/service/mode", "replicated-job")], "found": set()},
	"a job on each node is admitted": {"document": example.service, "patch": [example.set("/service/mode", "global-job")], "found": set()},
	"one more is denied": {"document": example.service, "patch": [example.set("/service/tasks", 9)], "found": {["Mode", 9]}},
	"less than none is denied": {"document": example.service, "patch": [example.set("/service/tasks", -1)], "found": {["Mode", -1]}},
	"several modes are denied": {"document": example.service, "patch": [example.set("/service/mode", "several")], "found": {["Mode", "several"]}},
	"absent is denied": {"document": example.service, "patch": [example.without("/service/tasks")], "found": {["Mode", null]}},
	"null is denied": {"document": example.service, "patch": [example.set("/service/tasks", null)], "found": {["Mode", null]}},
	"wrong type is denied": {"document": example.service, "patch": [example.set("/service/tasks", "2")], "found": {["Mode", "2"]}},
	"an absent mode is denied": {"document": example.service, "patch": [example.without("/service/mode")], "found": {["Mode", null]}},
	"a null mode is denied": {"document": example.service, "patch": [example.set("/service/mode", null)], "found": {["Mode", null]}},
	"a mode of a wrong type is denied": {"document": example.service, "patch": [example.set("/service/mode", 1)], "found": {["Mode", 1]}},
}

test_tasks[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.service, [example.set("/service/tasks", 9)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Mode", "got": 9, "want": "at most 8 tasks at once"}}
}

test_twin if {
	document := json.patch(example.service, [example.set("/service/tasks", 9)])
	example.fired(document) == {"swarm/tasks"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.service, [example.set("/service/mode", "several")])
	example.fired(document) == {"swarm/tasks"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
	rule.deny == set() with input as example.create with data.site as example.site
}
