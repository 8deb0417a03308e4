package airlock.rules.lifecycle["exec-privileged_test"]

import data.airlock.lib.example
import data.airlock.rules.lifecycle["exec-privileged"] as rule

cases := {
	"false is admitted": {"patch": [], "found": set()},
	"true is denied": {"patch": [example.set("/exec/privileged", true)], "found": {["Privileged", true]}},
	"null is denied": {"patch": [example.set("/exec/privileged", null)], "found": {["Privileged", null]}},
	"absent is denied": {"patch": [example.without("/exec/privileged")], "found": {["Privileged", null]}},
	"wrong type is denied": {"patch": [example.set("/exec/privileged", "false")], "found": {["Privileged", "false"]}},
	"no exec is denied": {"patch": [example.set("/exec", null)], "found": {["Privileged", null]}},
}

test_exec_privileged[name] if {
	some name, case in cases
	some operation in ["exec.create", "exec.start", "exec.resize"]
	document := json.patch(example.exec, array.concat([example.set("/operation", operation)], case.patch))
	reported := rule.deny with input as document with data.site as example.site
	{[violation.field, violation.got] | some violation in reported} == case.found
}

test_whole_violation if {
	reported := rule.deny with input as json.patch(example.exec, [example.set("/exec/privileged", true)]) with data.site as example.site
	reported == {{"field": "Privileged", "got": true, "want": false}}
}

test_twin[operation] if {
	some operation in ["exec.create", "exec.start", "exec.resize"]
	good := json.patch(example.exec, [example.set("/operation", operation)])
	document := json.patch(good, [example.set("/exec/privileged", true)])
	example.admitted(good)
	example.fired(document) == {"lifecycle/exec-privileged"}
	example.admitted(document) == false
}

test_other_operations_are_not_judged if {
	rule.deny == set() with input as example.start with data.site as example.site
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
