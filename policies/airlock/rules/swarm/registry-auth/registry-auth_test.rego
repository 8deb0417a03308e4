package airlock.rules.swarm["registry-auth_test"]

import data.airlock.lib.example
import data.airlock.rules.swarm["registry-auth"] as rule

cases := {
	"the present are admitted": {"document": example.service_update, "patch": [], "found": set()},
	"absent is admitted": {"document": example.service_update, "patch": [example.without("/request/query/registryAuthFrom")], "found": set()},
	"an empty word is admitted": {"document": example.service_update, "patch": [example.set("/request/query/registryAuthFrom", [""])], "found": set()},
	"the previous are denied": {"document": example.service_update, "patch": [example.set("/request/query/registryAuthFrom", ["previous-spec"])], "found": {["query registryAuthFrom", ["previous-spec"]]}},
	"null is denied": {"document": example.service_update, "patch": [example.set("/request/query/registryAuthFrom", null)], "found": {["query registryAuthFrom", null]}},
	"wrong type is denied": {"document": example.service_update, "patch": [example.set("/request/query/registryAuthFrom", "spec")], "found": {["query registryAuthFrom", "spec"]}},
}

test_registry_auth[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.service_update, [example.set("/request/query/registryAuthFrom", ["previous-spec"])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "query registryAuthFrom", "got": ["previous-spec"], "want": "spec, or none"}}
}

test_twin if {
	document := json.patch(example.service_update, [example.set("/request/query/registryAuthFrom", ["previous-spec"])])
	example.fired(document) == {"swarm/registry-auth"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
	rule.deny == set() with input as example.create with data.site as example.site
}
