package airlock.rules.airgap["network-addresses_test"]

import data.airlock.lib.example
import data.airlock.rules.airgap["network-addresses"] as rule

cases := {
	"the example is admitted": {"document": example.network, "patch": [], "found": set()},
	"an egress network of the site is admitted": {"document": example.network, "patch": [example.set("/network", object.union(example.egress, {"id": "", "name": "egress-2"}))], "found": set()},
	"a segment of the site is admitted": {"document": example.network, "patch": [example.set("/network", object.union(example.ops, {"id": "", "name": "audit"}))], "found": set()},
	"another operation is not judged": {"document": example.removal, "patch": [example.set("/network/ipam/driver", "dhcp")], "found": set()},
	"ipam/driver bad is denied": {"document": example.network, "patch": [example.set("/network/ipam/driver", "dhcp")], "found": {["IPAM.Driver", "dhcp"]}},
	"ipam/driver absent is denied": {"document": example.network, "patch": [example.without("/network/ipam/driver")], "found": {["IPAM.Driver", null]}},
	"ipam/driver null is denied": {"document": example.network, "patch": [example.set("/network/ipam/driver", null)], "found": {["IPAM.Driver", null]}},
	"ipam/driver of a wrong type is denied": {"document": example.network, "patch": [example.set("/network/ipam/driver", ["x"])], "found": {["IPAM.Driver", ["x"]]}},
	"ipam/options bad is denied": {"document": example.network, "patch": [example.set("/network/ipam/options", ["parent"])], "found": {["IPAM.Options", ["parent"]]}},
	"ipam/options absent is denied": {"document": example.network, "patch": [example.without("/network/ipam/options")], "found": {["IPAM.Options", null]}},
	"ipam/options null is denied": {"document": example.network, "patch": [example.set("/network/ipam/options", null)], "found": {["IPAM.Options", null]}},
	"ipam/options of a wrong type is denied": {"document": example.network, "patch": [example.set("/network/ipam/options", ["x"])], "found": {["IPAM.Options", ["x"]]}},
	"ipam/auxiliary bad is denied": {"document": example.network, "patch": [example.set("/network/ipam/auxiliary", ["DefaultGatewayIPv4"])], "found": {["IPAM.Config.AuxiliaryAddresses", ["DefaultGatewayIPv4"]]}},
	"ipam/auxiliary absent is denied": {"document": example.network, "patch": [example.without("/network/ipam/auxiliary")], "found": {["IPAM.Config.AuxiliaryAddresses", null]}},
	"ipam/auxiliary null is denied": {"document": example.network, "patch": [example.set("/network/ipam/auxiliary", null)], "found": {["IPAM.Config.AuxiliaryAddresses", null]}},
	"ipam/auxiliary of a wrong type is denied": {"document": example.network, "patch": [example.set("/network/ipam/auxiliary", ["x"])], "found": {["IPAM.Config.AuxiliaryAddresses", ["x"]]}},
	"ipam absent is denied": {"document": example.network, "patch": [example.without("/network/ipam")], "found": {["IPAM.Driver", null], ["IPAM.Options", null], ["IPAM.Config.AuxiliaryAddresses", null]}},
	"ipam null is denied": {"document": example.network, "patch": [example.set("/network/ipam", null)], "found": {["IPAM.Driver", null], ["IPAM.Options", null], ["IPAM.Config.AuxiliaryAddresses", null]}},
	"ipam of a wrong type is denied": {"document": example.network, "patch": [example.set("/network/ipam", "default")], "found": {["IPAM.Driver", null], ["IPAM.Options", null], ["IPAM.Config.AuxiliaryAddresses", null]}},
}

test_network_addresses[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.network, [example.set("/network/ipam/driver", "dhcp")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "IPAM.Driver", "got": "dhcp", "want": "default (without --ipam-driver)"}}
}

test_twin if {
	document := json.patch(example.network, [example.set("/network/ipam/driver", "dhcp")])
	example.fired(document) == {"airgap/network-addresses"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.network, [example.set("/network/ipam/options", ["parent"])])
	example.fired(document) == {"airgap/network-addresses"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.network, [example.set("/network/ipam/auxiliary", ["DefaultGatewayIPv4"])])
	example.fired(document) == {"airgap/network-addresses"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
