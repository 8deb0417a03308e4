package airlock.rules.image.identity_test

import data.airlock.lib.example
import data.airlock.rules.image.identity as rule

cases := {
	"a new container is admitted": {"patch": [example.set("/container/stored", false)], "found": set()},
	"a new container of an absent image is admitted": {"patch": [example.set("/container/image/present", false), example.set("/container/image/id", "")], "found": set()},
	"the same image is admitted": {"patch": [example.set("/container/stored", true), example.set("/container/image/container_image_id", example.id)], "found": set()},
	"another image is denied": {"patch": [example.set("/container/stored", true), example.set("/container/image/container_image_id", example.id), example.set("/container/image/container_image_id", "sha256:1")], "found": {["Image", "sha256:1"]}},
	"an absent image is denied": {"patch": [example.set("/container/stored", true), example.set("/container/image/container_image_id", example.id), example.set("/container/image/present", false)], "found": {["Image", example.id]}},
	"two empty IDs are denied": {"patch": [example.set("/container/stored", true), example.set("/container/image/container_image_id", example.id), example.set("/container/image/id", ""), example.set("/container/image/container_image_id", "")], "found": {["Image", ""]}},
	"null IDs are denied": {"patch": [example.set("/container/stored", true), example.set("/container/image/container_image_id", example.id), example.set("/container/image/id", null), example.set("/container/image/container_image_id", null)], "found": {["Image", null]}},
	"absent IDs are denied": {"patch": [example.set("/container/stored", true), example.set("/container/image/container_image_id", example.id), example.without("/container/image/id"), example.without("/container/image/container_image_id")], "found": {["Image", null]}},
	"IDs of a wrong type are denied": {"patch": [example.set("/container/stored", true), example.set("/container/image/container_image_id", example.id), example.set("/container/image/id", 1), example.set("/container/image/container_image_id", 1)], "found": {["Image", 1]}},
	"stored absent is denied": {"patch": [example.without("/container/stored")], "found": {["Image", ""]}},
	"stored null is denied": {"patch": [example.set("/container/stored", null)], "found": {["Image", ""]}},
	"stored of a wrong type is denied": {"patch": [example.set("/container/stored", "false")], "found": {["Image", ""]}},
}

test_identity[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/stored", true), example.set("/container/image/container_image_id", example.id), example.set("/container/image/container_image_id", "sha256:1")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Image", "got": "sha256:1", "want": example.id}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/stored", true), example.set("/container/image/container_image_id", example.id), example.set("/container/image/container_image_id", "sha256:1")])
	example.fired(document) == {"image/identity"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
