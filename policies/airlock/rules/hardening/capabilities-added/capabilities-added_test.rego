package airlock.rules.hardening["capabilities-added_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["capabilities-added"] as rule

cases := {
	"nothing added is admitted": {"patch": [example.set("/container/privileges/capabilities/add", [])], "found": set()},
	"a capability without the role is denied": {"patch": [example.set("/container/privileges/capabilities/add", ["CAP_NET_BIND_SERVICE"])], "found": {["HostConfig.CapAdd", "CAP_NET_BIND_SERVICE"]}},
	"a capability of the role is admitted": {"patch": [example.set("/container/privileges/capabilities/add", ["CAP_NET_BIND_SERVICE"]), example.set("/container/image/repository", "registry.internal/openclaw/llm-proxy")], "found": set()},
	"a capability beyond the role is denied": {"patch": [example.set("/container/privileges/capabilities/add", ["CAP_NET_BIND_SERVICE", "CAP_SYS_ADMIN"]), example.set("/container/image/repository", "registry.internal/openclaw/llm-proxy")], "found": {["HostConfig.CapAdd", "CAP_SYS_ADMIN"]}},
	"ALL is denied": {"patch": [example.set("/container/privileges/capabilities/add", ["ALL"])], "found": {["HostConfig.CapAdd", "ALL"]}},
	"a null entry is denied": {"patch": [example.set("/container/privileges/capabilities/add", [null])], "found": {["HostConfig.CapAdd", null]}},
	"absent is denied": {"patch": [example.without("/container/privileges/capabilities/add")], "found": {["HostConfig.CapAdd", null]}},
	"null is denied": {"patch": [example.set("/container/privileges/capabilities/add", null)], "found": {["HostConfig.CapAdd", null]}},
	"wrong type is denied": {"patch": [example.set("/container/privileges/capabilities/add", "ALL")], "found": {["HostConfig.CapAdd", "ALL"]}},
}

test_capabilities_added[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/privileges/capabilities/add", ["CAP_NET_RAW"]), example.set("/container/image/repository", "registry.internal/openclaw/llm-proxy")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.CapAdd", "got": "CAP_NET_RAW", "want": ["CAP_NET_BIND_SERVICE"]}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/privileges/capabilities/add", ["CAP_SYS_ADMIN"])])
	example.fired(document) == {"hardening/capabilities-added"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/privileges/capabilities/add", ["ALL"])])
	example.fired(document) == {"hardening/capabilities-added"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}

test_missing_site_data_denies if {
	reported := rule.deny with input as json.patch(example.create, [example.set("/container/privileges/capabilities/add", ["CAP_NET_BIND_SERVICE"])]) with data.site as {}
	count(reported) > 0
}

test_all_is_denied_even_when_a_role_names_it if {
	document := json.patch(example.create, [example.set("/container/privileges/capabilities/add", ["ALL"])])
	roles := {"worker": {"images": ["registry.internal/openclaw/worker"], "capabilities": ["ALL"]}}
	reported := rule.deny with input as document with data.site as {"roles": roles}
	{found.got | some found in reported} == {"ALL"}
}
