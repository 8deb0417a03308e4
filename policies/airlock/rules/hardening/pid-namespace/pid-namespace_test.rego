package airlock.rules.hardening["pid-namespace_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["pid-namespace"] as rule

cases := {
	"private is admitted": {"patch": [example.set("/container/namespaces/pid", "private")], "found": set()},
	"default is admitted": {"patch": [example.set("/container/namespaces/pid", "default")], "found": set()},
	"host is denied": {"patch": [example.set("/container/namespaces/pid", "host")], "found": {["HostConfig.PidMode", "host"]}},
	"container is denied": {"patch": [example.set("/container/namespaces/pid", "container")], "found": {["HostConfig.PidMode", "container"]}},
	"other is denied": {"patch": [example.set("/container/namespaces/pid", "other")], "found": {["HostConfig.PidMode", "other"]}},
	"absent is denied": {"patch": [example.without("/container/namespaces/pid")], "found": {["HostConfig.PidMode", null]}},
	"null is denied": {"patch": [example.set("/container/namespaces/pid", null)], "found": {["HostConfig.PidMode", null]}},
	"wrong type is denied": {"patch": [example.set("/container/namespaces/pid", 0)], "found": {["HostConfig.PidMode", 0]}},
}

test_pid_namespace[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/namespaces/pid", "host")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.PidMode", "got": "host", "want": "private"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/namespaces/pid", "host")])
	example.fired(document) == {"hardening/pid-namespace"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
