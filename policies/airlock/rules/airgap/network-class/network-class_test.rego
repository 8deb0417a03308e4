package airlock.rules.airgap["network-class_test"]

import data.airlock.lib.example
import data.airlock.rules.airgap["network-class"] as rule

cases := {
	"an airgap network is admitted": {"document": example.create, "patch": [], "found": set()},
	"isolated as well is admitted": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/options/com.docker.network.bridge.gateway_mode_ipv4", "isolated"), example.set("/container/network/attached/0/network/options/com.docker.network.bridge.gateway_mode_ipv6", "isolated")], "found": set()},
	"no network is admitted": {"document": example.airgapped, "patch": [], "found": set()},
	"the egress network is admitted": {"document": example.proxy, "patch": [], "found": set()},
	"the segment is admitted": {"document": example.collector, "patch": [], "found": set()},
	"a closed segment is admitted": {"document": example.collector, "patch": [example.set("/container/network/attached", [object.union(example.attached("HostConfig.NetworkMode", example.agents), {"network": object.union(example.agents, {"name": "ops"})})])], "found": set()},
	"tuning of the segment is admitted": {"document": example.collector, "patch": [example.set("/container/network/attached/0/network/options", {"com.docker.network.bridge.enable_icc": "false", "com.docker.network.driver.mtu": "1400"})], "found": set()},
	"an attachment that means nothing is left to its own rule": {"document": example.create, "patch": [example.set("/container/network/attached/0/matches", 0)], "found": set()},
	"a name null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/name", null)], "found": {["HostConfig.NetworkMode", {"network": null, "Name": null}]}},
	"a name absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/name")], "found": {["HostConfig.NetworkMode", {"network": null, "Name": null}]}},
	"a name of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/name", 1)], "found": {["HostConfig.NetworkMode", {"network": 1, "Name": 1}]}},
	"driver bad is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/driver", "macvlan")], "found": {["HostConfig.NetworkMode", {"network": "agents", "Driver": "macvlan"}]}},
	"driver absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/driver")], "found": {["HostConfig.NetworkMode", {"network": "agents", "Driver": null}]}},
	"driver null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/driver", null)], "found": {["HostConfig.NetworkMode", {"network": "agents", "Driver": null}]}},
	"driver of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/driver", ["x"])], "found": {["HostConfig.NetworkMode", {"network": "agents", "Driver": ["x"]}]}},
	"scope bad is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/scope", "swarm")], "found": {["HostConfig.NetworkMode", {"network": "agents", "Scope": "swarm"}]}},
	"scope absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/scope")], "found": {["HostConfig.NetworkMode", {"network": "agents", "Scope": null}]}},
	"scope null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/scope", null)], "found": {["HostConfig.NetworkMode", {"network": "agents", "Scope": null}]}},
	"scope of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/scope", ["x"])], "found": {["HostConfig.NetworkMode", {"network": "agents", "Scope": ["x"]}]}},
	"internal bad is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/internal", false)], "found": {["HostConfig.NetworkMode", {"network": "agents", "Internal": false}]}},
	"internal absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/internal")], "found": {["HostConfig.NetworkMode", {"network": "agents", "Internal": null}]}},
	"internal null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/internal", null)], "found": {["HostConfig.NetworkMode", {"network": "agents", "Internal": null}]}},
	"internal of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/internal", ["x"])], "found": {["HostConfig.NetworkMode", {"network": "agents", "Internal": ["x"]}]}},
	"ipv6 bad is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ipv6", true)], "found": {["HostConfig.NetworkMode", {"network": "agents", "EnableIPv6": true}]}},
	"ipv6 absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/ipv6")], "found": {["HostConfig.NetworkMode", {"network": "agents", "EnableIPv6": null}]}},
	"ipv6 null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ipv6", null)], "found": {["HostConfig.NetworkMode", {"network": "agents", "EnableIPv6": null}]}},
	"ipv6 of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ipv6", ["x"])], "found": {["HostConfig.NetworkMode", {"network": "agents", "EnableIPv6": ["x"]}]}},
	"attachable bad is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/attachable", true)], "found": {["HostConfig.NetworkMode", {"network": "agents", "Attachable": true}]}},
	"attachable absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/attachable")], "found": {["HostConfig.NetworkMode", {"network": "agents", "Attachable": null}]}},
	"attachable null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/attachable", null)], "found": {["HostConfig.NetworkMode", {"network": "agents", "Attachable": null}]}},
	"attachable of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/attachable", ["x"])], "found": {["HostConfig.NetworkMode", {"network": "agents", "Attachable": ["x"]}]}},
	"ingress bad is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ingress", true)], "found": {["HostConfig.NetworkMode", {"network": "agents", "Ingress": true}]}},
	"ingress absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/ingress")], "found": {["HostConfig.NetworkMode", {"network": "agents", "Ingress": null}]}},
	"ingress null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ingress", null)], "found": {["HostConfig.NetworkMode", {"network": "agents", "Ingress": null}]}},
	"ingress of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ingress", ["x"])], "found": {["HostConfig.NetworkMode", {"network": "agents", "Ingress": ["x"]}]}},
	"config_only bad is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/config_only", true)], "found": {["HostConfig.NetworkMode", {"network": "agents", "ConfigOnly": true}]}},
	"config_only absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/config_only")], "found": {["HostConfig.NetworkMode", {"network": "agents", "ConfigOnly": null}]}},
	"config_only null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/config_only", null)], "found": {["HostConfig.NetworkMode", {"network": "agents", "ConfigOnly": null}]}},
	"config_only of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/config_only", ["x"])], "found": {["HostConfig.NetworkMode", {"network": "agents", "ConfigOnly": ["x"]}]}},
	"config_from bad is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/config_from", "hidden")], "found": {["HostConfig.NetworkMode", {"network": "agents", "ConfigFrom.Network": "hidden"}]}},
	"config_from absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/config_from")], "found": {["HostConfig.NetworkMode", {"network": "agents", "ConfigFrom.Network": null}]}},
	"config_from null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/config_from", null)], "found": {["HostConfig.NetworkMode", {"network": "agents", "ConfigFrom.Network": null}]}},
	"config_from of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/config_from", ["x"])], "found": {["HostConfig.NetworkMode", {"network": "agents", "ConfigFrom.Network": ["x"]}]}},
	"ipam driver bad is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ipam/driver", "dhcp")], "found": {["HostConfig.NetworkMode", {"network": "agents", "IPAM.Driver": "dhcp"}]}},
	"ipam driver absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/ipam/driver")], "found": {["HostConfig.NetworkMode", {"network": "agents", "IPAM.Driver": null}]}},
	"ipam driver null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ipam/driver", null)], "found": {["HostConfig.NetworkMode", {"network": "agents", "IPAM.Driver": null}]}},
	"ipam driver of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ipam/driver", 1)], "found": {["HostConfig.NetworkMode", {"network": "agents", "IPAM.Driver": 1}]}},
	"ipam options bad is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ipam/options", ["x"])], "found": {["HostConfig.NetworkMode", {"network": "agents", "IPAM.Options": ["x"]}]}},
	"ipam options absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/ipam/options")], "found": {["HostConfig.NetworkMode", {"network": "agents", "IPAM.Options": null}]}},
	"ipam options null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ipam/options", null)], "found": {["HostConfig.NetworkMode", {"network": "agents", "IPAM.Options": null}]}},
	"ipam options of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ipam/options", 1)], "found": {["HostConfig.NetworkMode", {"network": "agents", "IPAM.Options": 1}]}},
	"ipam auxiliary bad is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ipam/auxiliary", ["DefaultGatewayIPv4"])], "found": {["HostConfig.NetworkMode", {"network": "agents", "IPAM.Config.AuxiliaryAddresses": ["DefaultGatewayIPv4"]}]}},
	"ipam auxiliary absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/ipam/auxiliary")], "found": {["HostConfig.NetworkMode", {"network": "agents", "IPAM.Config.AuxiliaryAddresses": null}]}},
	"ipam auxiliary null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ipam/auxiliary", null)], "found": {["HostConfig.NetworkMode", {"network": "agents", "IPAM.Config.AuxiliaryAddresses": null}]}},
	"ipam auxiliary of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ipam/auxiliary", 1)], "found": {["HostConfig.NetworkMode", {"network": "agents", "IPAM.Config.AuxiliaryAddresses": 1}]}},
	"ipam absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/ipam")], "found": {["HostConfig.NetworkMode", {"network": "agents", "IPAM.Driver": null}], ["HostConfig.NetworkMode", {"network": "agents", "IPAM.Options": null}], ["HostConfig.NetworkMode", {"network": "agents", "IPAM.Config.AuxiliaryAddresses": null}]}},
	"ipam null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ipam", null)], "found": {["HostConfig.NetworkMode", {"network": "agents", "IPAM.Driver": null}], ["HostConfig.NetworkMode", {"network": "agents", "IPAM.Options": null}], ["HostConfig.NetworkMode", {"network": "agents", "IPAM.Config.AuxiliaryAddresses": null}]}},
	"ipam of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/ipam", "default")], "found": {["HostConfig.NetworkMode", {"network": "agents", "IPAM.Driver": null}], ["HostConfig.NetworkMode", {"network": "agents", "IPAM.Options": null}], ["HostConfig.NetworkMode", {"network": "agents", "IPAM.Config.AuxiliaryAddresses": null}]}},
	"inhibit false is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/options/com.docker.network.bridge.inhibit_ipv4", "false")], "found": {["HostConfig.NetworkMode", {"network": "agents", "Options.com.docker.network.bridge.inhibit_ipv4": "false"}]}},
	"inhibit absent is denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/options/com.docker.network.bridge.inhibit_ipv4")], "found": {["HostConfig.NetworkMode", {"network": "agents", "Options.com.docker.network.bridge.inhibit_ipv4": null}]}},
	"inhibit null is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/options/com.docker.network.bridge.inhibit_ipv4", null)], "found": {["HostConfig.NetworkMode", {"network": "agents", "Options.com.docker.network.bridge.inhibit_ipv4": null}]}},
	"inhibit of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/options/com.docker.network.bridge.inhibit_ipv4", true)], "found": {["HostConfig.NetworkMode", {"network": "agents", "Options.com.docker.network.bridge.inhibit_ipv4": true}]}},
	"options absent are denied": {"document": example.create, "patch": [example.without("/container/network/attached/0/network/options")], "found": {["HostConfig.NetworkMode", {"network": "agents", "Options.com.docker.network.bridge.inhibit_ipv4": null}], ["HostConfig.NetworkMode", {"network": "agents", "Options": null}]}},
	"options null are denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/options", null)], "found": {["HostConfig.NetworkMode", {"network": "agents", "Options.com.docker.network.bridge.inhibit_ipv4": null}], ["HostConfig.NetworkMode", {"network": "agents", "Options": null}]}},
	"options of a wrong type are denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/options", "x")], "found": {["HostConfig.NetworkMode", {"network": "agents", "Options.com.docker.network.bridge.inhibit_ipv4": null}], ["HostConfig.NetworkMode", {"network": "agents", "Options": "x"}]}},
	"an option beside is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/options/com.docker.network.bridge.name", "br-lan")], "found": {["HostConfig.NetworkMode", {"network": "agents", "Options.com.docker.network.bridge.name": "br-lan"}]}},
	"a routed gateway is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/options/com.docker.network.bridge.gateway_mode_ipv4", "routed")], "found": {["HostConfig.NetworkMode", {"network": "agents", "Options.com.docker.network.bridge.gateway_mode_ipv4": "routed"}]}},
	"isolated alone is denied": {"document": example.create, "patch": [example.set("/container/network/attached/0/network/options", {"com.docker.network.bridge.gateway_mode_ipv4": "isolated"})], "found": {["HostConfig.NetworkMode", {"network": "agents", "Options.com.docker.network.bridge.inhibit_ipv4": null}]}},
	"an option of the segment is denied": {"document": example.collector, "patch": [example.set("/container/network/attached/0/network/options", {"com.docker.network.bridge.inhibit_ipv4": "true"})], "found": {["HostConfig.NetworkMode", {"network": "ops", "Options.com.docker.network.bridge.inhibit_ipv4": "true"}]}},
	"a segment without options is denied": {"document": example.collector, "patch": [example.set("/container/network/attached/0/network/options", null)], "found": {["HostConfig.NetworkMode", {"network": "ops", "Options": null}]}},
	"an mtu of a wrong type is denied": {"document": example.collector, "patch": [example.set("/container/network/attached/0/network/options", {"com.docker.network.driver.mtu": 1400})], "found": {["HostConfig.NetworkMode", {"network": "ops", "Options.com.docker.network.driver.mtu": 1400}]}},
	"an egress network with IPv6 is denied": {"document": example.proxy, "patch": [example.set("/container/network/attached/1/network/ipv6", true)], "found": {["NetworkingConfig.EndpointsConfig.egress", {"network": "egress", "EnableIPv6": true}]}},
	"an egress network of a plugin is denied": {"document": example.proxy, "patch": [example.set("/container/network/attached/1/network/driver", "evil")], "found": {["NetworkingConfig.EndpointsConfig.egress", {"network": "egress", "Driver": "evil"}]}},
	"an egress network with a bridge of the host is denied": {"document": example.proxy, "patch": [example.set("/container/network/attached/1/network/options", {"com.docker.network.bridge.name": "br-lan"})], "found": {["NetworkingConfig.EndpointsConfig.egress", {"network": "egress", "Options.com.docker.network.bridge.name": "br-lan"}]}},
	"a field of a wrong type is denied all the same": {"document": example.create, "patch": [example.set("/container/network/attached/0/field", 1), example.set("/container/network/attached/0/network/internal", false)], "found": {["NetworkingConfig.EndpointsConfig", {"network": "agents", "Internal": false}]}},
}

test_network_class[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.without("/container/network/attached/0/network/options/com.docker.network.bridge.inhibit_ipv4")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.NetworkMode", "got": {"network": "agents", "Options.com.docker.network.bridge.inhibit_ipv4": null}, "want": "true (--opt com.docker.network.bridge.inhibit_ipv4=true)"}}
}

test_twin if {
	document := json.patch(example.create, [example.without("/container/network/attached/0/network/options/com.docker.network.bridge.inhibit_ipv4")])
	example.fired(document) == {"airgap/network-class"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/network/attached/0/network/driver", "macvlan")])
	example.fired(document) == {"airgap/network-class"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.start, [example.set("/container/network/attached/0/network/ipv6", true)])
	example.fired(document) == {"airgap/network-class"}
	example.admitted(document) == false
}

test_twin_4 if {
	document := json.patch(example.proxy, [example.set("/container/network/attached/1/network/ipv6", true)])
	example.fired(document) == {"airgap/network-class"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
