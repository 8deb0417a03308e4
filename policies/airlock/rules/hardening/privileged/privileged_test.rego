package airlock.rules.hardening.privileged_test

import data.airlock.lib.example
import data.airlock.rules.hardening.privileged as rule

cases := {
	"false is admitted": {"patch": [example.set("/container/privileges/privileged", false)], "found": set()},
	"true is denied": {"patch": [example.set("/container/privileges/privileged", true)], "found": {["HostConfig.Privileged", true]}},
	"absent is denied": {"patch": [example.without("/container/privileges/privileged")], "found": {["HostConfig.Privileged", null]}},
	"null is denied": {"patch": [example.set("/container/privileges/privileged", null)], "found": {["HostConfig.Privileged", null]}},
	"wrong type is denied": {"patch": [example.set("/container/privileges/privileged", "false")], "found": {["HostConfig.Privileged", "false"]}},
}

test_privileged[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/privileges/privileged", true)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Privileged", "got": true, "want": false}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/privileges/privileged", true)])
	example.fired(document) == {"hardening/privileged"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
