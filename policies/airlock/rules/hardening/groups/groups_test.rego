package airlock.rules.hardening.groups_test

import data.airlock.lib.example
import data.airlock.rules.hardening.groups as rule

cases := {
	"none is admitted": {"patch": [example.set("/container/user/groups", [])], "found": set()},
	"root's group is denied": {"patch": [example.set("/container/user/groups", ["0"])], "found": {["HostConfig.GroupAdd", ["0"]]}},
	"a name is denied": {"patch": [example.set("/container/user/groups", ["docker"])], "found": {["HostConfig.GroupAdd", ["docker"]]}},
	"absent is denied": {"patch": [example.without("/container/user/groups")], "found": {["HostConfig.GroupAdd", null]}},
	"null is denied": {"patch": [example.set("/container/user/groups", null)], "found": {["HostConfig.GroupAdd", null]}},
	"wrong type is denied": {"patch": [example.set("/container/user/groups", "0")], "found": {["HostConfig.GroupAdd", "0"]}},
}

test_groups[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/user/groups", ["0"])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.GroupAdd", "got": ["0"], "want": []}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/user/groups", ["0"])])
	example.fired(document) == {"hardening/groups"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
