package airlock.rules.hardening.sysctls_test

import data.airlock.lib.example
import data.airlock.rules.hardening.sysctls as rule

cases := {
	"none is admitted": {"patch": [example.set("/container/privileges/sysctls", {})], "found": set()},
	"forwarding switched off is admitted": {"patch": [example.set("/container/privileges/sysctls", {"net.ipv4.ip_forward": "0"})], "found": set()},
	"forwarding is denied": {"patch": [example.set("/container/privileges/sysctls", {"net.ipv4.ip_forward": "1"})], "found": {["HostConfig.Sysctls", {"net.ipv4.ip_forward": "1"}]}},
	"a parameter of the role is admitted": {"patch": [example.set("/container/privileges/sysctls", {"net.ipv4.ip_unprivileged_port_start": "0"}), example.set("/container/image/repository", "registry.internal/openclaw/llm-proxy")], "found": set()},
	"a parameter without the role is denied": {"patch": [example.set("/container/privileges/sysctls", {"net.ipv4.ip_unprivileged_port_start": "0"})], "found": {["HostConfig.Sysctls", {"net.ipv4.ip_unprivileged_port_start": "0"}]}},
	"another value than the role's is denied": {"patch": [example.set("/container/privileges/sysctls", {"net.ipv4.ip_unprivileged_port_start": "1"}), example.set("/container/image/repository", "registry.internal/openclaw/llm-proxy")], "found": {["HostConfig.Sysctls", {"net.ipv4.ip_unprivileged_port_start": "1"}]}},
	"a null value is denied": {"patch": [example.set("/container/privileges/sysctls", {"net.ipv4.ip_forward": null})], "found": {["HostConfig.Sysctls", {"net.ipv4.ip_forward": null}]}},
	"absent is denied": {"patch": [example.without("/container/privileges/sysctls")], "found": {["HostConfig.Sysctls", null]}},
	"null is denied": {"patch": [example.set("/container/privileges/sysctls", null)], "found": {["HostConfig.Sysctls", null]}},
	"wrong type is denied": {"patch": [example.set("/container/privileges/sysctls", "kernel.msgmax=1")], "found": {["HostConfig.Sysctls", "kernel.msgmax=1"]}},
}

test_sysctls[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/privileges/sysctls", {"kernel.msgmax": "1"})])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Sysctls", "got": {"kernel.msgmax": "1"}, "want": {}}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/privileges/sysctls", {"net.ipv4.ip_forward": "1"})])
	example.fired(document) == {"hardening/sysctls"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}

test_missing_site_data_denies if {
	reported := rule.deny with input as json.patch(example.create, [example.set("/container/privileges/sysctls", {"net.ipv4.ip_unprivileged_port_start": "0"}), example.set("/container/image/repository", "registry.internal/openclaw/llm-proxy")]) with data.site as {}
	count(reported) > 0
}
