package airlock.rules.lifecycle.healthcheck_test

import data.airlock.lib.example
import data.airlock.rules.lifecycle.healthcheck as rule

cases := {
	"the image's is admitted": {"patch": [example.set("/container/process/healthcheck/source", "image")], "found": set()},
	"the request's is admitted": {"patch": [example.set("/container/process/healthcheck/source", "request")], "found": set()},
	"disabled is denied": {"patch": [example.set("/container/process/healthcheck/source", "disabled")], "found": {["Config.Healthcheck", "disabled"]}},
	"absent is denied": {"patch": [example.without("/container/process/healthcheck/source")], "found": {["Config.Healthcheck", null]}},
	"null is denied": {"patch": [example.set("/container/process/healthcheck/source", null)], "found": {["Config.Healthcheck", null]}},
	"wrong type is denied": {"patch": [example.set("/container/process/healthcheck/source", 0)], "found": {["Config.Healthcheck", 0]}},
}

test_healthcheck[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/process/healthcheck/source", "disabled")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Config.Healthcheck", "got": "disabled", "want": "the image's health check, or one of the request"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/process/healthcheck/source", "disabled")])
	example.fired(document) == {"lifecycle/healthcheck"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
