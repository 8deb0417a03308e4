package airlock.lib.waiver_test

import data.airlock.lib.example
import data.airlock.lib.operation
import data.airlock.lib.waiver

digest := example.create.container.image.digest

worker := sprintf("image:registry.internal/openclaw/worker@%v", [digest])

entry(rule, subject) := {
	"rule": rule,
	"subject": subject,
	"reason": "why",
	"ticket": "OPS-1",
	"expires": example.now + 1,
}

site(entries) := json.patch(example.site, [example.set("/exceptions", entries)])

finding(rule, got) := {"rule": rule, "field": "f", "got": got, "want": null}

exceptions := {
	"the image with its digest": {
		"document": example.create,
		"entry": entry("hardening/pids", worker),
		"found": finding("hardening/pids", null),
		"waived": true,
	},
	"the stored container": {
		"document": example.start,
		"entry": entry("hardening/pids", worker),
		"found": finding("hardening/pids", null),
		"waived": true,
	},
	"a pull": {
		"document": example.pull,
		"entry": entry("image/registry", worker),
		"found": finding("image/registry", null),
		"waived": true,
	},
	"a network that is made": {
		"document": example.network,
		"entry": entry("airgap/network-internal", "network:agents-2"),
		"found": finding("airgap/network-internal", false),
		"waived": true,
	},
	"a network in what the rule got": {
		"document": example.create,
		"entry": entry("airgap/network-class", "network:weak"),
		"found": finding("airgap/network-class", {"network": "weak", "internal": true}),
		"waived": true,
	},
	"another rule": {
		"document": example.create,
		"entry": entry("hardening/memory", worker),
		"found": finding("hardening/pids", null),
		"waived": false,
	},
	"another image": {
		"document": example.create,
		"entry": entry("hardening/pids", concat("@", ["image:registry.internal/openclaw/other", digest])),
		"found": finding("hardening/pids", null),
		"waived": false,
	},
	"another network": {
		"document": example.network,
		"entry": entry("airgap/network-internal", "network:agents-3"),
		"found": finding("airgap/network-internal", false),
		"waived": false,
	},
	"the name of the container": {
		"document": example.create,
		"entry": entry("hardening/pids", "container:worker-1"),
		"found": finding("hardening/pids", null),
		"waived": false,
	},
	"no digest": {
		"document": json.patch(example.create, [example.set("/container/image/digest", "")]),
		"entry": entry("hardening/pids", "image:registry.internal/openclaw/worker@"),
		"found": finding("hardening/pids", null),
		"waived": false,
	},
	"no image": {
		"document": json.patch(example.create, [example.set("/container/image", null)]),
		"entry": entry("hardening/pids", "image:@"),
		"found": finding("hardening/pids", null),
		"waived": false,
	},
	"a rule nobody waives": {
		"document": example.create,
		"entry": entry("hardening/privileged", worker),
		"found": finding("hardening/privileged", true),
		"waived": false,
	},
	"a plugin of a swarm": {
		"document": example.create,
		"entry": entry("swarm/runtime", worker),
		"found": finding("swarm/runtime", "plugin"),
		"waived": false,
	},
	"another rule of a swarm": {
		"document": example.create,
		"entry": entry("swarm/nodes", worker),
		"found": finding("swarm/nodes", 3),
		"waived": true,
	},
	"a rule of category api": {
		"document": example.create,
		"entry": entry("api/input", worker),
		"found": finding("api/input", null),
		"waived": false,
	},
	"expired": {
		"document": json.patch(example.create, [example.set("/time", example.now + 1)]),
		"entry": entry("hardening/pids", worker),
		"found": finding("hardening/pids", null),
		"waived": false,
	},
	"no time": {
		"document": json.patch(example.create, [example.set("/time", 0)]),
		"entry": entry("hardening/pids", worker),
		"found": finding("hardening/pids", null),
		"waived": false,
	},
	"time is null": {
		"document": json.patch(example.create, [example.set("/time", null)]),
		"entry": entry("hardening/pids", worker),
		"found": finding("hardening/pids", null),
		"waived": false,
	},
	"the end is no number": {
		"document": example.create,
		"entry": object.union(entry("hardening/pids", worker), {"expires": "never"}),
		"found": finding("hardening/pids", null),
		"waived": false,
	},
}

