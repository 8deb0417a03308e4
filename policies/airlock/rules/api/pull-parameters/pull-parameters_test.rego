package airlock.rules.api["pull-parameters_test"]

import data.airlock.lib.example
import data.airlock.rules.api["pull-parameters"] as rule

cases := {
	"image, tag and platform are admitted": {"patch": [example.set("/request/query", {"fromImage": ["registry.internal/openclaw/worker"], "tag": ["sha256:0"], "platform": ["linux/amd64"]})], "found": set()},
	"an empty source is admitted": {"patch": [example.set("/request/query", {"fromSrc": [""]})], "found": set()},
	"a source is denied": {"patch": [example.set("/request/query", {"fromSrc": ["http://evil/a.tar"]})], "found": {["query fromSrc", ["http://evil/a.tar"]]}},
	"changes are denied": {"patch": [example.set("/request/query", {"changes": ["USER 0"]})], "found": {["query changes", ["USER 0"]]}},
	"a name is denied": {"patch": [example.set("/request/query", {"repo": ["registry.internal/openclaw/worker"]})], "found": {["query repo", ["registry.internal/openclaw/worker"]]}},
	"a null value is denied": {"patch": [example.set("/request/query", {"repo": null})], "found": {["query repo", null]}},
	"absent is denied": {"patch": [example.without("/request/query")], "found": {["query", null]}},
	"null is denied": {"patch": [example.set("/request/query", null)], "found": {["query", null]}},
	"wrong type is denied": {"patch": [example.set("/request/query", "fromSrc=-")], "found": {["query", "fromSrc=-"]}},
}

test_pull_parameters[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.pull, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.pull, [example.set("/request/query", {"fromSrc": ["-"]})])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "query fromSrc", "got": ["-"], "want": ""}}
}

test_twin if {
	document := json.patch(example.pull, [example.set("/request/query", {"fromSrc": ["-"]})])
	example.fired(document) == {"api/pull-parameters"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
