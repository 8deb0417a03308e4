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

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
