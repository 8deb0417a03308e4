package airlock.rules.hardening.memory_test

import data.airlock.lib.example
import data.airlock.rules.hardening.memory as rule

cases := {
	"the engine's minimum is admitted": {"patch": [example.set("/container/resources/memory", 6291456)], "found": set()},
	"the limit is admitted": {"patch": [example.set("/container/resources/memory", 2147483648)], "found": set()},
	"unlimited is denied": {"patch": [example.set("/container/resources/memory", 0)], "found": {["HostConfig.Memory", 0]}},
	"below the engine's minimum is denied": {"patch": [example.set("/container/resources/memory", 6291455)], "found": {["HostConfig.Memory", 6291455]}},
	"beyond the limit is denied": {"patch": [example.set("/container/resources/memory", 2147483649)], "found": {["HostConfig.Memory", 2147483649]}},
	"negative is denied": {"patch": [example.set("/container/resources/memory", -1)], "found": {["HostConfig.Memory", -1]}},
	"absent is denied": {"patch": [example.without("/container/resources/memory")], "found": {["HostConfig.Memory", null]}},
	"null is denied": {"patch": [example.set("/container/resources/memory", null)], "found": {["HostConfig.Memory", null]}},
	"wrong type is denied": {"patch": [example.set("/container/resources/memory", "1")], "found": {["HostConfig.Memory", "1"]}},
}

test_memory[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/resources/memory", 0)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Memory", "got": 0, "want": "6291456 to 2147483648"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/resources/memory", 0)])
	example.fired(document) == {"hardening/memory"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
