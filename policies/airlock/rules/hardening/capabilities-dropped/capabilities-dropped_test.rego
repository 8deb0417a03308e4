package airlock.rules.hardening["capabilities-dropped_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["capabilities-dropped"] as rule

cases := {
	"ALL is admitted": {"patch": [example.set("/container/privileges/capabilities/drop", ["ALL"])], "found": set()},
	"ALL beside another is admitted": {"patch": [example.set("/container/privileges/capabilities/drop", ["ALL", "CAP_NET_RAW"])], "found": set()},
	"nothing dropped is denied": {"patch": [example.set("/container/privileges/capabilities/drop", [])], "found": {["HostConfig.CapDrop", []]}},
	"one capability only is denied": {"patch": [example.set("/container/privileges/capabilities/drop", ["CAP_NET_RAW"])], "found": {["HostConfig.CapDrop", ["CAP_NET_RAW"]]}},
	"absent is denied": {"patch": [example.without("/container/privileges/capabilities/drop")], "found": {["HostConfig.CapDrop", null]}},
	"null is denied": {"patch": [example.set("/container/privileges/capabilities/drop", null)], "found": {["HostConfig.CapDrop", null]}},
	"wrong type is denied": {"patch": [example.set("/container/privileges/capabilities/drop", "ALL")], "found": {["HostConfig.CapDrop", "ALL"]}},
}

test_capabilities_dropped[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/privileges/capabilities/drop", [])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.CapDrop", "got": [], "want": ["ALL"]}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/privileges/capabilities/drop", [])])
	example.fired(document) == {"hardening/capabilities-dropped"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
