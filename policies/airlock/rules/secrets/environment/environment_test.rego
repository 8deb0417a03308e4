package airlock.rules.secrets.environment_test

import data.airlock.lib.example
import data.airlock.rules.secrets.environment as rule

cases := {
	"none is admitted": {"patch": [example.set("/container/findings", [])], "found": set()},
	"one is denied": {"patch": [example.set("/container/findings", [secret])], "found": {["Config.Env[3] (OPENAI_API_KEY)", "secret-name"]}},
	"two are denied": {"patch": [example.set("/container/findings", [secret, other])], "found": {["Config.Env[3] (OPENAI_API_KEY)", "secret-name"], ["elsewhere", "forge-token"]}},
	"another place is not judged": {"patch": [example.set("/container/findings", [{"place": "image", "field": "elsewhere", "pattern": "forge-token"}])], "found": set()},
	"a finding without a pattern is denied": {"patch": [example.set("/container/findings", [object.remove(secret, ["pattern"])])], "found": {["Config.Env[3] (OPENAI_API_KEY)", null]}},
	"a finding without a field is denied": {"patch": [example.set("/container/findings", [object.remove(secret, ["field"])])], "found": {[null, "secret-name"]}},
	"absent is denied": {"patch": [example.without("/container/findings")], "found": {["Config.Env", null]}},
	"null is denied": {"patch": [example.set("/container/findings", null)], "found": {["Config.Env", null]}},
	"wrong type is denied": {"patch": [example.set("/container/findings", "none")], "found": {["Config.Env", "none"]}},
}

secret := {"place": "environment", "field": "Config.Env[3] (OPENAI_API_KEY)", "pattern": "secret-name"}

other := {"place": "environment", "field": "elsewhere", "pattern": "forge-token"}

test_environment[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/findings", [secret])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Config.Env[3] (OPENAI_API_KEY)", "got": "secret-name", "want": "no secret; the path of a file in a variable ending in _FILE"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/findings", [secret])])
	example.fired(document) == {"secrets/environment"}
	example.admitted(document) == false
}

given := {"place": "environment", "field": "Env[0] (TOKEN)", "pattern": "secret-name"}

processes := {
	"none is admitted": {"patch": [], "found": set()},
	"one is denied": {"patch": [example.set("/exec/findings", [given])], "found": {["Env[0] (TOKEN)", "secret-name"]}},
	"two are denied": {"patch": [example.set("/exec/findings", [given, other])], "found": {["Env[0] (TOKEN)", "secret-name"], ["elsewhere", "forge-token"]}},
	"another place is not judged": {"patch": [example.set("/exec/findings", [object.union(given, {"place": "arguments"})])], "found": set()},
	"a finding without a pattern is denied": {"patch": [example.set("/exec/findings", [object.remove(given, ["pattern"])])], "found": {["Env[0] (TOKEN)", null]}},
	"a finding without a field is denied": {"patch": [example.set("/exec/findings", [object.remove(given, ["field"])])], "found": {[null, "secret-name"]}},
	"absent is denied": {"patch": [example.without("/exec/findings")], "found": {["Env", null]}},
	"null is denied": {"patch": [example.set("/exec/findings", null)], "found": {["Env", null]}},
	"wrong type is denied": {"patch": [example.set("/exec/findings", "none")], "found": {["Env", "none"]}},
	"no exec is denied": {"patch": [example.set("/exec", null)], "found": {["Env", null]}},
}

test_environment_of_a_process[name] if {
	some name, case in processes
	some operation in ["exec.create", "exec.start", "exec.resize"]
	document := json.patch(example.exec, array.concat([example.set("/operation", operation)], case.patch))
	reported := rule.deny with input as document with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation_of_a_process if {
	document := json.patch(example.exec, [example.set("/exec/findings", [given])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Env[0] (TOKEN)", "got": "secret-name", "want": "no secret; the path of a file in a variable ending in _FILE"}}
}

test_twin_of_a_process[operation] if {
	some operation in ["exec.create", "exec.start", "exec.resize"]
	good := json.patch(example.exec, [example.set("/operation", operation)])
	document := json.patch(good, [example.set("/exec/findings", [given])])
	example.admitted(good)
	example.fired(document) == {"secrets/environment"}
	example.admitted(document) == false
}

# Broken glass opens what may be run, not what may be told to it.
test_broken_glass_forgives_no_secret[operation] if {
	some operation in ["exec.create", "exec.start", "exec.resize"]
	opened := json.patch(example.exec, [
		example.set("/operation", operation),
		example.set("/exec/env", [{"name": "TOKEN_FILE", "length": 18}]),
		example.set("/breakglass", example.broken([operation])),
	])
	document := json.patch(opened, [example.set("/exec/findings", [given])])
	example.admitted(opened)
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
