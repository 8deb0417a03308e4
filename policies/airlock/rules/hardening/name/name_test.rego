package airlock.rules.hardening.name_test

import data.airlock.lib.example
import data.airlock.rules.hardening.name as rule

cases := {
	"the engine's choice is admitted": {"patch": [example.set("/container/name", "")], "found": set()},
	"a plain name is admitted": {"patch": [example.set("/container/name", "openclaw-worker_1.a")], "found": set()},
	"an upper case name is admitted": {"patch": [example.set("/container/name", "W1")], "found": set()},
	"63 letters are admitted": {"patch": [example.set("/container/name", "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww")], "found": set()},
	"64 letters are denied": {"patch": [example.set("/container/name", "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww")], "found": {["query name", "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"]}},
	"a short ID is denied": {"patch": [example.set("/container/name", "0123456789ab")], "found": {["query name", "0123456789ab"]}},
	"hexadecimal digits are denied": {"patch": [example.set("/container/name", "cafe")], "found": {["query name", "cafe"]}},
	"a leading dash is denied": {"patch": [example.set("/container/name", "-worker")], "found": {["query name", "-worker"]}},
	"a slash is denied": {"patch": [example.set("/container/name", "a/worker")], "found": {["query name", "a/worker"]}},
	"a space is denied": {"patch": [example.set("/container/name", "a worker")], "found": {["query name", "a worker"]}},
	"absent is denied": {"patch": [example.without("/container/name")], "found": {["query name", null]}},
	"null is denied": {"patch": [example.set("/container/name", null)], "found": {["query name", null]}},
	"wrong type is denied": {"patch": [example.set("/container/name", 1)], "found": {["query name", 1]}},
}

test_name[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/name", "db")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "query name", "got": "db", "want": "at most 63 of a-z A-Z 0-9 _ . - beginning with a letter or digit, not only hexadecimal digits"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/name", "deadbeef")])
	example.fired(document) == {"hardening/name"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
