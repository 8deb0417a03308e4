package airlock.rules.filesystem["mount-propagation_test"]

import data.airlock.lib.example
import data.airlock.rules.filesystem["mount-propagation"] as rule

cases := {
	"the default is admitted": {"patch": [example.set("/container/mounts/0/propagation", "")], "found": set()},
	"rprivate is admitted": {"patch": [example.set("/container/mounts/0/propagation", "rprivate")], "found": set()},
	"private is admitted": {"patch": [example.set("/container/mounts/0/propagation", "private")], "found": set()},
	"shared is denied": {"patch": [example.set("/container/mounts/0/propagation", "shared")], "found": {["HostConfig.Tmpfs./tmp", "shared"]}},
	"rshared is denied": {"patch": [example.set("/container/mounts/0/propagation", "rshared")], "found": {["HostConfig.Tmpfs./tmp", "rshared"]}},
	"slave is denied": {"patch": [example.set("/container/mounts/0/propagation", "slave")], "found": {["HostConfig.Tmpfs./tmp", "slave"]}},
	"rslave is denied": {"patch": [example.set("/container/mounts/0/propagation", "rslave")], "found": {["HostConfig.Tmpfs./tmp", "rslave"]}},
	"absent is denied": {"patch": [example.without("/container/mounts/0/propagation")], "found": {["HostConfig.Tmpfs./tmp", null]}},
	"null is denied": {"patch": [example.set("/container/mounts/0/propagation", null)], "found": {["HostConfig.Tmpfs./tmp", null]}},
	"wrong type is denied": {"patch": [example.set("/container/mounts/0/propagation", 1)], "found": {["HostConfig.Tmpfs./tmp", 1]}},
}

test_mount_propagation[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/mounts/0/propagation", "rshared")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Tmpfs./tmp", "got": "rshared", "want": "rprivate"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/mounts/0/propagation", "rshared")])
	example.fired(document) == {"filesystem/mount-propagation"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
