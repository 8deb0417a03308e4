package airlock.rules.airgap.endpoints_test

import data.airlock.lib.example
import data.airlock.rules.airgap.endpoints as rule

cases := {
	"a name and aliases are admitted": {"patch": [example.set("/container/network/endpoints/0/aliases", ["worker", "w1"])], "found": set()},
	"no endpoint is admitted": {"patch": [example.set("/container/network/endpoints", [])], "found": set()},
	"a network ID in a request is denied": {"patch": [example.set("/container/network/endpoints/0/network_id", "f00")], "found": {["NetworkingConfig.EndpointsConfig.agents.NetworkID", "f00"]}},
	"an absent network ID is denied": {"patch": [example.without("/container/network/endpoints/0/network_id")], "found": {["NetworkingConfig.EndpointsConfig.agents.NetworkID", null]}},
	"a null network ID is denied": {"patch": [example.set("/container/network/endpoints/0/network_id", null)], "found": {["NetworkingConfig.EndpointsConfig.agents.NetworkID", null]}},
	"a network ID of a wrong type is denied": {"patch": [example.set("/container/network/endpoints/0/network_id", 0)], "found": {["NetworkingConfig.EndpointsConfig.agents.NetworkID", 0]}},
	"the network's own ID is admitted": {"patch": [example.set("/container/network/endpoints/0/network_id", example.agents.id)], "found": set()},
	"the beginning of it is denied": {"patch": [example.set("/container/network/endpoints/0/network_id", "a9e0")], "found": {["NetworkingConfig.EndpointsConfig.agents.NetworkID", "a9e0"]}},
	"the ID of a network of another name is denied": {"patch": [example.set("/container/network/endpoints/0/network_id", example.telemetry.id), example.set("/container/network/attached/1", example.attached("x", example.telemetry))], "found": {["NetworkingConfig.EndpointsConfig.agents.NetworkID", example.telemetry.id]}},
	"a recorded network ID is admitted": {"patch": [example.set("/container/network/endpoints/0/network_id", example.agents.id), example.set("/container/stored", true)], "found": set()},
	"a recorded network ID of another network is denied": {"patch": [example.set("/container/network/endpoints/0/network_id", "f00"), example.set("/container/stored", true)], "found": {["NetworkingConfig.EndpointsConfig.agents.NetworkID", "f00"]}},
	"a recorded network ID of a wrong type is denied": {"patch": [example.set("/container/network/endpoints/0/network_id", 1), example.set("/container/stored", true)], "found": {["NetworkingConfig.EndpointsConfig.agents.NetworkID", 1]}},
	"the default bridge is denied": {"patch": [example.set("/container/network/endpoints/0/network", "bridge")], "found": {["NetworkingConfig.EndpointsConfig", "bridge"]}},
	"the host's network is denied": {"patch": [example.set("/container/network/endpoints/0/network", "host")], "found": {["NetworkingConfig.EndpointsConfig", "host"]}},
	"default is denied": {"patch": [example.set("/container/network/endpoints/0/network", "default")], "found": {["NetworkingConfig.EndpointsConfig", "default"]}},
	"an empty name is denied": {"patch": [example.set("/container/network/endpoints/0/network", "")], "found": {["NetworkingConfig.EndpointsConfig", ""]}},
	"an absent name is denied": {"patch": [example.without("/container/network/endpoints/0/network")], "found": {["NetworkingConfig.EndpointsConfig", null]}},
	"a null endpoint is denied": {"patch": [example.set("/container/network/endpoints/0", null)], "found": {["NetworkingConfig.EndpointsConfig", null]}},
	"absent is denied": {"patch": [example.without("/container/network/endpoints")], "found": {["NetworkingConfig.EndpointsConfig", null]}},
	"null is denied": {"patch": [example.set("/container/network/endpoints", null)], "found": {["NetworkingConfig.EndpointsConfig", null]}},
	"wrong type is denied": {"patch": [example.set("/container/network/endpoints", "agents")], "found": {["NetworkingConfig.EndpointsConfig", "agents"]}},
	"addresses given is denied": {"patch": [example.set("/container/network/endpoints/0/addresses", ["172.18.0.2"])], "found": {["NetworkingConfig.EndpointsConfig.agents.IPAMConfig", ["172.18.0.2"]]}},
	"addresses absent is denied": {"patch": [example.without("/container/network/endpoints/0/addresses")], "found": {["NetworkingConfig.EndpointsConfig.agents.IPAMConfig", null]}},
	"addresses null is denied": {"patch": [example.set("/container/network/endpoints/0/addresses", null)], "found": {["NetworkingConfig.EndpointsConfig.agents.IPAMConfig", null]}},
	"addresses of a wrong type is denied": {"patch": [example.set("/container/network/endpoints/0/addresses", "172.18.0.2")], "found": {["NetworkingConfig.EndpointsConfig.agents.IPAMConfig", "172.18.0.2"]}},
	"mac_address given is denied": {"patch": [example.set("/container/network/endpoints/0/mac_address", "02:42:ac:12:00:02")], "found": {["NetworkingConfig.EndpointsConfig.agents.MacAddress", "02:42:ac:12:00:02"]}},
	"mac_address absent is denied": {"patch": [example.without("/container/network/endpoints/0/mac_address")], "found": {["NetworkingConfig.EndpointsConfig.agents.MacAddress", null]}},
	"mac_address null is denied": {"patch": [example.set("/container/network/endpoints/0/mac_address", null)], "found": {["NetworkingConfig.EndpointsConfig.agents.MacAddress", null]}},
	"mac_address of a wrong type is denied": {"patch": [example.set("/container/network/endpoints/0/mac_address", 0)], "found": {["NetworkingConfig.EndpointsConfig.agents.MacAddress", 0]}},
	"driver_opts given is denied": {"patch": [example.set("/container/network/endpoints/0/driver_opts", ["com.docker.network.endpoint.sysctls"])], "found": {["NetworkingConfig.EndpointsConfig.agents.DriverOpts", ["com.docker.network.endpoint.sysctls"]]}},
	"driver_opts absent is denied": {"patch": [example.without("/container/network/endpoints/0/driver_opts")], "found": {["NetworkingConfig.EndpointsConfig.agents.DriverOpts", null]}},
	"driver_opts null is denied": {"patch": [example.set("/container/network/endpoints/0/driver_opts", null)], "found": {["NetworkingConfig.EndpointsConfig.agents.DriverOpts", null]}},
	"driver_opts of a wrong type is denied": {"patch": [example.set("/container/network/endpoints/0/driver_opts", "")], "found": {["NetworkingConfig.EndpointsConfig.agents.DriverOpts", ""]}},
	"links given is denied": {"patch": [example.set("/container/network/endpoints/0/links", ["proxy:proxy"])], "found": {["NetworkingConfig.EndpointsConfig.agents.Links", ["proxy:proxy"]]}},
	"links absent is denied": {"patch": [example.without("/container/network/endpoints/0/links")], "found": {["NetworkingConfig.EndpointsConfig.agents.Links", null]}},
	"links null is denied": {"patch": [example.set("/container/network/endpoints/0/links", null)], "found": {["NetworkingConfig.EndpointsConfig.agents.Links", null]}},
	"links of a wrong type is denied": {"patch": [example.set("/container/network/endpoints/0/links", "proxy:proxy")], "found": {["NetworkingConfig.EndpointsConfig.agents.Links", "proxy:proxy"]}},
	"gw_priority given is denied": {"patch": [example.set("/container/network/endpoints/0/gw_priority", 100)], "found": {["NetworkingConfig.EndpointsConfig.agents.GwPriority", 100]}},
	"gw_priority absent is denied": {"patch": [example.without("/container/network/endpoints/0/gw_priority")], "found": {["NetworkingConfig.EndpointsConfig.agents.GwPriority", null]}},
	"gw_priority null is denied": {"patch": [example.set("/container/network/endpoints/0/gw_priority", null)], "found": {["NetworkingConfig.EndpointsConfig.agents.GwPriority", null]}},
	"gw_priority of a wrong type is denied": {"patch": [example.set("/container/network/endpoints/0/gw_priority", "0")], "found": {["NetworkingConfig.EndpointsConfig.agents.GwPriority", "0"]}},
}

