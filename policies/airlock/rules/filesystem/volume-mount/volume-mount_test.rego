package airlock.rules.filesystem["volume-mount_test"]

import data.airlock.lib.example
import data.airlock.rules.filesystem["volume-mount"] as rule

cases := {
	"the example is admitted": {"document": example.monitor, "patch": [], "found": set()},
	"an anonymous volume is left to mount-types": {"document": example.monitor, "patch": [example.set("/container/mounts/2/source", ""), example.set("/container/mounts/2/subpath", "x")], "found": set()},
	"another type is left to its own rule": {"document": example.monitor, "patch": [example.set("/container/mounts/2/type", "bind"), example.set("/container/mounts/2/subpath", "x"), example.set("/container/mounts/2/options", ["z"])], "found": set()},
	"subpath given is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/subpath", "a")], "found": {["HostConfig.Binds[0]", {"subpath": "a"}]}},
	"subpath upwards is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/subpath", "../..")], "found": {["HostConfig.Binds[0]", {"subpath": "../.."}]}},
	"subpath absent is denied": {"document": example.monitor, "patch": [example.without("/container/mounts/2/subpath")], "found": {["HostConfig.Binds[0]", {"subpath": null}]}},
	"subpath null is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/subpath", null)], "found": {["HostConfig.Binds[0]", {"subpath": null}]}},
	"subpath of a wrong type is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/subpath", [""])], "found": {["HostConfig.Binds[0]", {"subpath": [""]}]}},
	"options nocopy is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/options", ["nocopy"])], "found": {["HostConfig.Binds[0]", {"options": ["nocopy"]}]}},
	"options relabelled is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/options", ["Z"])], "found": {["HostConfig.Binds[0]", {"options": ["Z"]}]}},
	"options absent is denied": {"document": example.monitor, "patch": [example.without("/container/mounts/2/options")], "found": {["HostConfig.Binds[0]", {"options": null}]}},
	"options null is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/options", null)], "found": {["HostConfig.Binds[0]", {"options": null}]}},
	"options of a wrong type is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/options", "")], "found": {["HostConfig.Binds[0]", {"options": ""}]}},
}

test_volume_mount[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.monitor, [example.set("/container/mounts/2/subpath", "a")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Binds[0]", "got": {"subpath": "a"}, "want": {"subpath": ""}}}
}

test_whole_violation_2 if {
	document := json.patch(example.monitor, [example.set("/container/mounts/2/options", ["Z"])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Binds[0]", "got": {"options": ["Z"]}, "want": {"options": []}}}
}

test_twin if {
	document := json.patch(example.monitor, [example.set("/container/mounts/2/subpath", "a")])
	example.fired(document) == {"filesystem/volume-mount"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.monitor, [example.set("/container/mounts/2/options", ["nocopy"])])
	example.fired(document) == {"filesystem/volume-mount"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
