package airlock.rules.filesystem["volume-options_test"]

import data.airlock.lib.example
import data.airlock.rules.filesystem["volume-options"] as rule

cases := {
	"the example is admitted": {"document": example.monitor, "patch": [], "found": set()},
	"a volume that is not there yet is admitted": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume", example.no_volume)], "found": set()},
	"an anonymous volume is left to mount-types": {"document": example.monitor, "patch": [example.set("/container/mounts/2/source", ""), example.set("/container/mounts/2/volume", null), example.set("/container/mounts/2/driver", "x"), example.set("/container/mounts/2/driver_options", true), example.set("/container/mounts/2/subpath", "x"), example.set("/container/mounts/2/options", ["nocopy"])], "found": set()},
	"another type is left to its own rule": {"document": example.monitor, "patch": [example.set("/container/mounts/2/type", "bind"), example.set("/container/mounts/2/volume", null), example.set("/container/mounts/2/driver", "x"), example.set("/container/mounts/2/driver_options", true), example.set("/container/mounts/2/subpath", "x"), example.set("/container/mounts/2/options", ["nocopy"])], "found": set()},
	"driver_options given is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/driver_options", true)], "found": {["HostConfig.Binds[0]", {"driver_options": true}]}},
	"driver_options absent is denied": {"document": example.monitor, "patch": [example.without("/container/mounts/2/driver_options")], "found": {["HostConfig.Binds[0]", {"driver_options": null}]}},
	"driver_options null is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/driver_options", null)], "found": {["HostConfig.Binds[0]", {"driver_options": null}]}},
	"driver_options of a wrong type is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/driver_options", "false")], "found": {["HostConfig.Binds[0]", {"driver_options": "false"}]}},
	"a tmpfs of one byte is admitted": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume", object.union(example.plain, {"kind": "tmpfs", "size": 1, "options": ["device", "o=nodev,noexec,nosuid,size=…", "type=tmpfs"]}))], "found": set()},
	"a tmpfs at the limit is admitted": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume", object.union(example.plain, {"kind": "tmpfs", "size": 67108864, "options": ["device", "o=nodev,noexec,nosuid,size=…", "type=tmpfs"]}))], "found": set()},
	"a tmpfs beyond the limit is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume", object.union(example.plain, {"kind": "tmpfs", "size": 67108865, "options": []}))], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "kind": "tmpfs", "size": 67108865, "options": []}]}},
	"a tmpfs without a size is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume", object.union(example.plain, {"kind": "tmpfs", "size": 0, "options": []}))], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "kind": "tmpfs", "size": 0, "options": []}]}},
	"a directory of the host is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume", object.union(example.plain, {"kind": "other", "size": 0, "options": ["device", "o=bind", "type=none"]}))], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "kind": "other", "size": 0, "options": ["device", "o=bind", "type=none"]}]}},
	"a file server is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume", object.union(example.plain, {"kind": "other", "size": 0, "options": ["device", "o=addr=…", "type=nfs"]}))], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "kind": "other", "size": 0, "options": ["device", "o=addr=…", "type=nfs"]}]}},
	"a kind absent is denied": {"document": example.monitor, "patch": [example.without("/container/mounts/2/volume/kind")], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "kind": null, "size": 0, "options": []}]}},
	"a kind null is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume/kind", null)], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "kind": null, "size": 0, "options": []}]}},
	"a kind of a wrong type is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume/kind", ["plain"])], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "kind": ["plain"], "size": 0, "options": []}]}},
	"there and yet none is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume/kind", "none")], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "kind": "none", "size": 0, "options": []}]}},
	"a volume nobody looked up is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume", null)], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "kind": null, "size": null, "options": null}]}},
	"a volume absent is denied": {"document": example.monitor, "patch": [example.without("/container/mounts/2/volume")], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "kind": null, "size": null, "options": null}]}},
	"a volume of a wrong type is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume", "plain")], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "kind": null, "size": null, "options": null}]}},
	"a new volume is admitted": {"document": example.volume, "patch": [], "found": set()},
	"a new tmpfs is admitted": {"document": example.volume, "patch": [example.set("/volume/kind", "tmpfs"), example.set("/volume/size", 1048576)], "found": set()},
	"a new volume that is there is admitted": {"document": example.volume, "patch": [example.set("/volume/live", example.plain)], "found": set()},
	"a new directory of the host is denied": {"document": example.volume, "patch": [example.set("/volume/kind", "other")], "found": {["DriverOpts", {"volume": "telemetry", "kind": "other", "size": 0, "options": []}]}},
	"a new large tmpfs is denied": {"document": example.volume, "patch": [example.set("/volume/kind", "tmpfs"), example.set("/volume/size", 67108865)], "found": {["DriverOpts", {"volume": "telemetry", "kind": "tmpfs", "size": 67108865, "options": []}]}},
	"a new kind absent is denied": {"document": example.volume, "patch": [example.without("/volume/kind")], "found": {["DriverOpts", {"volume": "telemetry", "kind": null, "size": 0, "options": []}]}},
	"a new kind null is denied": {"document": example.volume, "patch": [example.set("/volume/kind", null)], "found": {["DriverOpts", {"volume": "telemetry", "kind": null, "size": 0, "options": []}]}},
	"a new kind of a wrong type is denied": {"document": example.volume, "patch": [example.set("/volume/kind", 1)], "found": {["DriverOpts", {"volume": "telemetry", "kind": 1, "size": 0, "options": []}]}},
	"a new name of a directory of the host is denied": {"document": example.volume, "patch": [example.set("/volume/live", object.union(example.plain, {"kind": "other", "size": 0, "options": ["device", "o=bind", "type=none"]}))], "found": {["Name", {"volume": "telemetry", "kind": "other", "size": 0, "options": ["device", "o=bind", "type=none"]}]}},
	"a new name nobody looked up is denied": {"document": example.volume, "patch": [example.set("/volume/live", null)], "found": {["Name", {"volume": "telemetry", "kind": null, "size": null, "options": null}]}},
	"a null volume is denied": {"document": example.volume, "patch": [example.set("/volume", null)], "found": {["DriverOpts", {"volume": null, "kind": null, "size": null, "options": null}], ["Name", {"volume": null, "kind": null, "size": null, "options": null}]}},
}

