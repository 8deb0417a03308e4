package airlock.rules.hardening["readonly-rootfs_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["readonly-rootfs"] as rule

cases := {
	"true is admitted": {"patch": [example.set("/container/rootfs/readonly", true)], "found": set()},
	"false is denied": {"patch": [example.set("/container/rootfs/readonly", false)], "found": {["HostConfig.ReadonlyRootfs", false]}},
	"absent is denied": {"patch": [example.without("/container/rootfs/readonly")], "found": {["HostConfig.ReadonlyRootfs", null]}},
	"null is denied": {"patch": [example.set("/container/rootfs/readonly", null)], "found": {["HostConfig.ReadonlyRootfs", null]}},
	"wrong type is denied": {"patch": [example.set("/container/rootfs/readonly", "true")], "found": {["HostConfig.ReadonlyRootfs", "true"]}},
}

test_readonly_rootfs[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/rootfs/readonly", false)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.ReadonlyRootfs", "got": false, "want": true}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/rootfs/readonly", false)])
	example.fired(document) == {"hardening/readonly-rootfs"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
