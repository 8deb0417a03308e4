package airlock.rules.hardening["no-new-privileges_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["no-new-privileges"] as rule

cases := {
	"true is admitted": {"patch": [example.set("/container/privileges/no_new_privileges", true)], "found": set()},
	"false is denied": {"patch": [example.set("/container/privileges/no_new_privileges", false)], "found": {["HostConfig.SecurityOpt", false]}},
	"absent is denied": {"patch": [example.without("/container/privileges/no_new_privileges")], "found": {["HostConfig.SecurityOpt", null]}},
	"null is denied": {"patch": [example.set("/container/privileges/no_new_privileges", null)], "found": {["HostConfig.SecurityOpt", null]}},
	"wrong type is denied": {"patch": [example.set("/container/privileges/no_new_privileges", "true")], "found": {["HostConfig.SecurityOpt", "true"]}},
}

test_no_new_privileges[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/privileges/no_new_privileges", false)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.SecurityOpt", "got": false, "want": true}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/privileges/no_new_privileges", false)])
	example.fired(document) == {"hardening/no-new-privileges"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
