package airlock.rules.hardening["cgroup-parent_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["cgroup-parent"] as rule

cases := {
	"empty is admitted": {"patch": [example.set("/container/resources/cgroup_parent", "")], "found": set()},
	"a slice is denied": {"patch": [example.set("/container/resources/cgroup_parent", "/system.slice")], "found": {["HostConfig.CgroupParent", "/system.slice"]}},
	"a way out is denied": {"patch": [example.set("/container/resources/cgroup_parent", "/../..")], "found": {["HostConfig.CgroupParent", "/../.."]}},
	"absent is denied": {"patch": [example.without("/container/resources/cgroup_parent")], "found": {["HostConfig.CgroupParent", null]}},
	"null is denied": {"patch": [example.set("/container/resources/cgroup_parent", null)], "found": {["HostConfig.CgroupParent", null]}},
	"wrong type is denied": {"patch": [example.set("/container/resources/cgroup_parent", 0)], "found": {["HostConfig.CgroupParent", 0]}},
}

test_cgroup_parent[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/resources/cgroup_parent", "/system.slice")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.CgroupParent", "got": "/system.slice", "want": ""}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/resources/cgroup_parent", "/system.slice")])
	example.fired(document) == {"hardening/cgroup-parent"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