test_endpoints[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/network/endpoints/0/network_id", "f00")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "NetworkingConfig.EndpointsConfig.agents.NetworkID", "got": "f00", "want": "empty, or the ID of the network of that name"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/network/endpoints/0/network_id", "f00")])
	example.fired(document) == {"airgap/endpoints"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/network/endpoints/0/network", "bridge")])
	example.fired(document) == {"airgap/endpoints", "airgap/network-resolved"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.create, [example.set("/container/network/endpoints/0/addresses", ["172.18.0.2"])])
	example.fired(document) == {"airgap/endpoints"}
	example.admitted(document) == false
}

test_twin_4 if {
	document := json.patch(example.create, [example.set("/container/network/endpoints/0/mac_address", "02:42:ac:12:00:02")])
	example.fired(document) == {"airgap/endpoints"}
	example.admitted(document) == false
}

test_twin_5 if {
	document := json.patch(example.create, [example.set("/container/network/endpoints/0/driver_opts", ["com.docker.network.endpoint.sysctls"])])
	example.fired(document) == {"airgap/endpoints"}
	example.admitted(document) == false
}

test_twin_6 if {
	document := json.patch(example.create, [example.set("/container/network/endpoints/0/links", ["proxy:proxy"])])
	example.fired(document) == {"airgap/endpoints"}
	example.admitted(document) == false
}

test_twin_7 if {
	document := json.patch(example.create, [example.set("/container/network/endpoints/0/gw_priority", 100)])
	example.fired(document) == {"airgap/endpoints"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
