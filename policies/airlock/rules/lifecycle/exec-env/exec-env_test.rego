package airlock.rules.lifecycle["exec-env_test"]

import data.airlock.lib.example
import data.airlock.rules.lifecycle["exec-env"] as rule

cases := {
	"none is admitted": {"patch": [], "found": set()},
	"one is denied": {"patch": [example.set("/exec/env", [{"name": "LD_PRELOAD", "length": 9}])], "found": {["Env", ["LD_PRELOAD"]]}},
	"one without a name is denied": {"patch": [example.set("/exec/env", [{}])], "found": {["Env", [null]]}},
	"null is denied": {"patch": [example.set("/exec/env", null)], "found": {["Env", []]}},
	"absent is denied": {"patch": [example.without("/exec/env")], "found": {["Env", []]}},
	"wrong type is denied": {"patch": [example.set("/exec/env", {})], "found": {["Env", []]}},
	"no exec is denied": {"patch": [example.set("/exec", null)], "found": {["Env", []]}},
}

test_exec_env[name] if {
	some name, case in cases
	some operation in ["exec.create", "exec.start", "exec.resize"]
	document := json.patch(example.exec, array.concat([example.set("/operation", operation)], case.patch))
	reported := rule.deny with input as document with data.site as example.site
	{[violation.field, violation.got] | some violation in reported} == case.found
}

test_whole_violation if {
	reported := rule.deny with input as json.patch(example.exec, [example.set("/exec/env", [{"name": "LD_PRELOAD", "length": 9}])]) with data.site as example.site
	reported == {{"field": "Env", "got": ["LD_PRELOAD"], "want": []}}
}

test_twin[operation] if {
	some operation in ["exec.create", "exec.start", "exec.resize"]
	good := json.patch(example.exec, [example.set("/operation", operation)])
	document := json.patch(good, [example.set("/exec/env", [{"name": "LD_PRELOAD", "length": 9}])])
	example.admitted(good)
	example.fired(document) == {"lifecycle/exec-env"}
	example.admitted(document) == false
}

test_other_operations_are_not_judged if {
	rule.deny == set() with input as example.start with data.site as example.site
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
