package airlock.rules.lifecycle.protected_test

import data.airlock.lib.example
import data.airlock.lib.operation
import data.airlock.rules.lifecycle.protected as rule

monitor := example.set("/container/image/repository", "registry.internal/openclaw/monitor")

found := {["path name", "worker-1"]}

cases := {
	"a worker is admitted": {"document": example.stop, "patch": [], "found": set()},
	"a container without a role is admitted": {"document": example.stop, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/tool")], "found": set()},
	"an image nobody pinned is admitted": {"document": example.stop, "patch": [example.set("/container/image/repository", "")], "found": set()},
	"a role that says so is admitted": {"document": example.stop, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/collector")], "found": set()},
	"a start is not judged": {"document": example.start, "patch": [monitor], "found": set()},
	"the monitor is denied": {"document": example.stop, "patch": [monitor], "found": found},
	"the proxy is denied": {"document": example.stop, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/llm-proxy")], "found": found},
	"a repository absent is denied": {"document": example.stop, "patch": [example.without("/container/image/repository")], "found": found},
	"a repository null is denied": {"document": example.stop, "patch": [example.set("/container/image/repository", null)], "found": found},
	"a repository of a wrong type is denied": {"document": example.stop, "patch": [example.set("/container/image/repository", 1)], "found": found},
	"no image is denied": {"document": example.stop, "patch": [example.set("/container/image", null)], "found": found},
}

test_protected[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[violation.field, violation.got] | some violation in reported} == case.found
}

test_whole_violation if {
	reported := rule.deny with input as json.patch(example.stop, [monitor]) with data.site as example.site
	reported == {{"field": "path name", "got": "worker-1", "want": "a container whose role is not protected (roles.<role>.protected)"}}
}

test_twin if {
	document := json.patch(example.stop, [monitor])
	example.fired(document) == {"lifecycle/protected"}
	example.admitted(document) == false
	example.admitted(example.stop)
}

test_every_narrowed_operation_is_judged[name] if {
	some name in ({known | some known, _ in operation.narrowed; operation.subjects[known] == "container"} - {"network.disconnect"})
	document := json.patch(example.stop, [monitor, example.set("/operation", name)])
	"lifecycle/protected" in example.fired(document)
}

test_what_every_rule_judges_is_judged[operation] if {
	some operation in ["container.restart", "container.update"]
	document := json.patch(example.start, [example.set("/operation", operation), monitor])
	example.fired(document) == {"lifecycle/protected"}
}

test_whatever_else_is_wrong_it_may_be_ended[name] if {
	some name in ["container.kill", "container.pause", "container.remove", "container.stop"]
	document := json.patch(example.stop, [
		example.set("/operation", name),
		example.set("/container/privileges/privileged", true),
		example.set("/container/resources", null),
	])
	example.fired(document) == set()
	example.admitted(document) == true
}

test_protected_is_anything_but_false[value] if {
	some value in [true, null, "no", 0]
	site := json.patch(example.site, [example.set("/roles/worker/protected", value)])
	reported := rule.deny with input as example.stop with data.site as site
	count(reported) == 1
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
