package airlock.rules.api["start-parameters_test"]

import data.airlock.lib.example
import data.airlock.rules.api["start-parameters"] as rule

cases := {
	"no parameter is admitted": {"patch": [example.set("/request/query", {})], "found": set()},
	"the keys to detach are admitted": {"patch": [example.set("/request/query", {"detachKeys": ["ctrl-p"]})], "found": set()},
	"an empty checkpoint is admitted": {"patch": [example.set("/request/query", {"checkpoint": [""]})], "found": set()},
	"a checkpoint is denied": {"patch": [example.set("/request/query", {"checkpoint": ["c1"]})], "found": {["query checkpoint", ["c1"]]}},
	"a directory is denied": {"patch": [example.set("/request/query", {"checkpoint-dir": ["/tmp"]})], "found": {["query checkpoint-dir", ["/tmp"]]}},
	"a second value is denied": {"patch": [example.set("/request/query", {"checkpoint": ["", "c1"]})], "found": {["query checkpoint", ["", "c1"]]}},
	"a null value is denied": {"patch": [example.set("/request/query", {"checkpoint": null})], "found": {["query checkpoint", null]}},
	"absent is denied": {"patch": [example.without("/request/query")], "found": {["query", null]}},
	"null is denied": {"patch": [example.set("/request/query", null)], "found": {["query", null]}},
	"wrong type is denied": {"patch": [example.set("/request/query", "checkpoint=c1")], "found": {["query", "checkpoint=c1"]}},
}

test_start_parameters[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.start, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.start, [example.set("/request/query", {"checkpoint": ["c1"]})])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "query checkpoint", "got": ["c1"], "want": ""}}
}

test_twin if {
	document := json.patch(example.start, [example.set("/request/query", {"checkpoint": ["c1"]})])
	example.fired(document) == {"api/start-parameters"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.start, [example.set("/request/query", {"checkpoint-dir": ["/tmp"]})])
	example.fired(document) == {"api/start-parameters"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
