package airlock.rules.filesystem["tmpfs-size_test"]

import data.airlock.lib.example
import data.airlock.rules.filesystem["tmpfs-size"] as rule

cases := {
	"one byte is admitted": {"patch": [example.set("/container/mounts/0/size", 1)], "found": set()},
	"the limit is admitted": {"patch": [example.set("/container/mounts/0/size", 67108864)], "found": set()},
	"unlimited is denied": {"patch": [example.set("/container/mounts/0/size", 0)], "found": {["HostConfig.Tmpfs./tmp", 0]}},
	"beyond the limit is denied": {"patch": [example.set("/container/mounts/0/size", 67108865)], "found": {["HostConfig.Tmpfs./tmp", 67108865]}},
	"absent is denied": {"patch": [example.without("/container/mounts/0/size")], "found": {["HostConfig.Tmpfs./tmp", null]}},
	"null is denied": {"patch": [example.set("/container/mounts/0/size", null)], "found": {["HostConfig.Tmpfs./tmp", null]}},
	"wrong type is denied": {"patch": [example.set("/container/mounts/0/size", "16m")], "found": {["HostConfig.Tmpfs./tmp", "16m"]}},
	"another type is left to its own rule": {"patch": [example.set("/container/mounts/-", {"origin": "mounts", "field": "HostConfig.Mounts[1]", "type": "bind", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 0, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": set()},
}

test_tmpfs_size[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/mounts/0/size", 0)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Tmpfs./tmp", "got": 0, "want": "1 to 67108864"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/mounts/0/size", 0)])
	example.fired(document) == {"filesystem/tmpfs-size"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
