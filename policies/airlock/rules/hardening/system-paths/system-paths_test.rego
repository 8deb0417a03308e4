package airlock.rules.hardening["system-paths_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["system-paths"] as rule

cases := {
	"default is admitted": {"patch": [example.set("/container/privileges/system_paths", "default")], "found": set()},
	"custom is denied": {"patch": [example.set("/container/privileges/system_paths", "custom")], "found": {["HostConfig.MaskedPaths", "custom"]}},
	"absent is denied": {"patch": [example.without("/container/privileges/system_paths")], "found": {["HostConfig.MaskedPaths", null]}},
	"null is denied": {"patch": [example.set("/container/privileges/system_paths", null)], "found": {["HostConfig.MaskedPaths", null]}},
	"wrong type is denied": {"patch": [example.set("/container/privileges/system_paths", true)], "found": {["HostConfig.MaskedPaths", true]}},
}

test_system_paths[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/privileges/system_paths", "custom")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.MaskedPaths", "got": "custom", "want": "default"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/privileges/system_paths", "custom")])
	example.fired(document) == {"hardening/system-paths"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