test_exception[name] if {
	some name, case in exceptions
	waivers := waiver.of(case.found.rule, case.found) with input as case.document with data.site as site([case.entry])
	{found.by | some found in waivers} == {by | some by in ["exception"]; case.waived}
}

test_only_an_expired_exception_is_remarked if {
	late := json.patch(example.create, [example.set("/time", example.now + 1)])
	entries := [entry("hardening/pids", worker)]
	remark := waiver.remarks("hardening/pids", finding("hardening/pids", null)) with input as late with data.site as site(entries)
	remark == {"lapsed": {"by": "exception", "name": worker, "reason": "why", "ticket": "OPS-1", "until": example.now + 1}}
	none := waiver.remarks("hardening/memory", finding("hardening/memory", null)) with input as late with data.site as site(entries)
	none == {}
}

prune := json.patch(example.ping, [
	example.set("/operation", "network.prune"),
	example.set("/caller", {"name": "ops.example", "auth": "TLS"}),
])

denied := finding("api/operation", "network.prune")

callers := {
	"named": {"patch": [], "by": {"caller"}},
	"another name": {"patch": [example.set("/caller/name", "agent.example")], "by": set()},
	"no name": {"patch": [example.set("/caller/name", "")], "by": set()},
	"not by a certificate": {"patch": [example.set("/caller/auth", "")], "by": set()},
	"another operation": {"patch": [example.set("/operation", "image.prune")], "by": set()},
	"no caller": {"patch": [example.set("/caller", null)], "by": set()},
}

test_caller[name] if {
	some name, case in callers
	waivers := waiver.of(denied.rule, denied) with input as json.patch(prune, case.patch) with data.site as example.site
	{found.by | some found in waivers} == case.by
}

test_a_caller_is_given_nothing_beyond_the_rules_of_the_operation if {
	waivers := waiver.of("api/input", finding("api/input", null)) with input as prune with data.site as example.site
	waivers == set()
}

test_a_refused_operation_is_given_to_nobody if {
	given := json.patch(example.site, [example.set("/callers/ops/operations", ["build.run"])])
	document := json.patch(prune, [example.set("/operation", "build.run")])
	waivers := waiver.of("api/operation", finding("api/operation", "build.run")) with input as document with data.site as given
	waivers == set()
}

glasses := {
	"open": {"patch": [], "by": {"breakglass"}},
	"for another operation": {"patch": [example.set("/breakglass/operations", ["image.prune"])], "by": set()},
	"closed": {"patch": [example.set("/breakglass", null)], "by": set()},
	"for nothing": {"patch": [example.set("/breakglass/operations", null)], "by": set()},
}

test_glass[name] if {
	some name, case in glasses
	open := json.patch(prune, [example.set("/caller", {"name": "", "auth": ""}), example.set("/breakglass", example.broken(["network.prune"]))])
	waivers := waiver.of(denied.rule, denied) with input as json.patch(open, case.patch) with data.site as example.site
	{found.by | some found in waivers} == case.by
}

test_relaxed_rules_are_set_aside_for_their_operation_alone if {
	document := json.patch(example.start, [example.set("/breakglass", example.broken(["container.start"]))])
	table := {"container.start": {"hardening/pids"}}
	waivers := waiver.of("hardening/pids", finding("hardening/pids", null)) with input as document
		with data.site as example.site
		with data.airlock.lib.operation.relaxable as table
	{found.by | some found in waivers} == {"breakglass"}
	others := waiver.of("hardening/memory", finding("hardening/memory", null)) with input as document
		with data.site as example.site
		with data.airlock.lib.operation.relaxable as table
	others == set()
}

test_what_is_refused_cannot_be_opened if {
	object.keys(operation.opens) & object.keys(operation.refused) == set()
	every _, rules in operation.relaxable {
		every rule in rules {
			waiver.waivable(rule)
		}
	}
}
