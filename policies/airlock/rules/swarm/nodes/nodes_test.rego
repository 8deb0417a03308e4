package airlock.rules.swarm.nodes_test

import data.airlock.lib.example
import data.airlock.rules.swarm.nodes as rule

cases := {
	"one node is admitted": {"document": example.service, "patch": [], "found": set()},
	"two nodes are denied": {"document": example.service, "patch": [example.set("/engine/swarm_nodes", 2)], "found": {["engine", 2]}},
	"no manager is denied": {"document": example.service, "patch": [example.set("/engine/swarm_nodes", 0)], "found": {["engine", 0]}},
	"absent is denied": {"document": example.service, "patch": [example.without("/engine/swarm_nodes")], "found": {["engine", null]}},
	"null is denied": {"document": example.service, "patch": [example.set("/engine/swarm_nodes", null)], "found": {["engine", null]}},
	"wrong type is denied": {"document": example.service, "patch": [example.set("/engine/swarm_nodes", "1")], "found": {["engine", "1"]}},
}

test_nodes[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.service, [example.set("/engine/swarm_nodes", 3)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "engine", "got": 3, "want": "a swarm of this node alone, of which it is the manager"}}
}

test_twin if {
	document := json.patch(example.service, [example.set("/engine/swarm_nodes", 2)])
	example.fired(document) == {"swarm/nodes"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
	rule.deny == set() with input as example.create with data.site as example.site
}
