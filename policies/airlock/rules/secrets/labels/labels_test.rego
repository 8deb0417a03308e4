package airlock.rules.secrets.labels_test

import data.airlock.lib.example
import data.airlock.rules.secrets.labels as rule

cases := {
	"none is admitted": {"patch": [example.set("/container/findings", [])], "found": set()},
	"one is denied": {"patch": [example.set("/container/findings", [secret])], "found": {["Config.Labels.registry.token", "secret-name"]}},
	"two are denied": {"patch": [example.set("/container/findings", [secret, other])], "found": {["Config.Labels.registry.token", "secret-name"], ["elsewhere", "forge-token"]}},
	"another place is not judged": {"patch": [example.set("/container/findings", [{"place": "image", "field": "elsewhere", "pattern": "forge-token"}])], "found": set()},
	"a finding without a pattern is denied": {"patch": [example.set("/container/findings", [object.remove(secret, ["pattern"])])], "found": {["Config.Labels.registry.token", null]}},
	"a finding without a field is denied": {"patch": [example.set("/container/findings", [object.remove(secret, ["field"])])], "found": {[null, "secret-name"]}},
	"absent is denied": {"patch": [example.without("/container/findings")], "found": {["Config.Labels", null]}},
	"null is denied": {"patch": [example.set("/container/findings", null)], "found": {["Config.Labels", null]}},
	"wrong type is denied": {"patch": [example.set("/container/findings", "none")], "found": {["Config.Labels", "none"]}},
}

secret := {"place": "labels", "field": "Config.Labels.registry.token", "pattern": "secret-name"}

other := {"place": "labels", "field": "elsewhere", "pattern": "forge-token"}

test_labels[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/findings", [secret])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Config.Labels.registry.token", "got": "secret-name", "want": "no secret"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/findings", [secret])])
	example.fired(document) == {"secrets/labels"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
