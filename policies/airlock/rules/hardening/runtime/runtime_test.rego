package airlock.rules.hardening.runtime_test

import data.airlock.lib.example
import data.airlock.rules.hardening.runtime as rule

cases := {
	"the engine's default is admitted": {"patch": [example.set("/container/namespaces/runtime", "runc")], "found": set()},
	"a runtime of the site is admitted": {"patch": [example.set("/container/namespaces/runtime", "runsc")], "found": set()},
	"another runtime is denied": {"patch": [example.set("/container/namespaces/runtime", "io.containerd.evil.v1")], "found": {["HostConfig.Runtime", "io.containerd.evil.v1"]}},
	"empty is denied even when the engine names none": {"patch": [example.set("/container/namespaces/runtime", ""), example.set("/engine/default_runtime", "")], "found": {["HostConfig.Runtime", ""]}},
	"no engine facts are denied": {"patch": [example.set("/engine", null)], "found": {["HostConfig.Runtime", "runc"]}},
	"absent is denied": {"patch": [example.without("/container/namespaces/runtime")], "found": {["HostConfig.Runtime", null]}},
	"null is denied": {"patch": [example.set("/container/namespaces/runtime", null), example.set("/engine/default_runtime", null)], "found": {["HostConfig.Runtime", null]}},
	"wrong type is denied": {"patch": [example.set("/container/namespaces/runtime", 1), example.set("/engine/default_runtime", 1)], "found": {["HostConfig.Runtime", 1]}},
}

test_runtime[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/namespaces/runtime", "crun")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Runtime", "got": "crun", "want": ["runc", "runsc"]}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/namespaces/runtime", "crun")])
	example.fired(document) == {"hardening/runtime"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}

test_missing_site_data_denies if {
	reported := rule.deny with input as json.patch(example.create, [example.set("/container/namespaces/runtime", "runsc")]) with data.site as {}
	count(reported) > 0
}
