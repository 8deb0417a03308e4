package airlock.rules.hardening["ipc-namespace_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["ipc-namespace"] as rule

cases := {
	"private is admitted": {"patch": [example.set("/container/namespaces/ipc", "private")], "found": set()},
	"none is admitted": {"patch": [example.set("/container/namespaces/ipc", "none")], "found": set()},
	"default is admitted": {"patch": [example.set("/container/namespaces/ipc", "default")], "found": set()},
	"host is denied": {"patch": [example.set("/container/namespaces/ipc", "host")], "found": {["HostConfig.IpcMode", "host"]}},
	"shareable is denied": {"patch": [example.set("/container/namespaces/ipc", "shareable")], "found": {["HostConfig.IpcMode", "shareable"]}},
	"container is denied": {"patch": [example.set("/container/namespaces/ipc", "container")], "found": {["HostConfig.IpcMode", "container"]}},
	"other is denied": {"patch": [example.set("/container/namespaces/ipc", "other")], "found": {["HostConfig.IpcMode", "other"]}},
	"absent is denied": {"patch": [example.without("/container/namespaces/ipc")], "found": {["HostConfig.IpcMode", null]}},
	"null is denied": {"patch": [example.set("/container/namespaces/ipc", null)], "found": {["HostConfig.IpcMode", null]}},
	"wrong type is denied": {"patch": [example.set("/container/namespaces/ipc", 0)], "found": {["HostConfig.IpcMode", 0]}},
}

test_ipc_namespace[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/namespaces/ipc", "host")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.IpcMode", "got": "host", "want": "private"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/namespaces/ipc", "host")])
	example.fired(document) == {"hardening/ipc-namespace"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
