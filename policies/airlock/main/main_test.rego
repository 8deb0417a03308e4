package airlock.main_test

import future.keywords.not

import data.airlock.lib.example
import data.airlock.lib.operation
import data.airlock.main

test_the_example_is_allowed if {
	decision := main.decision with input as example.create with data.site as example.site
	decision == {"allow": true, "violations": set()}
}

test_the_same_container_may_be_started if {
	decision := main.decision with input as example.start with data.site as example.site
	decision == {"allow": true, "violations": set()}
}

test_start_restart_and_unpause_judge_the_container[operation] if {
	some operation in ["container.start", "container.restart", "container.unpause"]
	document := json.patch(example.start, [
		example.set("/operation", operation),
		example.set("/container/privileges/privileged", true),
	])
	decision := main.decision with input as document with data.site as example.site
	decision.allow == false
	{found.rule | some found in decision.violations} == {"hardening/privileged"}
}

test_a_violation_carries_its_rule if {
	document := json.patch(example.create, [example.set("/container/rootfs/readonly", false)])
	decision := main.decision with input as document with data.site as example.site
	decision == {"allow": false, "violations": {{
		"rule": "hardening/readonly-rootfs",
		"field": "HostConfig.ReadonlyRootfs",
		"got": false,
		"want": true,
	}}}
}

test_no_site_data_denies if {
	decision := main.decision with input as example.create with data.site as {}
	decision.allow == false
	{"hardening/memory", "hardening/user", "image/registry"} & {found.rule | some found in decision.violations} == {
		"hardening/memory",
		"hardening/user",
		"image/registry",
	}
}

# A container that says nothing states nothing good: every rule about a value of its own must report it. Not so the
# one about the engine, those about a mount that is no tmpfs or a volume of the image, those about each live network,
# which airgap/network-resolved asks for, and those of another operation.
test_a_container_that_says_nothing_is_denied_by_every_rule if {
	document := json.patch(example.create, [example.set("/container", {"mounts": [{"type": "tmpfs"}]})])
	example.admitted(document) == false
	fired := example.fired(document)
	quiet := {id |
		some category, rule
		data.airlock.rules[category][rule].deny
		id := concat("/", [category, rule])
		not id in fired
		not category == "api"
	}
	quiet == {
		"airgap/connect",
		"airgap/disconnect",
		"airgap/dns",
		"airgap/exit-path",
		"airgap/forwarding",
		"airgap/network-addresses",
		"airgap/network-class",
		"airgap/network-driver",
		"airgap/network-internal",
		"airgap/network-ipv6",
		"airgap/network-name",
		"airgap/network-options",
		"airgap/network-removal",
		"airgap/network-set",
		"filesystem/mount-types",
		"hardening/enforced-limits",
		"image/volumes",
	}
}

test_a_null_in_place_of_a_part_is_denied[part] if {
	some part in (object.keys(example.create.container) - {"id", "env", "labels"})
	document := json.patch(example.create, [example.set(concat("/", ["/container", part]), null)])
	decision := main.decision with input as document with data.site as example.site
	decision.allow == false
	count(decision.violations) > 0
}

test_a_network_that_says_nothing_is_denied_by_every_rule if {
	document := json.patch(example.network, [example.set("/network", {})])
	example.admitted(document) == false
	example.fired(document) == {
		"airgap/network-addresses",
		"airgap/network-driver",
		"airgap/network-internal",
		"airgap/network-ipv6",
		"airgap/network-name",
		"airgap/network-options",
	}
}

test_no_site_data_makes_every_network_an_airgap if {
	document := json.patch(example.network, [example.set("/network", object.union(example.egress, {"id": "", "name": "egress-2"}))])
	decision := main.decision with input as document with data.site as {}
	decision.allow == false
	{found.rule | some found in decision.violations} == {"airgap/network-internal", "airgap/network-options"}
}

test_a_null_in_place_of_a_part_of_a_network_is_denied[part] if {
	some part in (object.keys(example.network.network) - {"id"})
	document := json.patch(example.network, [example.set(concat("/", ["/network", part]), null)])
	decision := main.decision with input as document with data.site as example.site
	decision.allow == false
	count(decision.violations) > 0
}

# A name without a rule behind it would judge nothing.
test_every_narrowed_operation_has_its_rules[name] if {
	some name, ids in operation.narrowed
	not operation.subjects[name] == "none"
	count(ids) > 0
	every id in ids {
		[category, rule] := split(id, "/")
		is_set(data.airlock.rules[category][rule].deny)
	}
}
