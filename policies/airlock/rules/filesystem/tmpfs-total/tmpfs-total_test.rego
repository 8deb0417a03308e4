package airlock.rules.filesystem["tmpfs-total_test"]

import data.airlock.lib.example
import data.airlock.rules.filesystem["tmpfs-total"] as rule

cases := {
	"none is admitted": {"patch": [example.set("/container/tmpfs", {"count": 0, "bytes": 0})], "found": set()},
	"the limits are admitted": {"patch": [example.set("/container/tmpfs", {"count": 8, "bytes": 67108864})], "found": set()},
	"count: beyond the limit is denied": {"patch": [example.set("/container/tmpfs/count", 9)], "found": {["HostConfig.Tmpfs", 9]}},
	"count: negative is denied": {"patch": [example.set("/container/tmpfs/count", -1)], "found": {["HostConfig.Tmpfs", -1]}},
	"count: absent is denied": {"patch": [example.without("/container/tmpfs/count")], "found": {["HostConfig.Tmpfs", null]}},
	"count: null is denied": {"patch": [example.set("/container/tmpfs/count", null)], "found": {["HostConfig.Tmpfs", null]}},
	"count: wrong type is denied": {"patch": [example.set("/container/tmpfs/count", "2")], "found": {["HostConfig.Tmpfs", "2"]}},
	"bytes: beyond the limit is denied": {"patch": [example.set("/container/tmpfs/bytes", 67108865)], "found": {["HostConfig.Tmpfs", 67108865]}},
	"bytes: unlimited is denied": {"patch": [example.set("/container/tmpfs/bytes", -1)], "found": {["HostConfig.Tmpfs", -1]}},
	"bytes: absent is denied": {"patch": [example.without("/container/tmpfs/bytes")], "found": {["HostConfig.Tmpfs", null]}},
	"bytes: null is denied": {"patch": [example.set("/container/tmpfs/bytes", null)], "found": {["HostConfig.Tmpfs", null]}},
	"bytes: wrong type is denied": {"patch": [example.set("/container/tmpfs/bytes", "2")], "found": {["HostConfig.Tmpfs", "2"]}},
}

test_tmpfs_total[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/tmpfs/count", 9)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Tmpfs", "got": 9, "want": "at most 8 mounts"}}
}

test_whole_violation_2 if {
	document := json.patch(example.create, [example.set("/container/tmpfs/bytes", 67108865)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Tmpfs", "got": 67108865, "want": "at most 67108864 bytes"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/tmpfs/count", 9)])
	example.fired(document) == {"filesystem/tmpfs-total"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/tmpfs/bytes", 67108865)])
	example.fired(document) == {"filesystem/tmpfs-total"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
