package airlock.rules.hardening.ulimits_test

import data.airlock.lib.example
import data.airlock.rules.hardening.ulimits as rule

cases := {
	"none is admitted": {"patch": [example.set("/container/resources/ulimits", [])], "found": set()},
	"open files within the limit are admitted": {"patch": [example.set("/container/resources/ulimits", [{"name": "nofile", "soft": 1024, "hard": 65536}])], "found": set()},
	"processes within the limit are admitted": {"patch": [example.set("/container/resources/ulimits", [{"name": "nproc", "soft": 0, "hard": 512}])], "found": set()},
	"no core dump is admitted": {"patch": [example.set("/container/resources/ulimits", [{"name": "core", "soft": 0, "hard": 0}])], "found": set()},
	"a core dump is denied": {"patch": [example.set("/container/resources/ulimits", [{"name": "core", "soft": 0, "hard": 1}])], "found": {["HostConfig.Ulimits", {"name": "core", "soft": 0, "hard": 1}]}},
	"open files beyond the limit are denied": {"patch": [example.set("/container/resources/ulimits", [{"name": "nofile", "soft": 1024, "hard": 65537}])], "found": {["HostConfig.Ulimits", {"name": "nofile", "soft": 1024, "hard": 65537}]}},
	"unlimited is denied": {"patch": [example.set("/container/resources/ulimits", [{"name": "nproc", "soft": -1, "hard": -1}])], "found": {["HostConfig.Ulimits", {"name": "nproc", "soft": -1, "hard": -1}]}},
	"soft above hard is denied": {"patch": [example.set("/container/resources/ulimits", [{"name": "nofile", "soft": 2048, "hard": 1024}])], "found": {["HostConfig.Ulimits", {"name": "nofile", "soft": 2048, "hard": 1024}]}},
	"another resource is denied": {"patch": [example.set("/container/resources/ulimits", [{"name": "memlock", "soft": 0, "hard": 0}])], "found": {["HostConfig.Ulimits", {"name": "memlock", "soft": 0, "hard": 0}]}},
	"a missing value is denied": {"patch": [example.set("/container/resources/ulimits", [{"name": "nofile", "soft": 1}])], "found": {["HostConfig.Ulimits", {"name": "nofile", "soft": 1}]}},
	"a null value is denied": {"patch": [example.set("/container/resources/ulimits", [{"name": "nofile", "soft": null, "hard": 1}])], "found": {["HostConfig.Ulimits", {"name": "nofile", "soft": null, "hard": 1}]}},
	"a null entry is denied": {"patch": [example.set("/container/resources/ulimits", [null])], "found": {["HostConfig.Ulimits", null]}},
	"absent is denied": {"patch": [example.without("/container/resources/ulimits")], "found": {["HostConfig.Ulimits", null]}},
	"null is denied": {"patch": [example.set("/container/resources/ulimits", null)], "found": {["HostConfig.Ulimits", null]}},
	"wrong type is denied": {"patch": [example.set("/container/resources/ulimits", "nofile")], "found": {["HostConfig.Ulimits", "nofile"]}},
}

test_ulimits[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/resources/ulimits", [{"name": "rtprio", "soft": 99, "hard": 99}])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Ulimits", "got": {"name": "rtprio", "soft": 99, "hard": 99}, "want": {"core": 0, "nofile": 65536, "nproc": 512}}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/resources/ulimits", [{"name": "memlock", "soft": -1, "hard": -1}])])
	example.fired(document) == {"hardening/ulimits"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
