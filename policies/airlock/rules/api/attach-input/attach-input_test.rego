package airlock.rules.api["attach-input_test"]

import data.airlock.lib.example
import data.airlock.rules.api["attach-input"] as rule

cases := {
	"absent from the query is admitted": {"patch": [example.set("/request/query", {})], "found": set()},
	"'' is admitted": {"patch": [example.set("/request/query", {"stdin": [""]})], "found": set()},
	"'0' is admitted": {"patch": [example.set("/request/query", {"stdin": ["0"]})], "found": set()},
	"'no' is admitted": {"patch": [example.set("/request/query", {"stdin": ["no"]})], "found": set()},
	"'false' is admitted": {"patch": [example.set("/request/query", {"stdin": ["false"]})], "found": set()},
	"'none' is admitted": {"patch": [example.set("/request/query", {"stdin": ["none"]})], "found": set()},
	"'FALSE' is admitted": {"patch": [example.set("/request/query", {"stdin": ["FALSE"]})], "found": set()},
	"' No ' is admitted": {"patch": [example.set("/request/query", {"stdin": [" No "]})], "found": set()},
	"'1' is denied": {"patch": [example.set("/request/query", {"stdin": ["1"]})], "found": {["query stdin", ["1"]]}},
	"'true' is denied": {"patch": [example.set("/request/query", {"stdin": ["true"]})], "found": {["query stdin", ["true"]]}},
	"'yes' is denied": {"patch": [example.set("/request/query", {"stdin": ["yes"]})], "found": {["query stdin", ["yes"]]}},
	"'off' is denied": {"patch": [example.set("/request/query", {"stdin": ["off"]})], "found": {["query stdin", ["off"]]}},
	"'f' is denied": {"patch": [example.set("/request/query", {"stdin": ["f"]})], "found": {["query stdin", ["f"]]}},
	"a second value is denied": {"patch": [example.set("/request/query", {"stdin": ["0", "1"]})], "found": {["query stdin", ["0", "1"]]}},
	"null is denied": {"patch": [example.set("/request/query", {"stdin": null})], "found": {["query stdin", null]}},
	"wrong type is denied": {"patch": [example.set("/request/query", {"stdin": "0"})], "found": {["query stdin", "0"]}},
	"a value of a wrong type is denied": {"patch": [example.set("/request/query", {"stdin": [0]})], "found": {["query stdin", [0]]}},
	"an absent query is denied": {"patch": [example.without("/request/query")], "found": {["query stdin", null]}},
}

test_attach_input[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.attach, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.attach, [example.set("/request/query", {"stdin": ["1"]})])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "query stdin", "got": ["1"], "want": "0"}}
}

test_twin if {
	document := json.patch(example.attach, [example.set("/request/query", {"stdin": ["1"]})])
	example.fired(document) == {"api/attach-input"}
	example.admitted(document) == false
}

websocket := json.patch(example.attach, [
	example.set("/operation", "container.attach.ws"),
	example.set("/request/api_version", "1.42"),
])

test_websocket_takes_no_input if {
	example.admitted(websocket)
	document := json.patch(websocket, [example.set("/request/query", {"stdin": ["1"]})])
	example.fired(document) == {"api/attach-input"}
	example.admitted(document) == false
}

test_websocket_asks_for_a_version_that_reads_the_query[version] if {
	some version in ["1.41", "1.4", "1.142", "", null, 1.42]
	document := json.patch(websocket, [example.set("/request/api_version", version)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "path", "got": version, "want": "1.42 or newer, named in the path"}}
}

test_websocket_without_a_version_is_denied if {
	reported := rule.deny with input as json.patch(websocket, [example.without("/request/api_version")]) with data.site as example.site
	{found.got | some found in reported} == {null}
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
