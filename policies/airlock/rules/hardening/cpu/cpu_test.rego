package airlock.rules.hardening.cpu_test

import data.airlock.lib.example
import data.airlock.rules.hardening.cpu as rule

cases := {
	"the kernel's minimum is admitted": {"patch": [example.set("/container/resources/nano_cpus", 10000000)], "found": set()},
	"the limit is admitted": {"patch": [example.set("/container/resources/nano_cpus", 2000000000)], "found": set()},
	"unlimited is denied": {"patch": [example.set("/container/resources/nano_cpus", 0)], "found": {["HostConfig.NanoCpus", 0]}},
	"below the kernel's minimum is denied": {"patch": [example.set("/container/resources/nano_cpus", 9999999)], "found": {["HostConfig.NanoCpus", 9999999]}},
	"beyond the limit is denied": {"patch": [example.set("/container/resources/nano_cpus", 2000000001)], "found": {["HostConfig.NanoCpus", 2000000001]}},
	"absent is denied": {"patch": [example.without("/container/resources/nano_cpus")], "found": {["HostConfig.NanoCpus", null]}},
	"null is denied": {"patch": [example.set("/container/resources/nano_cpus", null)], "found": {["HostConfig.NanoCpus", null]}},
	"wrong type is denied": {"patch": [example.set("/container/resources/nano_cpus", "1")], "found": {["HostConfig.NanoCpus", "1"]}},
}

test_cpu[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/resources/nano_cpus", 0)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.NanoCpus", "got": 0, "want": "10000000 to 2000000000"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/resources/nano_cpus", 0)])
	example.fired(document) == {"hardening/cpu"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
