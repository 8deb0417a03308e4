package airlock.rules.airgap["network-driver_test"]

import data.airlock.lib.example
import data.airlock.rules.airgap["network-driver"] as rule

cases := {
	"the example is admitted": {"document": example.network, "patch": [], "found": set()},
	"an egress network of the site is admitted": {"document": example.network, "patch": [example.set("/network", object.union(example.egress, {"id": "", "name": "egress-2"}))], "found": set()},
	"a segment of the site is admitted": {"document": example.network, "patch": [example.set("/network", object.union(example.ops, {"id": "", "name": "audit"}))], "found": set()},
	"another operation is not judged": {"document": example.removal, "patch": [example.set("/network/driver", "macvlan")], "found": set()},
	"driver bad is denied": {"document": example.network, "patch": [example.set("/network/driver", "macvlan")], "found": {["Driver", "macvlan"]}},
	"driver absent is denied": {"document": example.network, "patch": [example.without("/network/driver")], "found": {["Driver", null]}},
	"driver null is denied": {"document": example.network, "patch": [example.set("/network/driver", null)], "found": {["Driver", null]}},
	"driver of a wrong type is denied": {"document": example.network, "patch": [example.set("/network/driver", ["x"])], "found": {["Driver", ["x"]]}},
	"scope bad is denied": {"document": example.network, "patch": [example.set("/network/scope", "swarm")], "found": {["Scope", "swarm"]}},
	"scope absent is denied": {"document": example.network, "patch": [example.without("/network/scope")], "found": {["Scope", null]}},
	"scope null is denied": {"document": example.network, "patch": [example.set("/network/scope", null)], "found": {["Scope", null]}},
	"scope of a wrong type is denied": {"document": example.network, "patch": [example.set("/network/scope", ["x"])], "found": {["Scope", ["x"]]}},
	"attachable bad is denied": {"document": example.network, "patch": [example.set("/network/attachable", true)], "found": {["Attachable", true]}},
	"attachable absent is denied": {"document": example.network, "patch": [example.without("/network/attachable")], "found": {["Attachable", null]}},
	"attachable null is denied": {"document": example.network, "patch": [example.set("/network/attachable", null)], "found": {["Attachable", null]}},
	"attachable of a wrong type is denied": {"document": example.network, "patch": [example.set("/network/attachable", ["x"])], "found": {["Attachable", ["x"]]}},
	"ingress bad is denied": {"document": example.network, "patch": [example.set("/network/ingress", true)], "found": {["Ingress", true]}},
	"ingress absent is denied": {"document": example.network, "patch": [example.without("/network/ingress")], "found": {["Ingress", null]}},
	"ingress null is denied": {"document": example.network, "patch": [example.set("/network/ingress", null)], "found": {["Ingress", null]}},
	"ingress of a wrong type is denied": {"document": example.network, "patch": [example.set("/network/ingress", ["x"])], "found": {["Ingress", ["x"]]}},
	"config_only bad is denied": {"document": example.network, "patch": [example.set("/network/config_only", true)], "found": {["ConfigOnly", true]}},
	"config_only absent is denied": {"document": example.network, "patch": [example.without("/network/config_only")], "found": {["ConfigOnly", null]}},
	"config_only null is denied": {"document": example.network, "patch": [example.set("/network/config_only", null)], "found": {["ConfigOnly", null]}},
	"config_only of a wrong type is denied": {"document": example.network, "patch": [example.set("/network/config_only", ["x"])], "found": {["ConfigOnly", ["x"]]}},
	"config_from bad is denied": {"document": example.network, "patch": [example.set("/network/config_from", "hidden")], "found": {["ConfigFrom.Network", "hidden"]}},
	"config_from absent is denied": {"document": example.network, "patch": [example.without("/network/config_from")], "found": {["ConfigFrom.Network", null]}},
	"config_from null is denied": {"document": example.network, "patch": [example.set("/network/config_from", null)], "found": {["ConfigFrom.Network", null]}},
	"config_from of a wrong type is denied": {"document": example.network, "patch": [example.set("/network/config_from", ["x"])], "found": {["ConfigFrom.Network", ["x"]]}},
	"an egress network of another driver is denied": {"document": example.network, "patch": [example.set("/network", object.union(example.egress, {"id": "", "name": "egress-2"})), example.set("/network/driver", "ipvlan")], "found": {["Driver", "ipvlan"]}},
}

test_network_driver[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.network, [example.set("/network/driver", "macvlan")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Driver", "got": "macvlan", "want": "bridge (--driver bridge)"}}
}

test_twin if {
	document := json.patch(example.network, [example.set("/network/driver", "macvlan")])
	example.fired(document) == {"airgap/network-driver"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.network, [example.set("/network/scope", "swarm")])
	example.fired(document) == {"airgap/network-driver"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.network, [example.set("/network/attachable", true)])
	example.fired(document) == {"airgap/network-driver"}
	example.admitted(document) == false
}

test_twin_4 if {
	document := json.patch(example.network, [example.set("/network/ingress", true)])
	example.fired(document) == {"airgap/network-driver"}
	example.admitted(document) == false
}

test_twin_5 if {
	document := json.patch(example.network, [example.set("/network/config_only", true)])
	example.fired(document) == {"airgap/network-driver"}
	example.admitted(document) == false
}

test_twin_6 if {
	document := json.patch(example.network, [example.set("/network/config_from", "hidden")])
	example.fired(document) == {"airgap/network-driver"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
