package airlock.rules.airgap["reserved-names_test"]

import data.airlock.lib.example
import data.airlock.rules.airgap["reserved-names"] as rule

cases := {
	"names nobody has reserved are admitted": {"document": example.create, "patch": [example.set("/container/network/endpoints/0/aliases", ["worker", "proxy-2", "myproxy", "a.proxy"]), example.set("/container/name", "")], "found": set()},
	"the proxy under its name is admitted": {"document": example.proxy, "patch": [example.set("/container/network/endpoints/0/aliases", ["proxy", "PROXY", "proxy.agents"]), example.set("/container/identity/hostname", "proxy")], "found": set()},
	"the name is denied": {"document": example.create, "patch": [example.set("/container/name", "proxy")], "found": {["Name", "proxy"]}},
	"the name without a network is denied": {"document": example.airgapped, "patch": [example.set("/container/name", "proxy")], "found": {["Name", "proxy"]}},
	"the name at a start is denied": {"document": example.start, "patch": [example.set("/container/name", "monitor")], "found": {["Name", "monitor"]}},
	"the name in other letters is denied": {"document": example.create, "patch": [example.set("/container/name", "Proxy")], "found": {["Name", "Proxy"]}},
	"the site's own letters do not matter": {"document": example.create, "patch": [example.set("/container/name", "telemetry-sink")], "found": {["Name", "telemetry-sink"]}},
	"the host name is denied": {"document": example.create, "patch": [example.set("/container/identity/hostname", "monitor")], "found": {["Config.Hostname", "monitor"]}},
	"an alias is denied": {"document": example.create, "patch": [example.set("/container/network/endpoints/0/aliases", ["worker", "proxy"])], "found": {["NetworkingConfig.EndpointsConfig.agents.Aliases", "proxy"]}},
	"an alias with the network is denied": {"document": example.create, "patch": [example.set("/container/network/endpoints/0/aliases", ["proxy.agents"])], "found": {["NetworkingConfig.EndpointsConfig.agents.Aliases", "proxy.agents"]}},
	"an alias with a dot at its end is denied": {"document": example.create, "patch": [example.set("/container/network/endpoints/0/aliases", ["proxy."])], "found": {["NetworkingConfig.EndpointsConfig.agents.Aliases", "proxy."]}},
	"another role's name is denied": {"document": example.proxy, "patch": [example.set("/container/network/endpoints/0/aliases", ["monitor"])], "found": {["NetworkingConfig.EndpointsConfig.agents.Aliases", "monitor"]}},
	"an alias of the connected network is denied": {"document": example.connect, "patch": [example.set("/container/network/endpoints/1/aliases", ["monitor"])], "found": {["NetworkingConfig.EndpointsConfig.telemetry.Aliases", "monitor"]}},
	"a null alias is denied": {"document": example.create, "patch": [example.set("/container/network/endpoints/0/aliases", [null])], "found": {["NetworkingConfig.EndpointsConfig.agents.Aliases", null]}},
	"aliases absent are denied": {"document": example.create, "patch": [example.without("/container/network/endpoints/0/aliases")], "found": {["NetworkingConfig.EndpointsConfig.agents.Aliases", null]}},
	"aliases null are denied": {"document": example.create, "patch": [example.set("/container/network/endpoints/0/aliases", null)], "found": {["NetworkingConfig.EndpointsConfig.agents.Aliases", null]}},
	"aliases of a wrong type are denied": {"document": example.create, "patch": [example.set("/container/network/endpoints/0/aliases", "proxy")], "found": {["NetworkingConfig.EndpointsConfig.agents.Aliases", "proxy"]}},
	"aliases of no network are denied": {"document": example.create, "patch": [example.set("/container/network/endpoints", [{"aliases": ["proxy"]}])], "found": {["NetworkingConfig.EndpointsConfig", "proxy"]}},
	"a name absent is denied": {"document": example.create, "patch": [example.without("/container/name")], "found": {["Name", null]}},
	"a name null is denied": {"document": example.create, "patch": [example.set("/container/name", null)], "found": {["Name", null]}},
	"a name of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/name", 0)], "found": {["Name", 0]}},
	"a host name absent is denied": {"document": example.create, "patch": [example.without("/container/identity/hostname")], "found": {["Config.Hostname", null]}},
	"a host name null is denied": {"document": example.create, "patch": [example.set("/container/identity/hostname", null)], "found": {["Config.Hostname", null]}},
	"a host name of a wrong type is denied": {"document": example.create, "patch": [example.set("/container/identity/hostname", 0)], "found": {["Config.Hostname", 0]}},
}

test_reserved_names[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/name", "proxy")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Name", "got": "proxy", "want": "a name no other role has reserved"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/name", "proxy")])
	example.fired(document) == {"airgap/reserved-names"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/network/endpoints/0/aliases", ["monitor"])])
	example.fired(document) == {"airgap/reserved-names"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.create, [example.set("/container/name", "proxy"), example.set("/container/identity/hostname", "proxy")])
	example.fired(document) == {"airgap/reserved-names"}
	example.admitted(document) == false
}

test_twin_4 if {
	document := json.patch(example.start, [example.set("/container/network/endpoints/0/aliases", ["proxy"])])
	example.fired(document) == {"airgap/reserved-names"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
