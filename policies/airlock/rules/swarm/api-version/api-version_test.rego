package airlock.rules.swarm["api-version_test"]

import data.airlock.lib.example
import data.airlock.rules.swarm["api-version"] as rule

cases := {
	"1.44 is admitted": {"document": example.service, "patch": [], "found": set()},
	"a newer one is admitted": {"document": example.service, "patch": [example.set("/request/api_version", "1.56")], "found": set()},
	"none, the engine's newest, is admitted": {"document": example.service, "patch": [example.set("/request/api_version", "")], "found": set()},
	"the newest of an old engine is admitted": {"document": example.service, "patch": [example.set("/request/api_version", "1.41"), example.set("/engine/api_version", "1.41")], "found": set()},
	"an older one is denied": {"document": example.service, "patch": [example.set("/request/api_version", "1.43")], "found": {["path", "1.43"]}},
	"no version at all is denied": {"document": example.service, "patch": [example.set("/request/api_version", "latest")], "found": {["path", "latest"]}},
	"absent is denied": {"document": example.service, "patch": [example.without("/request/api_version")], "found": {["path", null]}},
	"null is denied": {"document": example.service, "patch": [example.set("/request/api_version", null)], "found": {["path", null]}},
	"wrong type is denied": {"document": example.service, "patch": [example.set("/request/api_version", 1.44)], "found": {["path", 1.44]}},
	"an old one on an engine of no version is denied": {"document": example.service, "patch": [example.set("/request/api_version", "1.41"), example.set("/engine/api_version", null)], "found": {["path", "1.41"]}},
}

test_api_version[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.service, [example.set("/request/api_version", "1.43")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "path", "got": "1.43", "want": "1.44 or newer, or the newest of an older engine"}}
}

test_twin if {
	document := json.patch(example.service, [example.set("/request/api_version", "1.43")])
	example.fired(document) == {"swarm/api-version"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
	rule.deny == set() with input as example.create with data.site as example.site
}
