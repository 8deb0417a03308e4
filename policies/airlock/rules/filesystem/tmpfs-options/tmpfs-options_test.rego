package airlock.rules.filesystem["tmpfs-options_test"]

import data.airlock.lib.example
import data.airlock.rules.filesystem["tmpfs-options"] as rule

cases := {
	"all three are admitted": {"patch": [example.set("/container/mounts/0/noexec", true)], "found": set()},
	"an unknown option is denied": {"patch": [example.set("/container/mounts/0/options", ["mpol=bind:0"])], "found": {["HostConfig.Tmpfs./tmp", ["mpol=bind:0"]]}},
	"absent options are denied": {"patch": [example.without("/container/mounts/0/options")], "found": {["HostConfig.Tmpfs./tmp", null]}},
	"null options are denied": {"patch": [example.set("/container/mounts/0/options", null)], "found": {["HostConfig.Tmpfs./tmp", null]}},
	"options of a wrong type are denied": {"patch": [example.set("/container/mounts/0/options", "")], "found": {["HostConfig.Tmpfs./tmp", ""]}},
	"noexec off is denied": {"patch": [example.set("/container/mounts/0/noexec", false)], "found": {["HostConfig.Tmpfs./tmp", {"noexec": false}]}},
	"noexec absent is denied": {"patch": [example.without("/container/mounts/0/noexec")], "found": {["HostConfig.Tmpfs./tmp", {"noexec": null}]}},
	"noexec null is denied": {"patch": [example.set("/container/mounts/0/noexec", null)], "found": {["HostConfig.Tmpfs./tmp", {"noexec": null}]}},
	"noexec of a wrong type is denied": {"patch": [example.set("/container/mounts/0/noexec", "true")], "found": {["HostConfig.Tmpfs./tmp", {"noexec": "true"}]}},
	"nosuid off is denied": {"patch": [example.set("/container/mounts/0/nosuid", false)], "found": {["HostConfig.Tmpfs./tmp", {"nosuid": false}]}},
	"nosuid absent is denied": {"patch": [example.without("/container/mounts/0/nosuid")], "found": {["HostConfig.Tmpfs./tmp", {"nosuid": null}]}},
	"nosuid null is denied": {"patch": [example.set("/container/mounts/0/nosuid", null)], "found": {["HostConfig.Tmpfs./tmp", {"nosuid": null}]}},
	"nosuid of a wrong type is denied": {"patch": [example.set("/container/mounts/0/nosuid", "true")], "found": {["HostConfig.Tmpfs./tmp", {"nosuid": "true"}]}},
	"nodev off is denied": {"patch": [example.set("/container/mounts/0/nodev", false)], "found": {["HostConfig.Tmpfs./tmp", {"nodev": false}]}},
	"nodev absent is denied": {"patch": [example.without("/container/mounts/0/nodev")], "found": {["HostConfig.Tmpfs./tmp", {"nodev": null}]}},
	"nodev null is denied": {"patch": [example.set("/container/mounts/0/nodev", null)], "found": {["HostConfig.Tmpfs./tmp", {"nodev": null}]}},
	"nodev of a wrong type is denied": {"patch": [example.set("/container/mounts/0/nodev", "true")], "found": {["HostConfig.Tmpfs./tmp", {"nodev": "true"}]}},
	"another type is left to its own rule": {"patch": [example.set("/container/mounts/-", {"origin": "mounts", "field": "HostConfig.Mounts[1]", "type": "bind", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": false, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": set()},
}

test_tmpfs_options[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/mounts/0/noexec", false)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Tmpfs./tmp", "got": {"noexec": false}, "want": {"noexec": true}}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/mounts/0/noexec", false)])
	example.fired(document) == {"filesystem/tmpfs-options"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/mounts/0/nosuid", false)])
	example.fired(document) == {"filesystem/tmpfs-options"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.create, [example.set("/container/mounts/0/nodev", false)])
	example.fired(document) == {"filesystem/tmpfs-options"}
	example.admitted(document) == false
}

test_twin_4 if {
	document := json.patch(example.create, [example.set("/container/mounts/0/options", ["mpol=bind:0"])])
	example.fired(document) == {"filesystem/tmpfs-options"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
