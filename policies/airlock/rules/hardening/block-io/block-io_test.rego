package airlock.rules.hardening["block-io_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["block-io"] as rule

cases := {
	"false is admitted": {"patch": [example.set("/container/resources/block_io", false)], "found": set()},
	"true is denied": {"patch": [example.set("/container/resources/block_io", true)], "found": {["HostConfig.BlkioWeight", true]}},
	"absent is denied": {"patch": [example.without("/container/resources/block_io")], "found": {["HostConfig.BlkioWeight", null]}},
	"null is denied": {"patch": [example.set("/container/resources/block_io", null)], "found": {["HostConfig.BlkioWeight", null]}},
	"wrong type is denied": {"patch": [example.set("/container/resources/block_io", "false")], "found": {["HostConfig.BlkioWeight", "false"]}},
}

test_block_io[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/resources/block_io", true)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.BlkioWeight", "got": true, "want": false}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/resources/block_io", true)])
	example.fired(document) == {"hardening/block-io"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
