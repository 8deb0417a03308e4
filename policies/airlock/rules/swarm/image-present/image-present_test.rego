package airlock.rules.swarm["image-present_test"]

import data.airlock.lib.example
import data.airlock.rules.swarm["image-present"] as rule

cases := {
	"an image that is there is admitted": {"document": example.service, "patch": [], "found": set()},
	"one that is not is denied": {"document": example.service, "patch": [example.set("/container/image/present", false)], "found": {["TaskTemplate.ContainerSpec.Image", false]}},
	"absent is denied": {"document": example.service, "patch": [example.without("/container/image/present")], "found": {["TaskTemplate.ContainerSpec.Image", null]}},
	"null is denied": {"document": example.service, "patch": [example.set("/container/image/present", null)], "found": {["TaskTemplate.ContainerSpec.Image", null]}},
	"wrong type is denied": {"document": example.service, "patch": [example.set("/container/image/present", "true")], "found": {["TaskTemplate.ContainerSpec.Image", "true"]}},
}

test_image_present[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.service, [example.set("/container/image/present", false)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "TaskTemplate.ContainerSpec.Image", "got": false, "want": true}}
}

test_twin if {
	document := json.patch(example.service, [example.set("/container/image/present", false)])
	example.fired(document) == {"swarm/image-present"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
	rule.deny == set() with input as example.create with data.site as example.site
}
