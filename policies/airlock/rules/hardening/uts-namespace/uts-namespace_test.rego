package airlock.rules.hardening["uts-namespace_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["uts-namespace"] as rule

cases := {
	"private is admitted": {"patch": [example.set("/container/namespaces/uts", "private")], "found": set()},
	"default is admitted": {"patch": [example.set("/container/namespaces/uts", "default")], "found": set()},
	"host is denied": {"patch": [example.set("/container/namespaces/uts", "host")], "found": {["HostConfig.UTSMode", "host"]}},
	"other is denied": {"patch": [example.set("/container/namespaces/uts", "other")], "found": {["HostConfig.UTSMode", "other"]}},
	"absent is denied": {"patch": [example.without("/container/namespaces/uts")], "found": {["HostConfig.UTSMode", null]}},
	"null is denied": {"patch": [example.set("/container/namespaces/uts", null)], "found": {["HostConfig.UTSMode", null]}},
	"wrong type is denied": {"patch": [example.set("/container/namespaces/uts", 0)], "found": {["HostConfig.UTSMode", 0]}},
}

test_uts_namespace[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/namespaces/uts", "host")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.UTSMode", "got": "host", "want": "private"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/namespaces/uts", "host")])
	example.fired(document) == {"hardening/uts-namespace"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
