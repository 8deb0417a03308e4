package airlock.rules.image.content_test

import data.airlock.lib.example
import data.airlock.rules.image.content as rule

other := "sha256:00000000000000000000000000000000000000000000000000000000000000ff"

config(value) := example.set("/container/image/evidence/config", value)

child(value) := example.set("/container/image/evidence/child", value)

id(value) := example.set("/container/image/id", value)

cases := {
	"the image configuration is admitted": {"patch": [], "found": set()},
	"the digest itself is admitted": {"patch": [id(example.digest)], "found": set()},
	"the platform's manifest is admitted": {"patch": [id(other), child(other)], "found": set()},
	"an image the engine does not have is for start": {"patch": [id(""), example.set("/container/image/present", false)], "found": set()},
	"other content is denied": {"patch": [id(other)], "found": {["Image", other]}},
	"another configuration is denied": {"patch": [config(other)], "found": {["Image", example.id]}},
	"nothing known of the content is denied": {"patch": [config("")], "found": {["Image", example.id]}},
	"empty is denied": {"patch": [id(""), config("")], "found": {["Image", ""]}},
	"without evidence another rule denies": {"patch": [id(other), example.set("/container/image/evidence", null)], "found": set()},
	"absent is denied": {"patch": [example.without("/container/image/id")], "found": {["Image", null]}},
	"null is denied": {"patch": [id(null), config(null)], "found": {["Image", null]}},
	"wrong type is denied": {"patch": [id([other]), config([other])], "found": {["Image", [other]]}},
}

test_content[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	reported := rule.deny with input as json.patch(example.create, [id(other)]) with data.site as example.site
	reported == {{"field": "Image", "got": other, "want": "the content the registry has under this digest"}}
}

test_twin if {
	document := json.patch(example.create, [id(other)])
	example.fired(document) == {"image/content"}
	example.admitted(document) == false
}

test_a_site_that_asks_for_nothing if {
	site := json.patch(example.site, [example.set("/signatures/required", false), example.set("/scan/required", false)])
	rule.deny == set() with input as json.patch(example.create, [id(other)]) with data.site as site
}

test_a_site_that_asks_for_one if {
	site := json.patch(example.site, [example.set("/signatures/required", false)])
	reported := rule.deny with input as json.patch(example.create, [id(other)]) with data.site as site
	count(reported) == 1
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
