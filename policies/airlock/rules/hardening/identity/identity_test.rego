package airlock.rules.hardening.identity_test

import data.airlock.lib.example
import data.airlock.rules.hardening.identity as rule

cases := {
	"the container's own name is admitted": {"patch": [example.set("/container/identity/hostname", "worker-1")], "found": set()},
	"hostname: empty is admitted": {"patch": [example.set("/container/identity/hostname", "")], "found": set()},
	"hostname: egress-proxy is denied": {"patch": [example.set("/container/identity/hostname", "egress-proxy")], "found": {["Config.Hostname", "egress-proxy"]}},
	"hostname: absent is denied": {"patch": [example.without("/container/identity/hostname")], "found": {["Config.Hostname", null]}},
	"hostname: null is denied": {"patch": [example.set("/container/identity/hostname", null)], "found": {["Config.Hostname", null]}},
	"hostname: wrong type is denied": {"patch": [example.set("/container/identity/hostname", 0)], "found": {["Config.Hostname", 0]}},
	"domainname: empty is admitted": {"patch": [example.set("/container/identity/domainname", "")], "found": set()},
	"domainname: internal is denied": {"patch": [example.set("/container/identity/domainname", "internal")], "found": {["Config.Domainname", "internal"]}},
	"domainname: absent is denied": {"patch": [example.without("/container/identity/domainname")], "found": {["Config.Domainname", null]}},
	"domainname: null is denied": {"patch": [example.set("/container/identity/domainname", null)], "found": {["Config.Domainname", null]}},
	"domainname: wrong type is denied": {"patch": [example.set("/container/identity/domainname", 0)], "found": {["Config.Domainname", 0]}},
	"mac_address: empty is admitted": {"patch": [example.set("/container/identity/mac_address", "")], "found": set()},
	"mac_address: 02:42:ac:11:00:02 is denied": {"patch": [example.set("/container/identity/mac_address", "02:42:ac:11:00:02")], "found": {["Config.MacAddress", "02:42:ac:11:00:02"]}},
	"mac_address: absent is denied": {"patch": [example.without("/container/identity/mac_address")], "found": {["Config.MacAddress", null]}},
	"mac_address: null is denied": {"patch": [example.set("/container/identity/mac_address", null)], "found": {["Config.MacAddress", null]}},
	"mac_address: wrong type is denied": {"patch": [example.set("/container/identity/mac_address", 0)], "found": {["Config.MacAddress", 0]}},
}

test_identity[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/identity/hostname", "egress-proxy")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Config.Hostname", "got": "egress-proxy", "want": ""}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/identity/hostname", "egress-proxy")])
	example.fired(document) == {"hardening/identity"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/identity/domainname", "internal")])
	example.fired(document) == {"hardening/identity"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.create, [example.set("/container/identity/mac_address", "02:42:ac:11:00:02")])
	example.fired(document) == {"hardening/identity"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
