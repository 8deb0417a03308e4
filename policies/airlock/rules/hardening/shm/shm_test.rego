package airlock.rules.hardening.shm_test

import data.airlock.lib.example
import data.airlock.rules.hardening.shm as rule

cases := {
	"the limit is admitted": {"patch": [example.set("/container/resources/shm", 67108864)], "found": set()},
	"unlimited is denied": {"patch": [example.set("/container/resources/shm", 0)], "found": {["HostConfig.ShmSize", 0]}},
	"beyond the limit is denied": {"patch": [example.set("/container/resources/shm", 67108865)], "found": {["HostConfig.ShmSize", 67108865]}},
	"negative is denied": {"patch": [example.set("/container/resources/shm", -1)], "found": {["HostConfig.ShmSize", -1]}},
	"absent is denied": {"patch": [example.without("/container/resources/shm")], "found": {["HostConfig.ShmSize", null]}},
	"null is denied": {"patch": [example.set("/container/resources/shm", null)], "found": {["HostConfig.ShmSize", null]}},
	"wrong type is denied": {"patch": [example.set("/container/resources/shm", "1")], "found": {["HostConfig.ShmSize", "1"]}},
}

test_shm[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/resources/shm", 0)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.ShmSize", "got": 0, "want": "1 to 67108864"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/resources/shm", 0)])
	example.fired(document) == {"hardening/shm"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
