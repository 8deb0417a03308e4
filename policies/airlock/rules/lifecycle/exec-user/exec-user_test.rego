package airlock.rules.lifecycle["exec-user_test"]

import data.airlock.lib.example
import data.airlock.rules.lifecycle["exec-user"] as rule

cases := {
	"the container's own is admitted": {"patch": [], "found": set()},
	"the same, given, is admitted": {"patch": [example.set("/exec/user/source", "request")], "found": set()},
	"root is denied": {"patch": [example.set("/exec/user/uid", 0)], "found": {["User", "1001:1001"]}},
	"the group of root is denied": {"patch": [example.set("/exec/user/gid", 0)], "found": {["User", "1001:1001"]}},
	"a name is denied": {"patch": [example.set("/exec/user", {"given": "agent", "form": "name", "uid": null, "gid": null})], "found": {["User", "agent"]}},
	"another spelling is denied": {"patch": [example.set("/exec/user/form", "other")], "found": {["User", "1001:1001"]}},
	"null is denied": {"patch": [example.set("/exec/user", null)], "found": {["User", null]}},
	"absent is denied": {"patch": [example.without("/exec/user")], "found": {["User", null]}},
	"wrong type is denied": {"patch": [example.set("/exec/user", "1001:1001")], "found": {["User", null]}},
	"no exec is denied": {"patch": [example.set("/exec", null)], "found": {["User", null]}},
}

test_exec_user[name] if {
	some name, case in cases
	some operation in ["exec.create", "exec.start", "exec.resize"]
	document := json.patch(example.exec, array.concat([example.set("/operation", operation)], case.patch))
	reported := rule.deny with input as document with data.site as example.site
	{[violation.field, violation.got] | some violation in reported} == case.found
}

test_whole_violation if {
	reported := rule.deny with input as json.patch(example.exec, [example.set("/exec/user", {"given": "0:0", "form": "uid:gid", "uid": 0, "gid": 0})]) with data.site as example.site
	reported == {{"field": "User", "got": "0:0", "want": "1001:1001"}}
}

test_twin[operation] if {
	some operation in ["exec.create", "exec.start", "exec.resize"]
	good := json.patch(example.exec, [example.set("/operation", operation)])
	document := json.patch(good, [example.set("/exec/user", {"given": "0:0", "form": "uid:gid", "uid": 0, "gid": 0})])
	example.admitted(good)
	example.fired(document) == {"lifecycle/exec-user"}
	example.admitted(document) == false
}

test_other_operations_are_not_judged if {
	rule.deny == set() with input as example.start with data.site as example.site
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}

test_no_site_data_denies if {
	reported := rule.deny with input as example.exec with data.site as {}
	{violation.want | some violation in reported} == {"null:null"}
}

test_root_is_no_identity if {
	document := json.patch(example.exec, [example.set("/exec/user/uid", 0), example.set("/exec/user/gid", 0)])
	reported := rule.deny with input as document with data.site as {"identity": {"uid": 0, "gid": 0}}
	count(reported) == 1
}
