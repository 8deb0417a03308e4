package airlock.rules.hardening["user-namespace_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["user-namespace"] as rule

cases := {
	"private is admitted": {"patch": [example.set("/container/namespaces/user", "private")], "found": set()},
	"default is admitted": {"patch": [example.set("/container/namespaces/user", "default")], "found": set()},
	"host is denied": {"patch": [example.set("/container/namespaces/user", "host")], "found": {["HostConfig.UsernsMode", "host"]}},
	"other is denied": {"patch": [example.set("/container/namespaces/user", "other")], "found": {["HostConfig.UsernsMode", "other"]}},
	"absent is denied": {"patch": [example.without("/container/namespaces/user")], "found": {["HostConfig.UsernsMode", null]}},
	"null is denied": {"patch": [example.set("/container/namespaces/user", null)], "found": {["HostConfig.UsernsMode", null]}},
	"wrong type is denied": {"patch": [example.set("/container/namespaces/user", 0)], "found": {["HostConfig.UsernsMode", 0]}},
}

test_user_namespace[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/namespaces/user", "host")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.UsernsMode", "got": "host", "want": "private"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/namespaces/user", "host")])
	example.fired(document) == {"hardening/user-namespace"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
