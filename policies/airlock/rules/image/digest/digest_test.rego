package airlock.rules.image.digest_test

import data.airlock.lib.example
import data.airlock.rules.image.digest as rule

cases := {
	"name@digest is admitted": {"patch": [example.set("/container/image/form", "digest")], "found": set()},
	"form tag is denied": {"patch": [example.set("/container/image/form", "tag")], "found": {["Image", example.create.container.image.reference]}},
	"form tag+digest is denied": {"patch": [example.set("/container/image/form", "tag+digest")], "found": {["Image", example.create.container.image.reference]}},
	"form name is denied": {"patch": [example.set("/container/image/form", "name")], "found": {["Image", example.create.container.image.reference]}},
	"form id is denied": {"patch": [example.set("/container/image/form", "id")], "found": {["Image", example.create.container.image.reference]}},
	"form empty is denied": {"patch": [example.set("/container/image/form", "empty")], "found": {["Image", example.create.container.image.reference]}},
	"form invalid is denied": {"patch": [example.set("/container/image/form", "invalid")], "found": {["Image", example.create.container.image.reference]}},
	"another algorithm is denied": {"patch": [example.set("/container/image/digest", "sha512:00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000")], "found": {["Image", example.create.container.image.reference]}},
	"a short digest is denied": {"patch": [example.set("/container/image/digest", "sha256:0123")], "found": {["Image", example.create.container.image.reference]}},
	"an empty digest is denied": {"patch": [example.set("/container/image/digest", "")], "found": {["Image", example.create.container.image.reference]}},
	"absent is denied": {"patch": [example.without("/container/image/digest")], "found": {["Image", example.create.container.image.reference]}},
	"null is denied": {"patch": [example.set("/container/image/digest", null)], "found": {["Image", example.create.container.image.reference]}},
	"wrong type is denied": {"patch": [example.set("/container/image/digest", ["sha256"])], "found": {["Image", example.create.container.image.reference]}},
	"an absent form is denied": {"patch": [example.without("/container/image/form")], "found": {["Image", example.create.container.image.reference]}},
	"a null form is denied": {"patch": [example.set("/container/image/form", null)], "found": {["Image", example.create.container.image.reference]}},
	"no image is denied": {"patch": [example.set("/container/image", null)], "found": {["Image", null]}},
}

test_digest[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/image/reference", "registry.internal/openclaw/worker:1"), example.set("/container/image/form", "tag")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Image", "got": "registry.internal/openclaw/worker:1", "want": "name@sha256:..., without a tag"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/image/form", "tag")])
	example.fired(document) == {"image/digest"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/image/digest", "")])
	example.fired(document) == {"image/digest"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}

test_a_pull_is_judged if {
	document := json.patch(example.pull, [
		example.set("/image/reference", "registry.internal/openclaw/worker"),
		example.set("/image/form", "name"),
	])
	reported := rule.deny with input as document with data.site as example.site
	{[found.field, found.got] | some found in reported} == {["query fromImage", "registry.internal/openclaw/worker"]}
	example.fired(document) == {"image/digest"}
}
