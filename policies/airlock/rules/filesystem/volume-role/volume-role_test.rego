package airlock.rules.filesystem["volume-role_test"]

import data.airlock.lib.example
import data.airlock.rules.filesystem["volume-role"] as rule

cases := {
	"the example is admitted": {"document": example.monitor, "patch": [], "found": set()},
	"who may write may only read": {"document": example.monitor, "patch": [example.set("/container/mounts/2/readonly", true)], "found": set()},
	"a reader that reads is admitted": {"document": example.monitor, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/collector"), example.set("/container/mounts/2/readonly", true)], "found": set()},
	"a reader that writes is denied": {"document": example.monitor, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/collector")], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "access": "rw"}]}},
	"readonly absent is denied to a reader": {"document": example.monitor, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/collector"), example.without("/container/mounts/2/readonly")], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "access": "rw"}]}},
	"readonly null is denied to a reader": {"document": example.monitor, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/collector"), example.set("/container/mounts/2/readonly", null)], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "access": "rw"}]}},
	"readonly of a wrong type is denied to a reader": {"document": example.monitor, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/collector"), example.set("/container/mounts/2/readonly", "true")], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "access": "rw"}]}},
	"a role without volumes is denied": {"document": example.monitor, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/worker")], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "access": "rw"}]}},
	"no role is denied": {"document": example.monitor, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/tool"), example.set("/container/mounts/2/readonly", true)], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "access": "ro"}]}},
	"another role's volume is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/source", "state")], "found": {["HostConfig.Binds[0]", {"volume": "state", "access": "rw"}]}},
	"a volume of nobody is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/source", "cache"), example.set("/container/mounts/2/volume", example.no_volume)], "found": {["HostConfig.Binds[0]", {"volume": "cache", "access": "rw"}]}},
	"an anonymous volume is left to mount-types": {"document": example.monitor, "patch": [example.set("/container/mounts/2/source", "")], "found": set()},
	"a source absent is denied": {"document": example.monitor, "patch": [example.without("/container/mounts/2/source")], "found": {["HostConfig.Binds[0]", {"volume": null, "access": "rw"}]}},
	"a source null is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/source", null)], "found": {["HostConfig.Binds[0]", {"volume": null, "access": "rw"}]}},
	"a source of a wrong type is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/source", ["telemetry"])], "found": {["HostConfig.Binds[0]", {"volume": ["telemetry"], "access": "rw"}]}},
	"another type is left to its own rule": {"document": example.monitor, "patch": [example.set("/container/mounts/2/type", "bind"), example.set("/container/mounts/2/source", "/etc")], "found": set()},
}

test_volume_role[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.monitor, [example.set("/container/mounts/2/source", "state")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Binds[0]", "got": {"volume": "state", "access": "rw"}, "want": {"telemetry": "rw"}}}
}

test_twin if {
	document := json.patch(example.monitor, [example.set("/container/mounts/2/source", "state")])
	example.fired(document) == {"filesystem/volume-role"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.monitor, [example.set("/container/mounts/2/source", "cache"), example.set("/container/mounts/2/volume", example.no_volume)])
	example.fired(document) == {"filesystem/volume-role"}
	example.admitted(document) == false
}

test_no_site_data_gives_no_volume if {
	count(rule.deny) == 1 with input as example.monitor with data.site as {}
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
