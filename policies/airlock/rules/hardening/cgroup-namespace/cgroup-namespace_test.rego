package airlock.rules.hardening["cgroup-namespace_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["cgroup-namespace"] as rule

cases := {
	"private is admitted": {"patch": [example.set("/container/namespaces/cgroup", "private")], "found": set()},
	"default is admitted": {"patch": [example.set("/container/namespaces/cgroup", "default")], "found": set()},
	"host in a request is denied": {"patch": [example.set("/container/namespaces/cgroup", "host")], "found": {["HostConfig.CgroupnsMode", "host"]}},
	"host in a request on cgroup v1 is denied": {"patch": [example.set("/container/namespaces/cgroup", "host"), example.set("/engine/cgroup_version", "1")], "found": {["HostConfig.CgroupnsMode", "host"]}},
	"host stored on cgroup v1 is admitted": {"patch": [example.set("/container/namespaces/cgroup", "host"), example.set("/container/stored", true), example.set("/engine/cgroup_version", "1")], "found": set()},
	"host stored on cgroup v2 is denied": {"patch": [example.set("/container/namespaces/cgroup", "host"), example.set("/container/stored", true)], "found": {["HostConfig.CgroupnsMode", "host"]}},
	"host stored on an unknown version is denied": {"patch": [example.set("/container/namespaces/cgroup", "host"), example.set("/container/stored", true), example.without("/engine/cgroup_version")], "found": {["HostConfig.CgroupnsMode", "host"]}},
	"another is denied": {"patch": [example.set("/container/namespaces/cgroup", "other")], "found": {["HostConfig.CgroupnsMode", "other"]}},
	"absent is denied": {"patch": [example.without("/container/namespaces/cgroup")], "found": {["HostConfig.CgroupnsMode", null]}},
	"null is denied": {"patch": [example.set("/container/namespaces/cgroup", null)], "found": {["HostConfig.CgroupnsMode", null]}},
	"wrong type is denied": {"patch": [example.set("/container/namespaces/cgroup", 1)], "found": {["HostConfig.CgroupnsMode", 1]}},
}

test_cgroup_namespace[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/namespaces/cgroup", "host")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.CgroupnsMode", "got": "host", "want": "private"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/namespaces/cgroup", "host")])
	example.fired(document) == {"hardening/cgroup-namespace"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
