package airlock.rules.swarm.runtime_test

import data.airlock.lib.example
import data.airlock.rules.swarm.runtime as rule

cases := {
	"containers are admitted": {"document": example.service, "patch": [], "found": set()},
	"a plugin is denied": {"document": example.service, "patch": [example.set("/service/runtime", "plugin")], "found": {["TaskTemplate.Runtime", "plugin"]}},
	"an attachment is denied": {"document": example.service, "patch": [example.set("/service/runtime", "attachment")], "found": {["TaskTemplate.Runtime", "attachment"]}},
	"a plugin beside it is denied": {"document": example.service, "patch": [example.set("/service/plugin", true)], "found": {["TaskTemplate.PluginSpec", true]}},
	"absent is denied": {"document": example.service, "patch": [example.without("/service/runtime")], "found": {["TaskTemplate.Runtime", null]}},
	"null is denied": {"document": example.service, "patch": [example.set("/service/runtime", null)], "found": {["TaskTemplate.Runtime", null]}},
	"wrong type is denied": {"document": example.service, "patch": [example.set("/service/runtime", ["container"])], "found": {["TaskTemplate.Runtime", ["container"]]}},
	"an absent plugin is denied": {"document": example.service, "patch": [example.without("/service/plugin")], "found": {["TaskTemplate.PluginSpec", null]}},
	"a null plugin is denied": {"document": example.service, "patch": [example.set("/service/plugin", null)], "found": {["TaskTemplate.PluginSpec", null]}},
}

test_runtime[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.service, [example.set("/service/runtime", "plugin")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "TaskTemplate.Runtime", "got": "plugin", "want": "container"}}
}

test_twin if {
	document := json.patch(example.service, [example.set("/service/runtime", "plugin")])
	example.fired(document) == {"swarm/runtime"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.service, [example.set("/service/plugin", true)])
	example.fired(document) == {"swarm/runtime"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
	rule.deny == set() with input as example.create with data.site as example.site
}
