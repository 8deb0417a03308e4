package airlock.rules.swarm.templates_test

import data.airlock.lib.example
import data.airlock.rules.swarm.templates as rule

cases := {
	"plain text is admitted": {"document": example.service, "patch": [], "found": set()},
	"a template is denied": {"document": example.service, "patch": [example.set("/service/templates", ["TaskTemplate.ContainerSpec.Hostname"])], "found": {["TaskTemplate.ContainerSpec", ["TaskTemplate.ContainerSpec.Hostname"]]}},
	"absent is denied": {"document": example.service, "patch": [example.without("/service/templates")], "found": {["TaskTemplate.ContainerSpec", null]}},
	"null is denied": {"document": example.service, "patch": [example.set("/service/templates", null)], "found": {["TaskTemplate.ContainerSpec", null]}},
	"wrong type is denied": {"document": example.service, "patch": [example.set("/service/templates", {})], "found": {["TaskTemplate.ContainerSpec", {}]}},
}

test_templates[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.service, [example.set("/service/templates", ["TaskTemplate.ContainerSpec.Env[0]"])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "TaskTemplate.ContainerSpec", "got": ["TaskTemplate.ContainerSpec.Env[0]"], "want": []}}
}

test_twin if {
	document := json.patch(example.service, [example.set("/service/templates", ["TaskTemplate.ContainerSpec.Env[0]"])])
	example.fired(document) == {"swarm/templates"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
	rule.deny == set() with input as example.create with data.site as example.site
}
