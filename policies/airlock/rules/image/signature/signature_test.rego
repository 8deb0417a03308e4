package airlock.rules.image.signature_test

import data.airlock.lib.example
import data.airlock.rules.image.signature as rule

at(path) := concat("", ["/container/image/evidence", path])

want := "a signature by a key of signatures.keys"

none := "none by a trusted key"

cases := {
	"a signature is admitted": {"patch": [], "found": set()},
	"an answer that is not new is admitted": {"patch": [example.set(at("/origin"), "stale")], "found": set()},
	"one of two keys is admitted": {
		"patch": [example.set(at("/signatures"), [{"key": "old"}, {"key": "release"}])],
		"found": set(),
	},
	"no signature is denied": {"patch": [example.set(at("/signatures"), [])], "found": {["Image", none]}},
	"a key the site does not trust is denied": {"patch": [example.set(at("/signatures/0/key"), "scanner")], "found": {["Image", none]}},
	"a rejected document is told": {
		"patch": [
			example.set(at("/signatures"), []),
			example.set(at("/rejected"), [{"place": "sha256:1", "reason": "is not signed by a trusted key"}]),
		],
		"found": {["Image", "none by a trusted key; found: is not signed by a trusted key"]},
	},
	"a registry that does not answer is denied": {
		"patch": [example.set(at("/origin"), "unreachable"), example.set(at("/error"), "timeout")],
		"found": {["Image", "the registry does not answer: timeout"]},
	},
	"another registry is denied": {
		"patch": [example.set(at("/origin"), "unlisted")],
		"found": {["Image", "not looked up: the image is not of the site's registries, or not named by digest"]},
	},
	"no digest is denied": {
		"patch": [example.set(at("/origin"), "unpinned")],
		"found": {["Image", "not looked up: the image is not of the site's registries, or not named by digest"]},
	},
	"an image the registry does not have is denied": {"patch": [example.set(at("/present"), false)], "found": {["Image", "not in the registry"]}},
	"an unknown origin is denied": {"patch": [example.set(at("/origin"), "hearsay")], "found": {["Image", "nothing was looked up"]}},
	"absent is denied": {"patch": [example.without("/container/image/evidence")], "found": {["Image", "nothing was looked up"]}},
	"null is denied": {"patch": [example.set("/container/image/evidence", null)], "found": {["Image", "nothing was looked up"]}},
	"wrong type is denied": {"patch": [example.set(at("/signatures"), "release")], "found": {["Image", none]}},
}

test_signature[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set(at("/signatures"), [])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Image", "got": none, "want": want}}
}

test_twin if {
	document := json.patch(example.create, [example.set(at("/signatures"), [])])
	example.fired(document) == {"image/signature"}
	example.admitted(document) == false
}

test_a_pull_is_judged if {
	document := json.patch(example.pull, [example.set("/image/evidence/signatures", [])])
	example.fired(document) == {"image/signature"}
}

test_a_site_that_asks_for_none if {
	site := json.patch(example.site, [example.set("/signatures/required", false)])
	document := json.patch(example.create, [example.set(at("/signatures"), [])])
	rule.deny == set() with input as document with data.site as site
}

test_a_site_that_does_not_say_asks_for_one[name] if {
	some name, patch in {
		"no section": [example.without("/signatures")],
		"null": [example.set("/signatures/required", null)],
		"another type": [example.set("/signatures/required", "false")],
		"no keys": [example.without("/signatures/keys")],
	}
	document := json.patch(example.create, [example.set(at("/signatures"), [])])
	reported := rule.deny with input as document with data.site as json.patch(example.site, patch)
	count(reported) == 1
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
