package airlock.rules.hardening["stop-timeout_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["stop-timeout"] as rule

cases := {
	"the engine's default is admitted": {"patch": [example.set("/container/process/stop_timeout", null)], "found": set()},
	"zero is admitted": {"patch": [example.set("/container/process/stop_timeout", 0)], "found": set()},
	"the limit is admitted": {"patch": [example.set("/container/process/stop_timeout", 60)], "found": set()},
	"endless is denied": {"patch": [example.set("/container/process/stop_timeout", -1)], "found": {["Config.StopTimeout", -1]}},
	"beyond the limit is denied": {"patch": [example.set("/container/process/stop_timeout", 61)], "found": {["Config.StopTimeout", 61]}},
	"absent is denied": {"patch": [example.without("/container/process/stop_timeout")], "found": {["Config.StopTimeout", null]}},
	"wrong type is denied": {"patch": [example.set("/container/process/stop_timeout", "10")], "found": {["Config.StopTimeout", "10"]}},
}

test_stop_timeout[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/process/stop_timeout", 3600)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Config.StopTimeout", "got": 3600, "want": "0 to 60"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/process/stop_timeout", -1)])
	example.fired(document) == {"hardening/stop-timeout"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}

test_missing_site_data_denies if {
	reported := rule.deny with input as json.patch(example.create, [example.set("/container/process/stop_timeout", 1)]) with data.site as {}
	count(reported) > 0
}
