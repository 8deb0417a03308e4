package airlock.rules.image.registry_test

import data.airlock.lib.example
import data.airlock.rules.image.registry as rule

cases := {
	"a repository of the registry is admitted": {"patch": [example.set("/container/image/repository", "registry.internal/openclaw/a/b")], "found": set()},
	"the prefix itself is admitted": {"patch": [example.set("/container/image/repository", "registry.internal/openclaw")], "found": set()},
	"another registry is denied": {"patch": [example.set("/container/image/repository", "docker.io/library/alpine")], "found": {["Image", example.create.container.image.reference]}},
	"a longer segment is denied": {"patch": [example.set("/container/image/repository", "registry.internal/openclaw-evil/worker")], "found": {["Image", example.create.container.image.reference]}},
	"a longer host is denied": {"patch": [example.set("/container/image/repository", "registry.internal.evil/openclaw/worker")], "found": {["Image", example.create.container.image.reference]}},
	"the prefix below another host is denied": {"patch": [example.set("/container/image/repository", "evil/registry.internal/openclaw/worker")], "found": {["Image", example.create.container.image.reference]}},
	"another port is denied": {"patch": [example.set("/container/image/repository", "registry.internal:5000/openclaw/worker")], "found": {["Image", example.create.container.image.reference]}},
	"an empty repository is denied": {"patch": [example.set("/container/image/repository", "")], "found": {["Image", example.create.container.image.reference]}},
	"absent is denied": {"patch": [example.without("/container/image/repository")], "found": {["Image", example.create.container.image.reference]}},
	"null is denied": {"patch": [example.set("/container/image/repository", null)], "found": {["Image", example.create.container.image.reference]}},
	"wrong type is denied": {"patch": [example.set("/container/image/repository", ["registry.internal/openclaw"])], "found": {["Image", example.create.container.image.reference]}},
	"no image is denied": {"patch": [example.set("/container/image", null)], "found": {["Image", null]}},
}

test_registry[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/image/reference", "alpine"), example.set("/container/image/repository", "docker.io/library/alpine")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Image", "got": "alpine", "want": ["registry.internal/openclaw"]}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/image/repository", "docker.io/library/alpine")])
	example.fired(document) == {"image/registry"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}

test_a_pull_is_judged if {
	document := json.patch(example.pull, [
		example.set("/image/reference", "alpine"),
		example.set("/image/repository", "docker.io/library/alpine"),
	])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "query fromImage", "got": "alpine", "want": ["registry.internal/openclaw"]}}
	example.fired(document) == {"image/registry"}
}

test_an_empty_prefix_covers_nothing if {
	document := json.patch(example.create, [example.set("/container/image/repository", "")])
	reported := rule.deny with input as document with data.site as {"registries": ["", null]}
	count(reported) == 1
}

test_a_manifest_from_elsewhere_is_told_by_its_path if {
	document := json.patch(example.pull, [
		example.set("/operation", "distribution.inspect"), example.set("/request/query", {}),
		example.set("/image/reference", "alpine"), example.set("/image/repository", "docker.io/library/alpine"),
	])
	reported := rule.deny with input as document with data.site as example.site
	{found.field | some found in reported} == {"path name"}
	example.fired(document) == {"image/registry"}
}

test_a_manifest_from_the_site_is_admitted if {
	document := json.patch(example.pull, [
		example.set("/operation", "distribution.inspect"), example.set("/request/query", {}),
	])
	example.admitted(document)
}
