package airlock.rules.filesystem["mount-types_test"]

import data.airlock.lib.example
import data.airlock.rules.filesystem["mount-types"] as rule

cases := {
	"tmpfs is admitted": {"patch": [example.set("/container/mounts/-", {"origin": "mounts", "field": "HostConfig.Mounts[1]", "type": "tmpfs", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": set()},
	"no mount is admitted": {"patch": [example.set("/container/mounts", [])], "found": set()},
	"bind of binds is denied": {"patch": [example.set("/container/mounts/-", {"origin": "binds", "field": "HostConfig.Binds[0]", "type": "bind", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": {["HostConfig.Binds[0]", "bind"]}},
	"volume of mounts is denied": {"patch": [example.set("/container/mounts/-", {"origin": "mounts", "field": "HostConfig.Mounts[1]", "type": "volume", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": {["HostConfig.Mounts[1]", "volume"]}},
	"volume of volumes is denied": {"patch": [example.set("/container/mounts/-", {"origin": "volumes", "field": "Config.Volumes./data", "type": "volume", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": {["Config.Volumes./data", "volume"]}},
	"volumes-from of volumes-from is denied": {"patch": [example.set("/container/mounts/-", {"origin": "volumes-from", "field": "HostConfig.VolumesFrom[0]", "type": "volumes-from", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": {["HostConfig.VolumesFrom[0]", "volumes-from"]}},
	"npipe of mounts is denied": {"patch": [example.set("/container/mounts/-", {"origin": "mounts", "field": "HostConfig.Mounts[1]", "type": "npipe", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": {["HostConfig.Mounts[1]", "npipe"]}},
	"cluster of mounts is denied": {"patch": [example.set("/container/mounts/-", {"origin": "mounts", "field": "HostConfig.Mounts[1]", "type": "cluster", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": {["HostConfig.Mounts[1]", "cluster"]}},
	"image of mounts is denied": {"patch": [example.set("/container/mounts/-", {"origin": "mounts", "field": "HostConfig.Mounts[1]", "type": "image", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": {["HostConfig.Mounts[1]", "image"]}},
	"invalid of mounts is denied": {"patch": [example.set("/container/mounts/-", {"origin": "mounts", "field": "HostConfig.Mounts[1]", "type": "invalid", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": {["HostConfig.Mounts[1]", "invalid"]}},
	"a volume with a name is left to its own rules": {"patch": [example.set("/container/mounts/-", example.volume_mount)], "found": set()},
	"a volume with a name of a wrong type is denied": {"patch": [example.set("/container/mounts/-", object.union(example.volume_mount, {"source": ["telemetry"]}))], "found": {["HostConfig.Binds[0]", "volume"]}},
	"a secret file is left to its own rule": {"patch": [example.set("/container/mounts/-", example.secret_mount)], "found": set()},
	"the directory of secrets is denied": {"patch": [example.set("/container/mounts/-", object.union(example.secret_mount, {"source": "/run/airlock/secrets"}))], "found": {["HostConfig.Mounts[1]", "bind"]}},
	"a volume of the image is left to its own rule": {"patch": [example.set("/container/mounts/-", {"origin": "image-volume", "field": "HostConfig.Mounts[1]", "type": "volume", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": set()},
	"an absent type is denied": {"patch": [example.without("/container/mounts/0/type")], "found": {["HostConfig.Tmpfs./tmp", null]}},
	"a null type is denied": {"patch": [example.set("/container/mounts/0/type", null)], "found": {["HostConfig.Tmpfs./tmp", null]}},
	"a type of another kind is denied": {"patch": [example.set("/container/mounts/0/type", ["tmpfs"])], "found": {["HostConfig.Tmpfs./tmp", ["tmpfs"]]}},
	"a null mount is denied": {"patch": [example.set("/container/mounts/0", null)], "found": {["HostConfig.Mounts", null]}},
	"absent is denied": {"patch": [example.without("/container/mounts")], "found": {["HostConfig.Mounts", null]}},
	"null is denied": {"patch": [example.set("/container/mounts", null)], "found": {["HostConfig.Mounts", null]}},
	"wrong type is denied": {"patch": [example.set("/container/mounts", "/:/host")], "found": {["HostConfig.Mounts", "/:/host"]}},
}

test_mount_types[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/mounts/-", {"origin": "mounts", "field": "HostConfig.Binds[0]", "type": "bind", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Binds[0]", "got": "bind", "want": "tmpfs; files the container needs belong into its image, secrets into the site's directory of secrets"}}
}

test_whole_violation_2 if {
	document := json.patch(example.create, [example.set("/container/mounts/-", {"origin": "mounts", "field": "HostConfig.Mounts[1]", "type": "cluster", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Mounts[1]", "got": "cluster", "want": "tmpfs"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/mounts/-", {"origin": "binds", "field": "HostConfig.Binds[0]", "type": "bind", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})])
	example.fired(document) == {"filesystem/mount-types"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/mounts/-", {"origin": "mounts", "field": "HostConfig.Mounts[1]", "type": "volume", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})])
	example.fired(document) == {"filesystem/mount-types"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.create, [example.set("/container/mounts/-", {"origin": "mounts", "field": "HostConfig.Mounts[1]", "type": "image", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})])
	example.fired(document) == {"filesystem/mount-types"}
	example.admitted(document) == false
}

test_twin_4 if {
	document := json.patch(example.create, [example.without("/container/mounts")])
	example.fired(document) == {"filesystem/mount-types"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
