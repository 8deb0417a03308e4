package airlock.rules.hardening.selinux_test

import data.airlock.lib.example
import data.airlock.rules.hardening.selinux as rule

cases := {
	"no option is admitted": {"patch": [example.set("/container/privileges/selinux", [])], "found": set()},
	"disable is denied": {"patch": [example.set("/container/privileges/selinux", ["disable"])], "found": {["HostConfig.SecurityOpt", ["disable"]]}},
	"another type is denied": {"patch": [example.set("/container/privileges/selinux", ["type:spc_t"])], "found": {["HostConfig.SecurityOpt", ["type:spc_t"]]}},
	"absent is denied": {"patch": [example.without("/container/privileges/selinux")], "found": {["HostConfig.SecurityOpt", null]}},
	"null is denied": {"patch": [example.set("/container/privileges/selinux", null)], "found": {["HostConfig.SecurityOpt", null]}},
	"wrong type is denied": {"patch": [example.set("/container/privileges/selinux", "disable")], "found": {["HostConfig.SecurityOpt", "disable"]}},
}

test_selinux[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/privileges/selinux", ["disable"])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.SecurityOpt", "got": ["disable"], "want": []}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/privileges/selinux", ["disable"])])
	example.fired(document) == {"hardening/selinux"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
