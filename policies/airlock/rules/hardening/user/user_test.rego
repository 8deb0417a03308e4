package airlock.rules.hardening.user_test

import data.airlock.lib.example
import data.airlock.rules.hardening.user as rule

cases := {
	"the site's uid and gid are admitted": {"patch": [example.set("/container/user/uid", 1001)], "found": set()},
	"root is denied": {"patch": [example.set("/container/user", {"given": "0:0", "form": "uid:gid", "uid": 0, "gid": 0})], "found": {["Config.User", "0:0"]}},
	"another group is denied": {"patch": [example.set("/container/user", {"given": "1001:0", "form": "uid:gid", "uid": 1001, "gid": 0})], "found": {["Config.User", "1001:0"]}},
	"another user is denied": {"patch": [example.set("/container/user", {"given": "1002:1001", "form": "uid:gid", "uid": 1002, "gid": 1001})], "found": {["Config.User", "1002:1001"]}},
	"a name is denied": {"patch": [example.set("/container/user", {"given": "agent", "form": "name", "uid": null, "gid": null})], "found": {["Config.User", "agent"]}},
	"a bare uid is denied": {"patch": [example.set("/container/user", {"given": "1001", "form": "uid", "uid": 1001, "gid": null})], "found": {["Config.User", "1001"]}},
	"another spelling is denied": {"patch": [example.set("/container/user/form", "other")], "found": {["Config.User", "1001:1001"]}},
	"absent uid is denied": {"patch": [example.without("/container/user/uid")], "found": {["Config.User", "1001:1001"]}},
	"null uid is denied": {"patch": [example.set("/container/user/uid", null)], "found": {["Config.User", "1001:1001"]}},
	"wrong type is denied": {"patch": [example.set("/container/user/uid", "1001")], "found": {["Config.User", "1001:1001"]}},
	"absent user is denied": {"patch": [example.without("/container/user")], "found": {["Config.User", null]}},
	"null user is denied": {"patch": [example.set("/container/user", null)], "found": {["Config.User", null]}},
}

test_user[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/user/given", "0"), example.set("/container/user/form", "uid")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Config.User", "got": "0", "want": "1001:1001"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/user/uid", 0)])
	example.fired(document) == {"hardening/user"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/user/gid", 0)])
	example.fired(document) == {"hardening/user"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}

test_root_is_denied_even_when_the_site_names_it if {
	root := {"given": "0:0", "form": "uid:gid", "uid": 0, "gid": 0}
	document := json.patch(example.create, [example.set("/container/user", root)])
	reported := rule.deny with input as document with data.site as {"identity": {"uid": 0, "gid": 0}}
	{found.got | some found in reported} == {"0:0"}
}
