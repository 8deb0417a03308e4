package airlock.rules.lifecycle["exec-command_test"]

import data.airlock.lib.example
import data.airlock.rules.lifecycle["exec-command"] as rule

cases := {
	"a command of the role is admitted": {"patch": [], "found": set()},
	"another command of the role is admitted": {"patch": [example.set("/exec/command_digest", "e15f")], "found": set()},
	"a command of no role is denied": {"patch": [example.set("/exec/command_digest", "ffff")], "found": {["Cmd", {"arguments": 2, "digest": "ffff"}]}},
	"a command of another role is denied": {"patch": [example.set("/container/image/repository", "registry.internal/openclaw/collector")], "found": {["Cmd", {"arguments": 2, "digest": "0cb6"}]}},
	"an image without a role has none": {"patch": [example.set("/container/image/repository", "registry.internal/openclaw/tool")], "found": {["Cmd", {"arguments": 2, "digest": "0cb6"}]}},
	"a command without a digest is denied": {"patch": [example.set("/exec/command_digest", "")], "found": {["Cmd", {"arguments": 2, "digest": ""}]}},
	"an absent digest is denied": {"patch": [example.without("/exec/command_digest")], "found": {["Cmd", {"arguments": 2, "digest": null}]}},
	"a null digest is denied": {"patch": [example.set("/exec/command_digest", null)], "found": {["Cmd", {"arguments": 2, "digest": null}]}},
	"a digest of a wrong type is denied": {"patch": [example.set("/exec/command_digest", ["0cb6"])], "found": {["Cmd", {"arguments": 2, "digest": ["0cb6"]}]}},
	"no exec is denied": {"patch": [example.set("/exec", null)], "found": {["Cmd", {"arguments": null, "digest": null}]}},
}

test_exec_command[name] if {
	some name, case in cases
	some operation in ["exec.create", "exec.start", "exec.resize"]
	document := json.patch(example.exec, array.concat([example.set("/operation", operation)], case.patch))
	reported := rule.deny with input as document with data.site as example.site
	{[violation.field, violation.got] | some violation in reported} == case.found
}

test_whole_violation if {
	reported := rule.deny with input as json.patch(example.exec, [example.set("/exec/command_digest", "ffff")]) with data.site as example.site
	reported == {{"field": "Cmd", "got": {"arguments": 2, "digest": "ffff"}, "want": "a command of the container's role (roles.<role>.exec): [[\"cat\", \"/proc/uptime\"], [\"sh\"]]"}}
}

test_twin[operation] if {
	some operation in ["exec.create", "exec.start", "exec.resize"]
	good := json.patch(example.exec, [example.set("/operation", operation)])
	document := json.patch(good, [example.set("/exec/command_digest", "ffff")])
	example.admitted(good)
	example.fired(document) == {"lifecycle/exec-command"}
	example.admitted(document) == false
}

test_other_operations_are_not_judged if {
	rule.deny == set() with input as example.start with data.site as example.site
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}

test_no_site_data_denies if {
	reported := rule.deny with input as example.exec with data.site as {}
	{violation.want | some violation in reported} == {"no command: the container's role has none (roles.<role>.exec)"}
}

test_a_command_of_the_site_without_a_digest_is_none if {
	site := json.patch(example.site, [example.set("/roles/worker/exec", [{"command": ["sh"], "digest": null}, null, "0cb6"])])
	reported := rule.deny with input as example.exec with data.site as site
	count(reported) == 1
}
