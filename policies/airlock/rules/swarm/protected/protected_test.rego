package airlock.rules.swarm.protected_test

import data.airlock.lib.example
import data.airlock.rules.swarm.protected as rule

cases := {
	"an update within the role is admitted": {"document": example.service_update, "patch": [], "found": set()},
	"a create is admitted": {"document": example.service, "patch": [], "found": set()},
	"an update of a worker is admitted": {"document": example.service_update, "patch": [example.set("/service/live/repository", "registry.internal/openclaw/worker")], "found": set()},
	"a removal of a worker is admitted": {"document": example.removal_of_service, "patch": [], "found": set()},
	"a removal of the proxy is denied": {"document": example.removal_of_service, "patch": [example.set("/service/live/repository", "registry.internal/openclaw/llm-proxy")], "found": {["path id", "worker"]}},
	"logs of the proxy are denied": {"document": example.removal_of_service, "patch": [example.set("/service/live/repository", "registry.internal/openclaw/llm-proxy"), example.set("/operation", "service.logs")], "found": {["path id", "worker"]}},
	"an update out of the role is denied": {"document": example.service_update, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/worker")], "found": {["path id", "llm-proxy"]}},
	"an update to no task is denied": {"document": example.service_update, "patch": [example.set("/service/tasks", 0)], "found": {["path id", "llm-proxy"]}},
	"absent is denied": {"document": example.removal_of_service, "patch": [example.without("/service/live/repository")], "found": {["path id", "worker"]}},
	"null is denied": {"document": example.removal_of_service, "patch": [example.set("/service/live/repository", null)], "found": {["path id", "worker"]}},
	"wrong type is denied": {"document": example.removal_of_service, "patch": [example.set("/service/live/repository", 1)], "found": {["path id", "worker"]}},
	"no service is left to its own rule": {"document": example.service_update, "patch": [example.set("/service/live", null)], "found": set()},
}

test_protected[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.service_update, [example.set("/service/tasks", 0)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "path id", "got": "llm-proxy", "want": "a service whose role is not protected, or an update that keeps role and tasks"}}
}

test_twin if {
	document := json.patch(example.service_update, [example.set("/service/tasks", 0)])
	example.fired(document) == {"swarm/protected"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.removal_of_service, [example.set("/service/live/repository", "registry.internal/openclaw/llm-proxy")])
	example.fired(document) == {"swarm/protected"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.removal_of_service, [example.set("/service/live/repository", "registry.internal/openclaw/llm-proxy"), example.set("/operation", "service.logs")])
	example.fired(document) == {"swarm/protected"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
	rule.deny == set() with input as example.create with data.site as example.site
}
