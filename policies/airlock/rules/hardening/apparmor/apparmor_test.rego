package airlock.rules.hardening.apparmor_test

import data.airlock.lib.example
import data.airlock.rules.hardening.apparmor as rule

cases := {
	"default is admitted": {"patch": [example.set("/container/privileges/apparmor", "default")], "found": set()},
	"a profile of the site is admitted": {"patch": [example.set("/container/privileges/apparmor", "openclaw")], "found": set()},
	"unconfined is denied": {"patch": [example.set("/container/privileges/apparmor", "unconfined")], "found": {["HostConfig.SecurityOpt", "unconfined"]}},
	"another profile is denied": {"patch": [example.set("/container/privileges/apparmor", "permissive")], "found": {["HostConfig.SecurityOpt", "permissive"]}},
	"absent is denied": {"patch": [example.without("/container/privileges/apparmor")], "found": {["HostConfig.SecurityOpt", null]}},
	"null is denied": {"patch": [example.set("/container/privileges/apparmor", null)], "found": {["HostConfig.SecurityOpt", null]}},
	"wrong type is denied": {"patch": [example.set("/container/privileges/apparmor", 1)], "found": {["HostConfig.SecurityOpt", 1]}},
}

test_apparmor[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/privileges/apparmor", "unconfined")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.SecurityOpt", "got": "unconfined", "want": ["default", "openclaw"]}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/privileges/apparmor", "unconfined")])
	example.fired(document) == {"hardening/apparmor"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}

test_missing_site_data_denies if {
	reported := rule.deny with input as json.patch(example.create, [example.set("/container/privileges/apparmor", "openclaw")]) with data.site as {}
	count(reported) > 0
}
