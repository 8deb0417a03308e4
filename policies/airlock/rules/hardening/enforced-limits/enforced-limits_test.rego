package airlock.rules.hardening["enforced-limits_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["enforced-limits"] as rule

cases := {
	"memory enforced is admitted": {"patch": [example.set("/engine/enforces/memory", true)], "found": set()},
	"memory discarded is denied": {"patch": [example.set("/engine/enforces/memory", false)], "found": {["HostConfig.Memory", false]}},
	"memory absent is denied": {"patch": [example.without("/engine/enforces/memory")], "found": {["HostConfig.Memory", null]}},
	"memory null is denied": {"patch": [example.set("/engine/enforces/memory", null)], "found": {["HostConfig.Memory", null]}},
	"memory of a wrong type is denied": {"patch": [example.set("/engine/enforces/memory", "true")], "found": {["HostConfig.Memory", "true"]}},
	"swap enforced is admitted": {"patch": [example.set("/engine/enforces/swap", true)], "found": set()},
	"swap discarded is denied": {"patch": [example.set("/engine/enforces/swap", false)], "found": {["HostConfig.MemorySwap", false]}},
	"swap absent is denied": {"patch": [example.without("/engine/enforces/swap")], "found": {["HostConfig.MemorySwap", null]}},
	"swap null is denied": {"patch": [example.set("/engine/enforces/swap", null)], "found": {["HostConfig.MemorySwap", null]}},
	"swap of a wrong type is denied": {"patch": [example.set("/engine/enforces/swap", "true")], "found": {["HostConfig.MemorySwap", "true"]}},
	"cpu enforced is admitted": {"patch": [example.set("/engine/enforces/cpu", true)], "found": set()},
	"cpu discarded is denied": {"patch": [example.set("/engine/enforces/cpu", false)], "found": {["HostConfig.NanoCpus", false]}},
	"cpu absent is denied": {"patch": [example.without("/engine/enforces/cpu")], "found": {["HostConfig.NanoCpus", null]}},
	"cpu null is denied": {"patch": [example.set("/engine/enforces/cpu", null)], "found": {["HostConfig.NanoCpus", null]}},
	"cpu of a wrong type is denied": {"patch": [example.set("/engine/enforces/cpu", "true")], "found": {["HostConfig.NanoCpus", "true"]}},
	"pids enforced is admitted": {"patch": [example.set("/engine/enforces/pids", true)], "found": set()},
	"pids discarded is denied": {"patch": [example.set("/engine/enforces/pids", false)], "found": {["HostConfig.PidsLimit", false]}},
	"pids absent is denied": {"patch": [example.without("/engine/enforces/pids")], "found": {["HostConfig.PidsLimit", null]}},
	"pids null is denied": {"patch": [example.set("/engine/enforces/pids", null)], "found": {["HostConfig.PidsLimit", null]}},
	"pids of a wrong type is denied": {"patch": [example.set("/engine/enforces/pids", "true")], "found": {["HostConfig.PidsLimit", "true"]}},
	"no engine facts are denied": {"patch": [example.set("/engine", null)], "found": {["HostConfig.Memory", null], ["HostConfig.MemorySwap", null], ["HostConfig.NanoCpus", null], ["HostConfig.PidsLimit", null]}},
}

test_enforced_limits[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/engine/enforces/memory", false)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Memory", "got": false, "want": true}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/engine/enforces/memory", false)])
	example.fired(document) == {"hardening/enforced-limits"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/engine/enforces/swap", false)])
	example.fired(document) == {"hardening/enforced-limits"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.create, [example.set("/engine/enforces/cpu", false)])
	example.fired(document) == {"hardening/enforced-limits"}
	example.admitted(document) == false
}

test_twin_4 if {
	document := json.patch(example.create, [example.set("/engine/enforces/pids", false)])
	example.fired(document) == {"hardening/enforced-limits"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
