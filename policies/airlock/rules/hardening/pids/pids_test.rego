package airlock.rules.hardening.pids_test

import data.airlock.lib.example
import data.airlock.rules.hardening.pids as rule

cases := {
	"one is admitted": {"patch": [example.set("/container/resources/pids", 1)], "found": set()},
	"the limit is admitted": {"patch": [example.set("/container/resources/pids", 512)], "found": set()},
	"unlimited is denied": {"patch": [example.set("/container/resources/pids", 0)], "found": {["HostConfig.PidsLimit", 0]}},
	"negative is denied": {"patch": [example.set("/container/resources/pids", -1)], "found": {["HostConfig.PidsLimit", -1]}},
	"beyond the limit is denied": {"patch": [example.set("/container/resources/pids", 513)], "found": {["HostConfig.PidsLimit", 513]}},
	"absent is denied": {"patch": [example.without("/container/resources/pids")], "found": {["HostConfig.PidsLimit", null]}},
	"null is denied": {"patch": [example.set("/container/resources/pids", null)], "found": {["HostConfig.PidsLimit", null]}},
	"wrong type is denied": {"patch": [example.set("/container/resources/pids", "1")], "found": {["HostConfig.PidsLimit", "1"]}},
}

test_pids[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/resources/pids", 0)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.PidsLimit", "got": 0, "want": "1 to 512"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/resources/pids", 0)])
	example.fired(document) == {"hardening/pids"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
