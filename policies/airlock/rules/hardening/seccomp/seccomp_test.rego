package airlock.rules.hardening.seccomp_test

import data.airlock.lib.example
import data.airlock.rules.hardening.seccomp as rule

cases := {
	"builtin is admitted": {"patch": [example.set("/container/privileges/seccomp", "builtin")], "found": set()},
	"a profile of the site is admitted": {"patch": [example.set("/container/privileges/seccomp", "/etc/docker/seccomp.json")], "found": set()},
	"unconfined is denied": {"patch": [example.set("/container/privileges/seccomp", "unconfined")], "found": {["HostConfig.SecurityOpt", "unconfined"]}},
	"none is denied": {"patch": [example.set("/container/privileges/seccomp", "none")], "found": {["HostConfig.SecurityOpt", "none"]}},
	"an inline profile is denied": {"patch": [example.set("/container/privileges/seccomp", "custom")], "found": {["HostConfig.SecurityOpt", "custom"]}},
	"another path is denied": {"patch": [example.set("/container/privileges/seccomp", "/tmp/seccomp.json")], "found": {["HostConfig.SecurityOpt", "/tmp/seccomp.json"]}},
	"absent is denied": {"patch": [example.without("/container/privileges/seccomp")], "found": {["HostConfig.SecurityOpt", null]}},
	"null is denied": {"patch": [example.set("/container/privileges/seccomp", null)], "found": {["HostConfig.SecurityOpt", null]}},
	"wrong type is denied": {"patch": [example.set("/container/privileges/seccomp", 1)], "found": {["HostConfig.SecurityOpt", 1]}},
}

test_seccomp[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/privileges/seccomp", "unconfined")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.SecurityOpt", "got": "unconfined", "want": ["builtin", "/etc/docker/seccomp.json"]}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/privileges/seccomp", "unconfined")])
	example.fired(document) == {"hardening/seccomp"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}

test_missing_site_data_denies if {
	reported := rule.deny with input as json.patch(example.create, [example.set("/container/privileges/seccomp", "/etc/docker/seccomp.json")]) with data.site as {}
	count(reported) > 0
}
