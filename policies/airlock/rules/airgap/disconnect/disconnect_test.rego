package airlock.rules.airgap.disconnect_test

import data.airlock.lib.example
import data.airlock.rules.airgap.disconnect as rule

cases := {
	"a worker is admitted": {"document": example.disconnect, "patch": [], "found": set()},
	"a container without a role is admitted": {"document": example.disconnect, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/tool")], "found": set()},
	"an image nobody pinned is admitted": {"document": example.disconnect, "patch": [example.set("/container/image/repository", "")], "found": set()},
	"a role that says so is admitted": {"document": example.disconnect, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/collector")], "found": set()},
	"another operation is not judged": {"document": example.start, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/monitor")], "found": set()},
	"the monitor is denied": {"document": example.disconnect, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/monitor")], "found": {["Container", "worker-1"]}},
	"the proxy is denied": {"document": example.disconnect, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/llm-proxy")], "found": {["Container", "worker-1"]}},
	"a repository absent is denied": {"document": example.disconnect, "patch": [example.without("/container/image/repository")], "found": {["Container", "worker-1"]}},
	"a repository null is denied": {"document": example.disconnect, "patch": [example.set("/container/image/repository", null)], "found": {["Container", "worker-1"]}},
	"a repository of a wrong type is denied": {"document": example.disconnect, "patch": [example.set("/container/image/repository", 1)], "found": {["Container", "worker-1"]}},
	"no image is denied": {"document": example.disconnect, "patch": [example.set("/container/image", null)], "found": {["Container", "worker-1"]}},
}

test_disconnect[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.disconnect, [example.set("/container/image/repository", "registry.internal/openclaw/monitor")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Container", "got": "worker-1", "want": "a container whose role is not protected"}}
}

test_twin if {
	document := json.patch(example.disconnect, [example.set("/container/image/repository", "registry.internal/openclaw/monitor")])
	example.fired(document) == {"airgap/disconnect"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}

test_whatever_else_is_wrong_it_may_be_disconnected if {
	document := json.patch(example.disconnect, [
		example.set("/container/privileges/privileged", true),
		example.set("/container/network/attached/0", example.attached("path id", example.weak)),
	])
	example.fired(document) == set()
	example.admitted(document) == true
}

test_protected_is_anything_but_false[value] if {
	some value in [true, null, "no", 0]
	site := json.patch(example.site, [example.set("/roles/worker/protected", value)])
	reported := rule.deny with input as example.disconnect with data.site as site
	count(reported) == 1
}
