package airlock.main_test

import future.keywords.not

import data.airlock.lib.example
import data.airlock.lib.operation
import data.airlock.main

test_the_example_is_allowed if {
	decision := main.decision with input as example.create with data.site as example.site
	decision == {"allow": true, "violations": set(), "waived": set()}
}

test_the_same_container_may_be_started if {
	decision := main.decision with input as example.start with data.site as example.site
	decision == {"allow": true, "violations": set(), "waived": set()}
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
	decision == {"allow": false, "waived": set(), "violations": {{
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
# one about the engine, those about a mount that is no tmpfs or about a volume, those about each live network,
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
		not category in {"api", "swarm"}
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
		"filesystem/volume-driver",
		"filesystem/volume-mount",
		"filesystem/volume-name",
		"filesystem/volume-options",
		"filesystem/volume-removal",
		"filesystem/volume-role",
		"hardening/enforced-limits",
		"image/content",
		"image/volumes",
		"image/vulnerabilities",
		"lifecycle/archive",
		"lifecycle/exec-command",
		"lifecycle/exec-env",
		"lifecycle/exec-privileged",
		"lifecycle/exec-user",
		"lifecycle/exec-working-dir",
		"lifecycle/protected",
		"lifecycle/signal",
		"secrets/files",
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

exempt := json.patch(example.site, [example.set("/exceptions", [{
	"rule": "hardening/readonly-rootfs",
	"subject": concat("@", ["image:registry.internal/openclaw/worker", example.create.container.image.digest]),
	"reason": "writes its index",
	"ticket": "OPS-1",
	"expires": example.now + 60,
}])])

writable := json.patch(example.create, [example.set("/container/rootfs/readonly", false)])

found := {"rule": "hardening/readonly-rootfs", "field": "HostConfig.ReadonlyRootfs", "got": false, "want": true}

exception := {
	"by": "exception",
	"name": exempt.exceptions[0].subject,
	"reason": "writes its index",
	"ticket": "OPS-1",
	"until": example.now + 60,
}

test_a_waived_violation_admits_and_stays_in_the_decision if {
	decision := main.decision with input as writable with data.site as exempt
	decision == {"allow": true, "violations": set(), "waived": {object.union(found, {"waivers": [exception]})}}
}

test_an_expired_exception_waives_nothing_and_says_so if {
	late := json.patch(writable, [example.set("/time", example.now + 60)])
	decision := main.decision with input as late with data.site as exempt
	decision == {"allow": false, "waived": set(), "violations": {object.union(found, {"lapsed": exception})}}
}

test_an_exception_waives_nothing_beside_it if {
	worse := json.patch(writable, [example.set("/container/resources/pids", null)])
	decision := main.decision with input as worse with data.site as exempt
	decision.allow == false
	{violation.rule | some violation in decision.violations} == {"hardening/pids"}
	{violation.rule | some violation in decision.waived} == {"hardening/readonly-rootfs"}
}

test_broken_glass_opens_what_it_names_and_nothing_else if {
	prune := json.patch(example.ping, [
		example.set("/operation", "network.prune"),
		example.set("/breakglass", example.broken(["network.prune"])),
	])
	decision := main.decision with input as prune with data.site as example.site
	decision.allow == true
	{[violation.rule, violation.waivers[0].by] | some violation in decision.waived} == {["api/operation", "breakglass"]}
	example.admitted(json.patch(prune, [example.set("/operation", "image.prune")])) == false
	example.admitted(json.patch(prune, [example.set("/breakglass", null)])) == false
}

test_what_is_refused_stays_refused_behind_broken_glass[name] if {
	some name, _ in operation.refused
	document := json.patch(example.ping, [
		example.set("/operation", name),
		example.set("/breakglass", example.broken([name])),
	])
	example.admitted(document) == false
}

test_a_denial_names_breakglass_where_it_helps[name] if {
	some name, _ in object.union(operation.openable, operation.refused)
	violations := main.violations with input as json.patch(example.ping, [example.set("/operation", name)]) with data.site as example.site
	hints := {object.get(found, "breakglass", "") | some found in violations}
	hints == {concat("", [hint | some hint in [sprintf("airlock breakglass --for 15m --reason WHY %v", [name])]; operation.openable[name]])}
}

test_every_relaxable_operation_is_judged_by_the_rules_it_sets_aside[name] if {
	some name, ids in operation.relaxable
	not operation.subjects[name] == "none"
	every id in ids {
		[category, rule] := split(id, "/")
		is_set(data.airlock.rules[category][rule].deny)
		id in object.get(operation.narrowed, name, ids)
	}
}

test_broken_glass_reads_the_log_of_a_protected_container_and_no_more if {
	logs := json.patch(example.start, [
		example.set("/operation", "container.logs"),
		example.set("/container/image/repository", "registry.internal/openclaw/monitor"),
		example.set("/breakglass", example.broken(["container.logs"])),
	])
	decision := main.decision with input as logs with data.site as example.site
	decision.allow == true
	{found.rule | some found in decision.waived} == {"lifecycle/protected"}
	closed := main.violations with input as json.patch(logs, [example.set("/breakglass", null)]) with data.site as example.site
	{found.breakglass | some found in closed} == {"airlock breakglass --for 15m --reason WHY container.logs"}
	example.admitted(json.patch(logs, [example.set("/operation", "container.stop")])) == false
}

test_every_openable_operation_opens[name] if {
	some name, _ in operation.openable
	document := json.patch(example.ping, [
		example.set("/operation", name),
		example.set("/breakglass", example.broken([name])),
	])
	example.admitted(document) == true
}

test_what_opens_is_published if {
	{name | some name in main.openable} == object.keys(operation.openable) | object.keys(operation.relaxable)
	main.unwaivable["hardening/privileged"]
}

test_a_volume_that_says_nothing_is_denied_by_every_rule if {
	document := json.patch(example.volume, [example.set("/volume", {})])
	example.admitted(document) == false
	example.fired(document) == {"filesystem/volume-driver", "filesystem/volume-name", "filesystem/volume-options"}
}

test_a_null_in_place_of_a_part_of_a_volume_is_denied[part] if {
	some part in (object.keys(example.volume.volume) - {"labels", "options", "size"})
	document := json.patch(example.volume, [example.set(concat("/", ["/volume", part]), null)])
	decision := main.decision with input as document with data.site as example.site
	decision.allow == false
	count(decision.violations) > 0
}

# The same of a service, with a file of each kind. What the request says beside it stands elsewhere in the input.
test_a_service_that_says_nothing_is_denied_by_every_rule if {
	document := json.patch(example.service_update, [
		example.set("/service", {"specified": true, "existing": true, "files": [{}, {"kind": "config"}], "live": {}}),
		example.set("/engine", {}),
		example.set("/request/api_version", null),
		example.set("/container/image/present", null),
	])
	example.admitted(document) == false
	fired := example.fired(document)
	quiet := {id |
		some rule
		data.airlock.rules.swarm[rule].deny
		id := concat("/", ["swarm", rule])
		not id in fired
	}
	quiet == {"swarm/registry-auth"}
}

test_a_null_in_place_of_a_part_of_a_service_is_denied[part] if {
	some part in (object.keys(example.service.service) - {"name", "live"})
	document := json.patch(example.service, [example.set(concat("/", ["/service", part]), null)])
	decision := main.decision with input as document with data.site as example.site
	decision.allow == false
	count(decision.violations) > 0
}

test_a_service_without_its_container_or_its_site_is_denied if {
	every lost in ["/container", "/service", "/topology", "/engine"] {
		document := json.patch(example.service, [example.set(lost, null)])
		example.admitted(document) == false
	}
	decision := main.decision with input as example.service with data.site as {}
	decision.allow == false
}

test_a_container_with_a_service_beside_it_is_denied if {
	document := json.patch(example.create, [example.set("/service", example.service.service)])
	"api/input" in example.fired(document)
	example.admitted(document) == false
}
