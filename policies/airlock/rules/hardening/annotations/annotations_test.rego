package airlock.rules.hardening.annotations_test

import data.airlock.lib.example
import data.airlock.rules.hardening.annotations as rule

cases := {
	"none is admitted": {"patch": [example.set("/container/namespaces/annotations", [])], "found": set()},
	"a key of the site is admitted": {"patch": [example.set("/container/namespaces/annotations", ["internal.purpose"])], "found": set()},
	"another key is denied": {"patch": [example.set("/container/namespaces/annotations", ["internal.purpose", "org.systemd.property.MemoryMax"])], "found": {["HostConfig.Annotations", "org.systemd.property.MemoryMax"]}},
	"a null key is denied": {"patch": [example.set("/container/namespaces/annotations", [null])], "found": {["HostConfig.Annotations", null]}},
	"absent is denied": {"patch": [example.without("/container/namespaces/annotations")], "found": {["HostConfig.Annotations", null]}},
	"null is denied": {"patch": [example.set("/container/namespaces/annotations", null)], "found": {["HostConfig.Annotations", null]}},
	"wrong type is denied": {"patch": [example.set("/container/namespaces/annotations", "internal.purpose")], "found": {["HostConfig.Annotations", "internal.purpose"]}},
}

test_annotations[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/namespaces/annotations", ["a.b"])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Annotations", "got": "a.b", "want": ["internal.purpose"]}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/namespaces/annotations", ["a.b"])])
	example.fired(document) == {"hardening/annotations"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}

test_missing_site_data_denies if {
	reported := rule.deny with input as json.patch(example.create, [example.set("/container/namespaces/annotations", ["internal.purpose"])]) with data.site as {}
	count(reported) > 0
}
