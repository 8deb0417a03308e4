package airlock.rules.api.swarm_test

import data.airlock.lib.example
import data.airlock.lib.operation
import data.airlock.main
import data.airlock.rules.api.swarm as rule

cases := {
	"a swarm that is on is admitted": {"patch": [], "found": set()},
	"one that is off is denied": {"patch": [example.set("/swarm/enabled", false)], "found": {["request", "service.create"]}},
	"absent is denied": {"patch": [example.without("/swarm/enabled")], "found": {["request", "service.create"]}},
	"no swarm at all is denied": {"patch": [example.without("/swarm")], "found": {["request", "service.create"]}},
	"null is denied": {"patch": [example.set("/swarm/enabled", null)], "found": {["request", "service.create"]}},
	"wrong type is denied": {"patch": [example.set("/swarm/enabled", "true")], "found": {["request", "service.create"]}},
}

off := json.patch(example.site, [example.set("/swarm/enabled", false)])

test_swarm[name] if {
	some name, case in cases
	reported := rule.deny with input as example.service with data.site as json.patch(example.site, case.patch)
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	reported := rule.deny with input as example.service with data.site as off
	reported == {{"field": "request", "got": "service.create", "want": "an operation outside a swarm; this site has none (swarm.enabled in site.yaml)"}}
}

operations := {name |
	some treatments in [operation.subjects, operation.openable, operation.refused]
	some name, _ in treatments
	split(name, ".")[0] in {"config", "node", "secret", "service", "swarm", "task"}
}

test_there_are_as_many_operations_as_the_engine_has if count(operations) == 30

# Whatever else is wrong with it: the document is that of a ping.
test_off_every_operation_of_a_swarm_has_this_one_reason[name] if {
	some name in operations
	document := json.patch(example.ping, [example.set("/operation", name)])
	decision := main.decision with input as document with data.site as off
	decision.allow == false
	"api/swarm" in {found.rule | some found in decision.violations}
	{found.rule | some found in decision.violations} - {"api/input", "api/swarm"} == set()
}

test_off_a_whole_request_has_this_one_reason if {
	every document in [example.service, example.service_update, example.removal_of_service] {
		decision := main.decision with input as document with data.site as off
		decision.allow == false
		{found.rule | some found in decision.violations} == {"api/swarm"}
	}
}

test_twin if {
	document := json.patch(example.ping, [example.set("/operation", "service.list")])
	example.fired(document) == set()
	example.admitted(document) == true
}

test_off_everything_else_is_judged_as_ever if {
	every document in [example.create, example.ping, example.pull, example.network] {
		decision := main.decision with input as document with data.site as off
		decision.allow == true
	}
}

test_anything_but_an_operation_is_left_to_other_rules if {
	every name in ["", null, 0, [], "system.ping", "swarms.init"] {
		document := json.patch(example.ping, [example.set("/operation", name)])
		reported := rule.deny with input as document with data.site as off
		reported == set()
	}
}
