package airlock.rules.swarm.configs_test

import data.airlock.lib.example
import data.airlock.rules.swarm.configs as rule

cases := {
	"a configuration of the role is admitted": {"document": example.service, "patch": [], "found": set()},
	"one for few is admitted": {"document": example.service, "patch": [example.set("/service/files/1/mode", "0400")], "found": set()},
	"no file is admitted": {"document": example.service, "patch": [example.set("/service/files", [])], "found": set()},
	"another role's is denied": {"document": example.service, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/worker")], "found": {["TaskTemplate.ContainerSpec.Configs[0]", "settings"]}},
	"one of nobody is denied": {"document": example.service, "patch": [example.set("/service/files/1/name", "other"), example.set("/service/files/1/stored", "other")], "found": {["TaskTemplate.ContainerSpec.Configs[0]", "other"]}},
	"one that is not there is denied": {"document": example.service, "patch": [example.set("/service/files/1/stored", "")], "found": {["TaskTemplate.ContainerSpec.Configs[0]", ""]}},
	"a template is denied": {"document": example.service, "patch": [example.set("/service/files/1/templating", "golang")], "found": {["TaskTemplate.ContainerSpec.Configs[0]", "golang"]}},
	"a file of the image is denied": {"document": example.service, "patch": [example.set("/service/files/1/destination", "/etc/passwd")], "found": {["TaskTemplate.ContainerSpec.Configs[0].File.Name", "/etc/passwd"]}},
	"a place among the secrets is denied": {"document": example.service, "patch": [example.set("/service/files/1/destination", "/run/secrets/llm_api_key")], "found": {["TaskTemplate.ContainerSpec.Configs[0].File.Name", "/run/secrets/llm_api_key"]}},
	"the place of secrets itself is denied": {"document": example.service, "patch": [example.set("/service/files/1/destination", "/run/secrets")], "found": {["TaskTemplate.ContainerSpec.Configs[0].File.Name", "/run/secrets"]}},
	"one that is no file is denied": {"document": example.service, "patch": [example.set("/service/files/1/destination", "")], "found": {["TaskTemplate.ContainerSpec.Configs[0].File.Name", ""]}},
	"one to run is denied": {"document": example.service, "patch": [example.set("/service/files/1/mode", "0555")], "found": {["TaskTemplate.ContainerSpec.Configs[0].File.Mode", "0555"]}},
	"an absent name is denied": {"document": example.service, "patch": [example.without("/service/files/1/name")], "found": {["TaskTemplate.ContainerSpec.Configs[0]", null], ["TaskTemplate.ContainerSpec.Configs[0]", "settings"]}},
	"a null name is denied": {"document": example.service, "patch": [example.set("/service/files/1/name", null)], "found": {["TaskTemplate.ContainerSpec.Configs[0]", null], ["TaskTemplate.ContainerSpec.Configs[0]", "settings"]}},
	"an absent stored name is denied": {"document": example.service, "patch": [example.without("/service/files/1/stored")], "found": {["TaskTemplate.ContainerSpec.Configs[0]", null]}},
	"an absent template is denied": {"document": example.service, "patch": [example.without("/service/files/1/templating")], "found": {["TaskTemplate.ContainerSpec.Configs[0]", null]}},
	"an absent destination is denied": {"document": example.service, "patch": [example.without("/service/files/1/destination")], "found": {["TaskTemplate.ContainerSpec.Configs[0].File.Name", null]}},
	"a null destination is denied": {"document": example.service, "patch": [example.set("/service/files/1/destination", null)], "found": {["TaskTemplate.ContainerSpec.Configs[0].File.Name", null]}},
	"a destination of a wrong type is denied": {"document": example.service, "patch": [example.set("/service/files/1/destination", 1)], "found": {["TaskTemplate.ContainerSpec.Configs[0].File.Name", 1]}},
	"an absent mode is denied": {"document": example.service, "patch": [example.without("/service/files/1/mode")], "found": {["TaskTemplate.ContainerSpec.Configs[0].File.Mode", null]}},
	"a mode of a wrong type is denied": {"document": example.service, "patch": [example.set("/service/files/1/mode", 292)], "found": {["TaskTemplate.ContainerSpec.Configs[0].File.Mode", 292]}},
	"a field of a wrong type is denied all the same": {"document": example.service, "patch": [example.set("/service/files/1/field", 1), example.set("/service/files/1/mode", "0555")], "found": {["TaskTemplate.ContainerSpec.Configs.File.Mode", "0555"]}},
}

test_configs[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.service, [example.set("/service/files/1/mode", "0555")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "TaskTemplate.ContainerSpec.Configs[0].File.Mode", "got": "0555", "want": "0400, 0440 or 0444"}}
}

test_twin if {
	document := json.patch(example.service, [example.set("/service/files/1/stored", "")])
	example.fired(document) == {"swarm/configs"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.service, [example.set("/service/files/1/templating", "golang")])
	example.fired(document) == {"swarm/configs"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.service, [example.set("/service/files/1/destination", "/etc/x")])
	example.fired(document) == {"swarm/configs"}
	example.admitted(document) == false
}

test_twin_4 if {
	document := json.patch(example.service, [example.set("/service/files/1/mode", "0777")])
	example.fired(document) == {"swarm/configs"}
	example.admitted(document) == false
}

test_twin_5 if {
	document := json.patch(example.service, [example.set("/service/files/1/name", "other"), example.set("/service/files/1/stored", "other")])
	example.fired(document) == {"swarm/configs"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
	rule.deny == set() with input as example.create with data.site as example.site
}
