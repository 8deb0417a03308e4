package airlock.rules.api["top-arguments_test"]

import data.airlock.lib.example
import data.airlock.rules.api["top-arguments"] as rule

cases := {
	"absent from the query is admitted": {"patch": [example.set("/request/query", {})], "found": set()},
	"empty is admitted": {"patch": [example.set("/request/query", {"ps_args": [""]})], "found": set()},
	"arguments are denied": {"patch": [example.set("/request/query", {"ps_args": ["eww -o pid,args"]})], "found": {["query ps_args", ["eww -o pid,args"]]}},
	"a second value is denied": {"patch": [example.set("/request/query", {"ps_args": ["", "eww"]})], "found": {["query ps_args", ["", "eww"]]}},
	"null is denied": {"patch": [example.set("/request/query", {"ps_args": null})], "found": {["query ps_args", null]}},
	"wrong type is denied": {"patch": [example.set("/request/query", {"ps_args": "eww"})], "found": {["query ps_args", "eww"]}},
	"an absent query is denied": {"patch": [example.without("/request/query")], "found": {["query ps_args", null]}},
	"a null query is denied": {"patch": [example.set("/request/query", null)], "found": {["query ps_args", null]}},
}

test_top_arguments[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.top, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.top, [example.set("/request/query", {"ps_args": ["eww"]})])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "query ps_args", "got": ["eww"], "want": ""}}
}

test_twin if {
	document := json.patch(example.top, [example.set("/request/query", {"ps_args": ["eww"]})])
	example.fired(document) == {"api/top-arguments"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
