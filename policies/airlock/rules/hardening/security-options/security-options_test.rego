package airlock.rules.hardening["security-options_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["security-options"] as rule

cases := {
	"none is admitted": {"patch": [example.set("/container/privileges/other_options", [])], "found": set()},
	"writable cgroups is denied": {"patch": [example.set("/container/privileges/other_options", ["writable-cgroups=true"])], "found": {["HostConfig.SecurityOpt", ["writable-cgroups=true"]]}},
	"absent is denied": {"patch": [example.without("/container/privileges/other_options")], "found": {["HostConfig.SecurityOpt", null]}},
	"null is denied": {"patch": [example.set("/container/privileges/other_options", null)], "found": {["HostConfig.SecurityOpt", null]}},
	"wrong type is denied": {"patch": [example.set("/container/privileges/other_options", "writable-cgroups=true")], "found": {["HostConfig.SecurityOpt", "writable-cgroups=true"]}},
}

test_security_options[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/privileges/other_options", ["writable-cgroups=true"])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.SecurityOpt", "got": ["writable-cgroups=true"], "want": []}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/privileges/other_options", ["writable-cgroups=true"])])
	example.fired(document) == {"hardening/security-options"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
