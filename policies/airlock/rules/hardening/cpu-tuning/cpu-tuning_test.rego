package airlock.rules.hardening["cpu-tuning_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["cpu-tuning"] as rule

cases := {
	"resources.cpu_conflict: false is admitted": {"patch": [example.set("/container/resources/cpu_conflict", false)], "found": set()},
	"resources.cpu_conflict: true is denied": {"patch": [example.set("/container/resources/cpu_conflict", true)], "found": {["HostConfig.CpuQuota", true]}},
	"resources.cpu_conflict: absent is denied": {"patch": [example.without("/container/resources/cpu_conflict")], "found": {["HostConfig.CpuQuota", null]}},
	"resources.cpu_conflict: null is denied": {"patch": [example.set("/container/resources/cpu_conflict", null)], "found": {["HostConfig.CpuQuota", null]}},
	"resources.cpu_conflict: wrong type is denied": {"patch": [example.set("/container/resources/cpu_conflict", "false")], "found": {["HostConfig.CpuQuota", "false"]}},
	"resources.cpu_realtime: false is admitted": {"patch": [example.set("/container/resources/cpu_realtime", false)], "found": set()},
	"resources.cpu_realtime: true is denied": {"patch": [example.set("/container/resources/cpu_realtime", true)], "found": {["HostConfig.CpuRealtimeRuntime", true]}},
	"resources.cpu_realtime: absent is denied": {"patch": [example.without("/container/resources/cpu_realtime")], "found": {["HostConfig.CpuRealtimeRuntime", null]}},
	"resources.cpu_realtime: null is denied": {"patch": [example.set("/container/resources/cpu_realtime", null)], "found": {["HostConfig.CpuRealtimeRuntime", null]}},
	"resources.cpu_realtime: wrong type is denied": {"patch": [example.set("/container/resources/cpu_realtime", "false")], "found": {["HostConfig.CpuRealtimeRuntime", "false"]}},
	"resources.cpu_shares: default is admitted": {"patch": [example.set("/container/resources/cpu_shares", 0)], "found": set()},
	"resources.cpu_shares: the default in numbers is admitted": {"patch": [example.set("/container/resources/cpu_shares", 1024)], "found": set()},
	"resources.cpu_shares: more than its share is denied": {"patch": [example.set("/container/resources/cpu_shares", 2048)], "found": {["HostConfig.CpuShares", 2048]}},
	"resources.cpu_shares: negative is denied": {"patch": [example.set("/container/resources/cpu_shares", -1)], "found": {["HostConfig.CpuShares", -1]}},
	"resources.cpu_shares: absent is denied": {"patch": [example.without("/container/resources/cpu_shares")], "found": {["HostConfig.CpuShares", null]}},
	"resources.cpu_shares: null is denied": {"patch": [example.set("/container/resources/cpu_shares", null)], "found": {["HostConfig.CpuShares", null]}},
	"resources.cpu_shares: wrong type is denied": {"patch": [example.set("/container/resources/cpu_shares", "0")], "found": {["HostConfig.CpuShares", "0"]}},
	"resources.cpuset_cpus: any is admitted": {"patch": [example.set("/container/resources/cpuset_cpus", "")], "found": set()},
	"resources.cpuset_cpus: a list is admitted": {"patch": [example.set("/container/resources/cpuset_cpus", "0-2,4")], "found": set()},
	"resources.cpuset_cpus: a word is denied": {"patch": [example.set("/container/resources/cpuset_cpus", "all")], "found": {["HostConfig.CpusetCpus", "all"]}},
	"resources.cpuset_cpus: a path is denied": {"patch": [example.set("/container/resources/cpuset_cpus", "../0")], "found": {["HostConfig.CpusetCpus", "../0"]}},
	"resources.cpuset_cpus: absent is denied": {"patch": [example.without("/container/resources/cpuset_cpus")], "found": {["HostConfig.CpusetCpus", null]}},
	"resources.cpuset_cpus: null is denied": {"patch": [example.set("/container/resources/cpuset_cpus", null)], "found": {["HostConfig.CpusetCpus", null]}},
	"resources.cpuset_cpus: wrong type is denied": {"patch": [example.set("/container/resources/cpuset_cpus", 0)], "found": {["HostConfig.CpusetCpus", 0]}},
	"resources.cpuset_mems: any is admitted": {"patch": [example.set("/container/resources/cpuset_mems", "")], "found": set()},
	"resources.cpuset_mems: a list is admitted": {"patch": [example.set("/container/resources/cpuset_mems", "0,1")], "found": set()},
	"resources.cpuset_mems: a word is denied": {"patch": [example.set("/container/resources/cpuset_mems", "all")], "found": {["HostConfig.CpusetMems", "all"]}},
	"resources.cpuset_mems: absent is denied": {"patch": [example.without("/container/resources/cpuset_mems")], "found": {["HostConfig.CpusetMems", null]}},
	"resources.cpuset_mems: null is denied": {"patch": [example.set("/container/resources/cpuset_mems", null)], "found": {["HostConfig.CpusetMems", null]}},
	"resources.cpuset_mems: wrong type is denied": {"patch": [example.set("/container/resources/cpuset_mems", 0)], "found": {["HostConfig.CpusetMems", 0]}},
}

test_cpu_tuning[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/resources/cpu_conflict", true)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.CpuQuota", "got": true, "want": false}}
}

test_whole_violation_2 if {
	document := json.patch(example.create, [example.set("/container/resources/cpu_realtime", true)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.CpuRealtimeRuntime", "got": true, "want": false}}
}

test_whole_violation_3 if {
	document := json.patch(example.create, [example.set("/container/resources/cpu_shares", 2048)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.CpuShares", "got": 2048, "want": "0 to 1024"}}
}

test_whole_violation_4 if {
	document := json.patch(example.create, [example.set("/container/resources/cpuset_cpus", "all")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.CpusetCpus", "got": "all", "want": "a list such as 0-2,4"}}
}

test_whole_violation_5 if {
	document := json.patch(example.create, [example.set("/container/resources/cpuset_mems", "all")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.CpusetMems", "got": "all", "want": "a list such as 0-2,4"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/resources/cpu_conflict", true)])
	example.fired(document) == {"hardening/cpu-tuning"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/resources/cpu_realtime", true)])
	example.fired(document) == {"hardening/cpu-tuning"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.create, [example.set("/container/resources/cpu_shares", 2048)])
	example.fired(document) == {"hardening/cpu-tuning"}
	example.admitted(document) == false
}

test_twin_4 if {
	document := json.patch(example.create, [example.set("/container/resources/cpuset_cpus", "all")])
	example.fired(document) == {"hardening/cpu-tuning"}
	example.admitted(document) == false
}

test_twin_5 if {
	document := json.patch(example.create, [example.set("/container/resources/cpuset_mems", "all")])
	example.fired(document) == {"hardening/cpu-tuning"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
