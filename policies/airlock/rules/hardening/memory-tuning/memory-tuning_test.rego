package airlock.rules.hardening["memory-tuning_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["memory-tuning"] as rule

cases := {
	"resources.oom_kill_disable: false is admitted": {"patch": [example.set("/container/resources/oom_kill_disable", false)], "found": set()},
	"resources.oom_kill_disable: true is denied": {"patch": [example.set("/container/resources/oom_kill_disable", true)], "found": {["HostConfig.OomKillDisable", true]}},
	"resources.oom_kill_disable: absent is denied": {"patch": [example.without("/container/resources/oom_kill_disable")], "found": {["HostConfig.OomKillDisable", null]}},
	"resources.oom_kill_disable: null is denied": {"patch": [example.set("/container/resources/oom_kill_disable", null)], "found": {["HostConfig.OomKillDisable", null]}},
	"resources.oom_kill_disable: wrong type is denied": {"patch": [example.set("/container/resources/oom_kill_disable", "false")], "found": {["HostConfig.OomKillDisable", "false"]}},
	"resources.oom_score_adj: zero is admitted": {"patch": [example.set("/container/resources/oom_score_adj", 0)], "found": set()},
	"resources.oom_score_adj: a likelier victim is admitted": {"patch": [example.set("/container/resources/oom_score_adj", 500)], "found": set()},
	"resources.oom_score_adj: spared is denied": {"patch": [example.set("/container/resources/oom_score_adj", -1)], "found": {["HostConfig.OomScoreAdj", -1]}},
	"resources.oom_score_adj: immune is denied": {"patch": [example.set("/container/resources/oom_score_adj", -1000)], "found": {["HostConfig.OomScoreAdj", -1000]}},
	"resources.oom_score_adj: absent is denied": {"patch": [example.without("/container/resources/oom_score_adj")], "found": {["HostConfig.OomScoreAdj", null]}},
	"resources.oom_score_adj: null is denied": {"patch": [example.set("/container/resources/oom_score_adj", null)], "found": {["HostConfig.OomScoreAdj", null]}},
	"resources.oom_score_adj: wrong type is denied": {"patch": [example.set("/container/resources/oom_score_adj", "0")], "found": {["HostConfig.OomScoreAdj", "0"]}},
	"resources.swappiness: the kernel's default is admitted": {"patch": [example.set("/container/resources/swappiness", null)], "found": set()},
	"resources.swappiness: zero is admitted": {"patch": [example.set("/container/resources/swappiness", 0)], "found": set()},
	"resources.swappiness: a hundred is denied": {"patch": [example.set("/container/resources/swappiness", 100)], "found": {["HostConfig.MemorySwappiness", 100]}},
	"resources.swappiness: negative is denied": {"patch": [example.set("/container/resources/swappiness", -1)], "found": {["HostConfig.MemorySwappiness", -1]}},
	"resources.swappiness: absent is denied": {"patch": [example.without("/container/resources/swappiness")], "found": {["HostConfig.MemorySwappiness", null]}},
	"resources.swappiness: wrong type is denied": {"patch": [example.set("/container/resources/swappiness", "0")], "found": {["HostConfig.MemorySwappiness", "0"]}},
	"resources.memory_reservation: none is admitted": {"patch": [example.set("/container/resources/memory_reservation", 0)], "found": set()},
	"resources.memory_reservation: the limit is admitted": {"patch": [example.set("/container/resources/memory_reservation", 67108864)], "found": set()},
	"resources.memory_reservation: beyond the limit is denied": {"patch": [example.set("/container/resources/memory_reservation", 67108865)], "found": {["HostConfig.MemoryReservation", 67108865]}},
	"resources.memory_reservation: negative is denied": {"patch": [example.set("/container/resources/memory_reservation", -1)], "found": {["HostConfig.MemoryReservation", -1]}},
	"resources.memory_reservation: absent is denied": {"patch": [example.without("/container/resources/memory_reservation")], "found": {["HostConfig.MemoryReservation", null]}},
	"resources.memory_reservation: null is denied": {"patch": [example.set("/container/resources/memory_reservation", null)], "found": {["HostConfig.MemoryReservation", null]}},
	"resources.memory_reservation: wrong type is denied": {"patch": [example.set("/container/resources/memory_reservation", "0")], "found": {["HostConfig.MemoryReservation", "0"]}},
	"resources.kernel_memory: zero is admitted": {"patch": [example.set("/container/resources/kernel_memory", 0)], "found": set()},
	"resources.kernel_memory: a limit of its own is denied": {"patch": [example.set("/container/resources/kernel_memory", 4194304)], "found": {["HostConfig.KernelMemory", 4194304]}},
	"resources.kernel_memory: absent is denied": {"patch": [example.without("/container/resources/kernel_memory")], "found": {["HostConfig.KernelMemory", null]}},
	"resources.kernel_memory: null is denied": {"patch": [example.set("/container/resources/kernel_memory", null)], "found": {["HostConfig.KernelMemory", null]}},
	"resources.kernel_memory: wrong type is denied": {"patch": [example.set("/container/resources/kernel_memory", "0")], "found": {["HostConfig.KernelMemory", "0"]}},
}

test_memory_tuning[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/resources/oom_kill_disable", true)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.OomKillDisable", "got": true, "want": false}}
}

test_whole_violation_2 if {
	document := json.patch(example.create, [example.set("/container/resources/oom_score_adj", -1)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.OomScoreAdj", "got": -1, "want": "0 to 1000"}}
}

test_whole_violation_3 if {
	document := json.patch(example.create, [example.set("/container/resources/swappiness", 100)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.MemorySwappiness", "got": 100, "want": 0}}
}

test_whole_violation_4 if {
	document := json.patch(example.create, [example.set("/container/resources/memory_reservation", 67108865)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.MemoryReservation", "got": 67108865, "want": "0 to 67108864"}}
}

test_whole_violation_5 if {
	document := json.patch(example.create, [example.set("/container/resources/kernel_memory", 4194304)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.KernelMemory", "got": 4194304, "want": 0}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/resources/oom_kill_disable", true)])
	example.fired(document) == {"hardening/memory-tuning"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/resources/oom_score_adj", -1)])
	example.fired(document) == {"hardening/memory-tuning"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.create, [example.set("/container/resources/swappiness", 100)])
	example.fired(document) == {"hardening/memory-tuning"}
	example.admitted(document) == false
}

test_twin_4 if {
	document := json.patch(example.create, [example.set("/container/resources/memory_reservation", 67108865)])
	example.fired(document) == {"hardening/memory-tuning"}
	example.admitted(document) == false
}

test_twin_5 if {
	document := json.patch(example.create, [example.set("/container/resources/kernel_memory", 4194304)])
	example.fired(document) == {"hardening/memory-tuning"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
