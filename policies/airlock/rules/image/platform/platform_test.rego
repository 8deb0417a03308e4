package airlock.rules.image.platform_test

import data.airlock.lib.example
import data.airlock.rules.image.platform as rule

cases := {
	"absent from the request is admitted": {"patch": [example.set("/container/image/platform", "")], "found": set()},
	"the engine's own is admitted": {"patch": [example.set("/container/image/platform", "linux/amd64")], "found": set()},
	"another architecture is denied": {"patch": [example.set("/container/image/platform", "linux/arm64")], "found": {["query platform", "linux/arm64"]}},
	"another system is denied": {"patch": [example.set("/container/image/platform", "windows/amd64")], "found": {["query platform", "windows/amd64"]}},
	"a variant of another kind is denied": {"patch": [example.set("/container/image/platform", "linux")], "found": {["query platform", "linux"]}},
	"a platform without engine facts is denied": {"patch": [example.set("/container/image/platform", "linux/amd64"), example.set("/engine", null)], "found": {["query platform", "linux/amd64"]}},
	"an unknown architecture of the engine is denied": {"patch": [example.set("/container/image/platform", "linux/amd64"), example.set("/engine/architecture", "z80")], "found": {["query platform", "linux/amd64"]}},
	"absent is denied": {"patch": [example.without("/container/image/platform")], "found": {["query platform", null]}},
	"null is denied": {"patch": [example.set("/container/image/platform", null)], "found": {["query platform", null]}},
	"null without engine facts is denied": {"patch": [example.set("/container/image/platform", null), example.set("/engine", null)], "found": {["query platform", null]}},
	"wrong type is denied": {"patch": [example.set("/container/image/platform", ["linux/amd64"])], "found": {["query platform", ["linux/amd64"]]}},
}

test_platform[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/image/platform", "linux/arm64")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "query platform", "got": "linux/arm64", "want": "linux/amd64"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/image/platform", "linux/arm64")])
	example.fired(document) == {"image/platform"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
