package airlock.rules.filesystem["volume-removal_test"]

import data.airlock.lib.example
import data.airlock.rules.filesystem["volume-removal"] as rule

cases := {
	"the example is admitted": {"document": example.volume_removal, "patch": [], "found": set()},
	"a volume of nobody is admitted": {"document": example.volume_removal, "patch": [example.set("/volume/name", "cache")], "found": set()},
	"a dangerous volume may go": {"document": example.volume_removal, "patch": [example.set("/volume/live", object.union(example.plain, {"kind": "other", "size": 0, "options": []}))], "found": set()},
	"another operation is not judged": {"document": example.volume, "patch": [], "found": set()},
	"name of a protected role is denied": {"document": example.volume_removal, "patch": [example.set("/volume/name", "telemetry")], "found": {["path", "telemetry"]}},
	"name absent is denied": {"document": example.volume_removal, "patch": [example.without("/volume/name")], "found": {["path", null]}},
	"name null is denied": {"document": example.volume_removal, "patch": [example.set("/volume/name", null)], "found": {["path", null]}},
	"name of a wrong type is denied": {"document": example.volume_removal, "patch": [example.set("/volume/name", ["state"])], "found": {["path", ["state"]]}},
	"a null volume is denied": {"document": example.volume_removal, "patch": [example.set("/volume", null)], "found": {["path", null]}},
}

test_volume_removal[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.volume_removal, [example.set("/volume/name", "telemetry")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "path", "got": "telemetry", "want": "a volume that no protected role has"}}
}

test_twin if {
	document := json.patch(example.volume_removal, [example.set("/volume/name", "telemetry")])
	example.fired(document) == {"filesystem/volume-removal"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
