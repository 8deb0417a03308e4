package airlock.rules.filesystem["volume-name_test"]

import data.airlock.lib.example
import data.airlock.rules.filesystem["volume-name"] as rule

cases := {
	"the example is admitted": {"document": example.volume, "patch": [], "found": set()},
	"the only volume of another role is admitted": {"document": example.volume, "patch": [example.set("/volume/name", "state")], "found": set()},
	"a container is not judged": {"document": example.monitor, "patch": [example.set("/container/mounts/2/source", "x")], "found": set()},
	"name of nobody is denied": {"document": example.volume, "patch": [example.set("/volume/name", "cache")], "found": {["Name", "cache"]}},
	"name empty is denied": {"document": example.volume, "patch": [example.set("/volume/name", "")], "found": {["Name", ""]}},
	"name longer is denied": {"document": example.volume, "patch": [example.set("/volume/name", "telemetry2")], "found": {["Name", "telemetry2"]}},
	"name in capitals is denied": {"document": example.volume, "patch": [example.set("/volume/name", "Telemetry")], "found": {["Name", "Telemetry"]}},
	"name absent is denied": {"document": example.volume, "patch": [example.without("/volume/name")], "found": {["Name", null]}},
	"name null is denied": {"document": example.volume, "patch": [example.set("/volume/name", null)], "found": {["Name", null]}},
	"name of a wrong type is denied": {"document": example.volume, "patch": [example.set("/volume/name", ["telemetry"])], "found": {["Name", ["telemetry"]]}},
	"a null volume is denied": {"document": example.volume, "patch": [example.set("/volume", null)], "found": {["Name", null]}},
}

test_volume_name[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_twin if {
	document := json.patch(example.volume, [example.set("/volume/name", "cache")])
	example.fired(document) == {"filesystem/volume-name"}
	example.admitted(document) == false
}

test_whole_violation if {
	document := json.patch(example.volume, [example.set("/volume/name", "cache")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Name", "got": "cache", "want": {"state", "telemetry"}}}
}

test_no_role_has_no_volume if {
	reported := rule.deny with input as example.volume with data.site as {}
	{found.want | some found in reported} == {"no volume: no role of the site has any (roles.<role>.volumes)"}
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