test_volume_options[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.monitor, [example.set("/container/mounts/2/volume/kind", "other")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Binds[0]", "got": {"volume": "telemetry", "kind": "other", "size": 0, "options": []}, "want": "no options, or type=tmpfs, device=tmpfs, o=size=...,noexec,nosuid,nodev with a size of at most 67108864"}}
}

test_whole_violation_2 if {
	document := json.patch(example.volume, [example.set("/volume/kind", "other")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "DriverOpts", "got": {"volume": "telemetry", "kind": "other", "size": 0, "options": []}, "want": "no options, or type=tmpfs, device=tmpfs, o=size=...,noexec,nosuid,nodev with a size of at most 67108864"}}
}

test_twin if {
	document := json.patch(example.monitor, [example.set("/container/mounts/2/driver_options", true)])
	example.fired(document) == {"filesystem/volume-options"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.monitor, [example.set("/container/mounts/2/volume/kind", "other")])
	example.fired(document) == {"filesystem/volume-options"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.volume, [example.set("/volume/kind", "other")])
	example.fired(document) == {"filesystem/volume-options"}
	example.admitted(document) == false
}

test_twin_4 if {
	document := json.patch(example.volume, [example.set("/volume/live", object.union(example.plain, {"kind": "other", "size": 0, "options": []}))])
	example.fired(document) == {"filesystem/volume-options"}
	example.admitted(document) == false
}

test_without_a_limit_no_tmpfs_is_admitted if {
	document := json.patch(example.volume, [example.set("/volume/kind", "tmpfs"), example.set("/volume/size", 1)])
	count(rule.deny) == 1 with input as document with data.site as json.patch(example.site, [example.without("/limits/tmpfs")])
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
