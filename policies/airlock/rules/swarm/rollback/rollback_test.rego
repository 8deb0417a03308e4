package airlock.rules.swarm.rollback_test

import data.airlock.lib.example
import data.airlock.rules.swarm.rollback as rule

cases := {
	"no rollback is admitted": {"document": example.service_update, "patch": [], "found": set()},
	"absent is admitted": {"document": example.service_update, "patch": [example.without("/request/query/rollback")], "found": set()},
	"an empty word is admitted": {"document": example.service_update, "patch": [example.set("/request/query/rollback", [""])], "found": set()},
	"a create is admitted": {"document": example.service, "patch": [], "found": set()},
	"a failed update may go on": {"document": example.service_update, "patch": [example.set("/service/on_failure", ["continue", "pause"])], "found": set()},
	"the previous is denied": {"document": example.service_update, "patch": [example.set("/request/query/rollback", ["previous"])], "found": {["query rollback", ["previous"]]}},
	"another word is denied": {"document": example.service_update, "patch": [example.set("/request/query/rollback", ["Previous"])], "found": {["query rollback", ["Previous"]]}},
	"null is denied": {"document": example.service_update, "patch": [example.set("/request/query/rollback", null)], "found": {["query rollback", null]}},
	"wrong type is denied": {"document": example.service_update, "patch": [example.set("/request/query/rollback", "none")], "found": {["query rollback", "none"]}},
	"a failed update that rolls back is denied": {"document": example.service_update, "patch": [example.set("/service/on_failure", ["rollback", "pause"])], "found": {["UpdateConfig.FailureAction", "rollback"]}},
	"a null action is denied": {"document": example.service_update, "patch": [example.set("/service/on_failure", [null, "pause"])], "found": {["UpdateConfig.FailureAction", null]}},
	"absent actions are denied": {"document": example.service_update, "patch": [example.without("/service/on_failure")], "found": {["UpdateConfig.FailureAction", null]}},
	"null actions are denied": {"document": example.service_update, "patch": [example.set("/service/on_failure", null)], "found": {["UpdateConfig.FailureAction", null]}},
	"actions of a wrong type are denied": {"document": example.service_update, "patch": [example.set("/service/on_failure", "pause")], "found": {["UpdateConfig.FailureAction", "pause"]}},
}

test_rollback[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.service_update, [example.set("/request/query/rollback", ["previous"])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "query rollback", "got": ["previous"], "want": "no rollback: send the specification you want"}}
}

test_twin if {
	document := json.patch(example.service_update, [example.set("/request/query/rollback", ["previous"])])
	example.fired(document) == {"swarm/rollback"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.service_update, [example.set("/service/on_failure", ["rollback", "pause"])])
	example.fired(document) == {"swarm/rollback"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.service_update, [example.set("/service/on_failure", null)])
	example.fired(document) == {"swarm/rollback"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
	rule.deny == set() with input as example.create with data.site as example.site
}
