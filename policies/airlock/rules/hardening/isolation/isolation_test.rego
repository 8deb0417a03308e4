package airlock.rules.hardening.isolation_test

import data.airlock.lib.example
import data.airlock.rules.hardening.isolation as rule

cases := {
	"namespaces.isolation: empty is admitted": {"patch": [example.set("/container/namespaces/isolation", "")], "found": set()},
	"namespaces.isolation: default is admitted": {"patch": [example.set("/container/namespaces/isolation", "default")], "found": set()},
	"namespaces.isolation: process is denied": {"patch": [example.set("/container/namespaces/isolation", "process")], "found": {["HostConfig.Isolation", "process"]}},
	"namespaces.isolation: absent is denied": {"patch": [example.without("/container/namespaces/isolation")], "found": {["HostConfig.Isolation", null]}},
	"namespaces.isolation: null is denied": {"patch": [example.set("/container/namespaces/isolation", null)], "found": {["HostConfig.Isolation", null]}},
	"namespaces.isolation: wrong type is denied": {"patch": [example.set("/container/namespaces/isolation", 0)], "found": {["HostConfig.Isolation", 0]}},
	"namespaces.cgroup_spec: empty is admitted": {"patch": [example.set("/container/namespaces/cgroup_spec", "")], "found": set()},
	"namespaces.cgroup_spec: another container's is denied": {"patch": [example.set("/container/namespaces/cgroup_spec", "container:proxy")], "found": {["HostConfig.Cgroup", "container:proxy"]}},
	"namespaces.cgroup_spec: absent is denied": {"patch": [example.without("/container/namespaces/cgroup_spec")], "found": {["HostConfig.Cgroup", null]}},
	"namespaces.cgroup_spec: null is denied": {"patch": [example.set("/container/namespaces/cgroup_spec", null)], "found": {["HostConfig.Cgroup", null]}},
	"namespaces.cgroup_spec: wrong type is denied": {"patch": [example.set("/container/namespaces/cgroup_spec", 0)], "found": {["HostConfig.Cgroup", 0]}},
}

test_isolation[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/namespaces/isolation", "process")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Isolation", "got": "process", "want": ""}}
}

test_whole_violation_2 if {
	document := json.patch(example.create, [example.set("/container/namespaces/cgroup_spec", "container:proxy")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Cgroup", "got": "container:proxy", "want": ""}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/namespaces/isolation", "process")])
	example.fired(document) == {"hardening/isolation"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/namespaces/cgroup_spec", "container:proxy")])
	example.fired(document) == {"hardening/isolation"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
