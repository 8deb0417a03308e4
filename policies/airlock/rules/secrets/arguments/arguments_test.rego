package airlock.rules.secrets.arguments_test

import data.airlock.lib.example
import data.airlock.rules.secrets.arguments as rule

cases := {
	"none is admitted": {"patch": [example.set("/container/findings", [])], "found": set()},
	"one is denied": {"patch": [example.set("/container/findings", [secret])], "found": {["Config.Cmd[2]", "secret-name"]}},
	"two are denied": {"patch": [example.set("/container/findings", [secret, other])], "found": {["Config.Cmd[2]", "secret-name"], ["elsewhere", "forge-token"]}},
	"another place is not judged": {"patch": [example.set("/container/findings", [{"place": "image", "field": "elsewhere", "pattern": "forge-token"}])], "found": set()},
	"a finding without a pattern is denied": {"patch": [example.set("/container/findings", [object.remove(secret, ["pattern"])])], "found": {["Config.Cmd[2]", null]}},
	"a finding without a field is denied": {"patch": [example.set("/container/findings", [object.remove(secret, ["field"])])], "found": {[null, "secret-name"]}},
	"an unknown place is denied": {"patch": [example.set("/container/findings", [{"place": "elsewhere", "field": "f", "pattern": "p"}])], "found": {["f", "p"]}},
	"no place is denied": {"patch": [example.set("/container/findings", [object.remove(secret, ["place"])])], "found": {["Config.Cmd[2]", "secret-name"]}},
	"a null finding is denied": {"patch": [example.set("/container/findings", [null])], "found": {[null, null]}},
	"absent is denied": {"patch": [example.without("/container/findings")], "found": {["Config.Cmd", null]}},
	"null is denied": {"patch": [example.set("/container/findings", null)], "found": {["Config.Cmd", null]}},
	"wrong type is denied": {"patch": [example.set("/container/findings", "none")], "found": {["Config.Cmd", "none"]}},
}

secret := {"place": "arguments", "field": "Config.Cmd[2]", "pattern": "secret-name"}

other := {"place": "arguments", "field": "elsewhere", "pattern": "forge-token"}

test_arguments[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/findings", [secret])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Config.Cmd[2]", "got": "secret-name", "want": "no secret; the path of a file that holds it"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/findings", [secret])])
	example.fired(document) == {"secrets/arguments"}
	example.admitted(document) == false
}

given := {"place": "arguments", "field": "Cmd[2]", "pattern": "secret-name"}

processes := {
	"none is admitted": {"patch": [], "found": set()},
	"one is denied": {"patch": [example.set("/exec/findings", [given])], "found": {["Cmd[2]", "secret-name"]}},
	"two are denied": {"patch": [example.set("/exec/findings", [given, other])], "found": {["Cmd[2]", "secret-name"], ["elsewhere", "forge-token"]}},
	"another place is not judged": {"patch": [example.set("/exec/findings", [object.union(given, {"place": "environment"})])], "found": set()},
	"a finding without a pattern is denied": {"patch": [example.set("/exec/findings", [object.remove(given, ["pattern"])])], "found": {["Cmd[2]", null]}},
	"a finding without a field is denied": {"patch": [example.set("/exec/findings", [object.remove(given, ["field"])])], "found": {[null, "secret-name"]}},
	"a place of containers is denied": {"patch": [example.set("/exec/findings", [{"place": "image", "field": "f", "pattern": "p"}])], "found": {["f", "p"]}},
	"no place is denied": {"patch": [example.set("/exec/findings", [object.remove(given, ["place"])])], "found": {["Cmd[2]", "secret-name"]}},
	"a null finding is denied": {"patch": [example.set("/exec/findings", [null])], "found": {[null, null]}},
	"absent is denied": {"patch": [example.without("/exec/findings")], "found": {["Cmd", null]}},
	"null is denied": {"patch": [example.set("/exec/findings", null)], "found": {["Cmd", null]}},
	"wrong type is denied": {"patch": [example.set("/exec/findings", "none")], "found": {["Cmd", "none"]}},
	"no exec is denied": {"patch": [example.set("/exec", null)], "found": {["Cmd", null]}},
}

test_arguments_of_a_process[name] if {
	some name, case in processes
	some operation in ["exec.create", "exec.start", "exec.resize"]
	document := json.patch(example.exec, array.concat([example.set("/operation", operation)], case.patch))
	reported := rule.deny with input as document with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation_of_a_process if {
	document := json.patch(example.exec, [example.set("/exec/findings", [given])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Cmd[2]", "got": "secret-name", "want": "no secret; the path of a file that holds it"}}
}

test_twin_of_a_process[operation] if {
	some operation in ["exec.create", "exec.start", "exec.resize"]
	good := json.patch(example.exec, [example.set("/operation", operation)])
	document := json.patch(good, [example.set("/exec/findings", [given])])
	example.admitted(good)
	example.fired(document) == {"secrets/arguments"}
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
