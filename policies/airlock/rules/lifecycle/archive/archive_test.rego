package airlock.rules.lifecycle.archive_test

import data.airlock.lib.example
import data.airlock.rules.lifecycle.archive as rule

at(destination) := [example.set("/container/mounts/0/destination", destination)]

found(got) := {["HostConfig.Tmpfs./tmp", got]}

task := [{"name": "com.docker.swarm.task.id", "length": 25}]

cases := {
	"scratch space is admitted": {"patch": [], "found": set()},
	"no mount is admitted": {"patch": [example.set("/container/mounts", [])], "found": set()},
	"beside the secrets is admitted": {"patch": at("/run/secrets-not"), "found": set()},
	"a label of compose is admitted": {"patch": [example.set("/container/labels", [{"name": "com.docker.compose.project", "length": 2}])], "found": set()},
	"a file of the host is denied": {"patch": [example.set("/container/mounts/0/type", "bind")], "found": found("/tmp")},
	"a volume is denied": {"patch": [example.set("/container/mounts/0/type", "volume")], "found": found("/tmp")},
	"where secrets stand is denied": {"patch": at("/run/secrets"), "found": found("/run/secrets")},
	"below where secrets stand is denied": {"patch": at("/run/secrets/key"), "found": found("/run/secrets/key")},
	"a mount that says nothing is denied": {"patch": [example.set("/container/mounts", [{}])], "found": {["HostConfig.Mounts", null]}},
	"a mount that is null is denied": {"patch": [example.set("/container/mounts", [null])], "found": {["HostConfig.Mounts", null]}},
	"a destination of a wrong type is denied": {"patch": at(1), "found": found(1)},
	"mounts absent are denied": {"patch": [example.without("/container/mounts")], "found": {["HostConfig.Mounts", null]}},
	"mounts null are denied": {"patch": [example.set("/container/mounts", null)], "found": {["HostConfig.Mounts", null]}},
	"mounts of a wrong type are denied": {"patch": [example.set("/container/mounts", "none")], "found": {["HostConfig.Mounts", "none"]}},
	"a task of a swarm is denied": {"patch": [example.set("/container/labels", task)], "found": {["Config.Labels", task]}},
	"labels absent are denied": {"patch": [example.without("/container/labels")], "found": {["Config.Labels", null]}},
	"labels null are denied": {"patch": [example.set("/container/labels", null)], "found": {["Config.Labels", null]}},
}

test_archive[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.archive, case.patch) with data.site as example.site
	{[violation.field, violation.got] | some violation in reported} == case.found
}

test_no_site_data_denies if {
	reported := rule.deny with input as example.archive with data.site as {}
	count(reported) == 2
}

test_whole_violation if {
	reported := rule.deny with input as json.patch(example.archive, at("/run/secrets/key")) with data.site as example.site
	reported == {{"field": "HostConfig.Tmpfs./tmp", "got": "/run/secrets/key", "want": "a tmpfs, not below the directory of secrets (secrets.target)"}}
}

test_twin[operation] if {
	some operation in ["container.archive.get", "container.archive.stat", "container.export"]
	document := json.patch(example.archive, [example.set("/operation", operation)])
	example.admitted(document)
	broken := json.patch(document, [example.set("/container/mounts/0/type", "bind")])
	example.fired(broken) == {"lifecycle/archive"}
	example.admitted(broken) == false
}

test_other_operations_are_not_judged if {
	document := json.patch(example.stop, [example.set("/container/mounts/0/type", "bind")])
	rule.deny == set() with input as document with data.site as example.site
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
