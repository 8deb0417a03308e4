package airlock.rules.hardening.umask_test

import data.airlock.lib.example
import data.airlock.rules.hardening.umask as rule

cases := {
	"the engine's default is admitted": {"patch": [example.set("/container/process/umask", null)], "found": set()},
	"22 octal is admitted": {"patch": [example.set("/container/process/umask", 18)], "found": set()},
	"77 octal is admitted": {"patch": [example.set("/container/process/umask", 63)], "found": set()},
	"zero is denied": {"patch": [example.set("/container/process/umask", 0)], "found": {["HostConfig.Umask", 0]}},
	"2 octal is denied": {"patch": [example.set("/container/process/umask", 2)], "found": {["HostConfig.Umask", 2]}},
	"negative is denied": {"patch": [example.set("/container/process/umask", -1)], "found": {["HostConfig.Umask", -1]}},
	"beyond 777 octal is denied": {"patch": [example.set("/container/process/umask", 530)], "found": {["HostConfig.Umask", 530]}},
	"absent is denied": {"patch": [example.without("/container/process/umask")], "found": {["HostConfig.Umask", null]}},
	"wrong type is denied": {"patch": [example.set("/container/process/umask", "18")], "found": {["HostConfig.Umask", "18"]}},
}

test_umask[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/process/umask", 0)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Umask", "got": 0, "want": "22 octal, or tighter"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/process/umask", 0)])
	example.fired(document) == {"hardening/umask"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
