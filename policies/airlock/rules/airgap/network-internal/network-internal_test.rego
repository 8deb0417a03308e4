package airlock.rules.airgap["network-internal_test"]

import data.airlock.lib.example
import data.airlock.rules.airgap["network-internal"] as rule

cases := {
	"the example is admitted": {"document": example.network, "patch": [], "found": set()},
	"an egress network of the site is admitted": {"document": example.network, "patch": [example.set("/network", object.union(example.egress, {"id": "", "name": "egress-2"}))], "found": set()},
	"a segment of the site is admitted": {"document": example.network, "patch": [example.set("/network", object.union(example.ops, {"id": "", "name": "audit"}))], "found": set()},
	"another operation is not judged": {"document": example.removal, "patch": [example.set("/network/internal", false)], "found": set()},
	"internal bad is denied": {"document": example.network, "patch": [example.set("/network/internal", false)], "found": {["Internal", false]}},
	"internal absent is denied": {"document": example.network, "patch": [example.without("/network/internal")], "found": {["Internal", null]}},
	"internal null is denied": {"document": example.network, "patch": [example.set("/network/internal", null)], "found": {["Internal", null]}},
	"internal of a wrong type is denied": {"document": example.network, "patch": [example.set("/network/internal", ["x"])], "found": {["Internal", ["x"]]}},
	"a closed segment is admitted": {"document": example.network, "patch": [example.set("/network", object.union(example.ops, {"id": "", "name": "audit"})), example.set("/network/internal", true)], "found": set()},
}

test_network_internal[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.network, [example.set("/network/internal", false)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Internal", "got": false, "want": "true (--internal)"}}
}

test_twin if {
	document := json.patch(example.network, [example.set("/network/internal", false)])
	example.fired(document) == {"airgap/network-internal"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
