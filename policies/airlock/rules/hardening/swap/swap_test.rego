package airlock.rules.hardening.swap_test

import data.airlock.lib.example
import data.airlock.rules.hardening.swap as rule

cases := {
	"no swap is admitted": {"patch": [example.set("/container/resources/swap", 0)], "found": set()},
	"the limit is admitted": {"patch": [example.set("/container/resources/swap", 2147483648)], "found": set()},
	"unlimited is denied": {"patch": [example.set("/container/resources/swap", -1)], "found": {["HostConfig.MemorySwap", -1]}},
	"beyond the limit is denied": {"patch": [example.set("/container/resources/swap", 2147483649)], "found": {["HostConfig.MemorySwap", 2147483649]}},
	"absent is denied": {"patch": [example.without("/container/resources/swap")], "found": {["HostConfig.MemorySwap", null]}},
	"null is denied": {"patch": [example.set("/container/resources/swap", null)], "found": {["HostConfig.MemorySwap", null]}},
	"wrong type is denied": {"patch": [example.set("/container/resources/swap", "1")], "found": {["HostConfig.MemorySwap", "1"]}},
}

test_swap[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/resources/swap", -1)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.MemorySwap", "got": -1, "want": "0 to 2147483648"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/resources/swap", -1)])
	example.fired(document) == {"hardening/swap"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
