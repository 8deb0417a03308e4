package airlock.rules.airgap.links_test

import data.airlock.lib.example
import data.airlock.rules.airgap.links as rule

cases := {
	"none is admitted": {"patch": [example.set("/container/network/links", [])], "found": set()},
	"one is denied": {"patch": [example.set("/container/network/links", ["proxy:proxy"])], "found": {["HostConfig.Links", ["proxy:proxy"]]}},
	"absent is denied": {"patch": [example.without("/container/network/links")], "found": {["HostConfig.Links", null]}},
	"null is denied": {"patch": [example.set("/container/network/links", null)], "found": {["HostConfig.Links", null]}},
	"wrong type is denied": {"patch": [example.set("/container/network/links", "proxy:proxy")], "found": {["HostConfig.Links", "proxy:proxy"]}},
}

test_links[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/network/links", ["proxy:proxy"])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Links", "got": ["proxy:proxy"], "want": []}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/network/links", ["proxy:proxy"])])
	example.fired(document) == {"airgap/links"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
