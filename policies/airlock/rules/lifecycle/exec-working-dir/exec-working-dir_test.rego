package airlock.rules.lifecycle["exec-working-dir_test"]

import data.airlock.lib.example
import data.airlock.rules.lifecycle["exec-working-dir"] as rule

cases := {
	"none is admitted": {"patch": [], "found": set()},
	"the container's own is admitted": {"patch": [example.set("/exec/working_dir", "/work"), example.set("/container/process/working_dir", "/work")], "found": set()},
	"another is denied": {"patch": [example.set("/exec/working_dir", "/tmp")], "found": {["WorkingDir", "/tmp"]}},
	"null is denied": {"patch": [example.set("/exec/working_dir", null)], "found": {["WorkingDir", null]}},
	"absent is denied": {"patch": [example.without("/exec/working_dir")], "found": {["WorkingDir", null]}},
	"wrong type is denied": {"patch": [example.set("/exec/working_dir", [])], "found": {["WorkingDir", []]}},
	"no exec is denied": {"patch": [example.set("/exec", null)], "found": {["WorkingDir", null]}},
}

test_exec_working_dir[name] if {
	some name, case in cases
	some operation in ["exec.create", "exec.start", "exec.resize"]
	document := json.patch(example.exec, array.concat([example.set("/operation", operation)], case.patch))
	reported := rule.deny with input as document with data.site as example.site
	{[violation.field, violation.got] | some violation in reported} == case.found
}

test_whole_violation if {
	reported := rule.deny with input as json.patch(example.exec, [example.set("/exec/working_dir", "/tmp")]) with data.site as example.site
	reported == {{"field": "WorkingDir", "got": "/tmp", "want": ""}}
}

test_twin[operation] if {
	some operation in ["exec.create", "exec.start", "exec.resize"]
	good := json.patch(example.exec, [example.set("/operation", operation)])
	document := json.patch(good, [example.set("/exec/working_dir", "/tmp")])
	example.admitted(good)
	example.fired(document) == {"lifecycle/exec-working-dir"}
	example.admitted(document) == false
}

test_other_operations_are_not_judged if {
	rule.deny == set() with input as example.start with data.site as example.site
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
