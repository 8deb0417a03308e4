package airlock.rules.airgap["extra-hosts_test"]

import data.airlock.lib.example
import data.airlock.rules.airgap["extra-hosts"] as rule

cases := {
	"none is admitted": {"patch": [example.set("/container/network/extra_hosts", [])], "found": set()},
	"the host is denied": {"patch": [example.set("/container/network/extra_hosts", ["egress-proxy:host-gateway"])], "found": {["HostConfig.ExtraHosts", ["egress-proxy:host-gateway"]]}},
	"absent is denied": {"patch": [example.without("/container/network/extra_hosts")], "found": {["HostConfig.ExtraHosts", null]}},
	"null is denied": {"patch": [example.set("/container/network/extra_hosts", null)], "found": {["HostConfig.ExtraHosts", null]}},
	"wrong type is denied": {"patch": [example.set("/container/network/extra_hosts", "a:1.1.1.1")], "found": {["HostConfig.ExtraHosts", "a:1.1.1.1"]}},
}

test_extra_hosts[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/network/extra_hosts", ["egress-proxy:host-gateway"])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.ExtraHosts", "got": ["egress-proxy:host-gateway"], "want": []}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/network/extra_hosts", ["egress-proxy:host-gateway"])])
	example.fired(document) == {"airgap/extra-hosts"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
