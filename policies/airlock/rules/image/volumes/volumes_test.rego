package airlock.rules.image.volumes_test

import data.airlock.lib.example
import data.airlock.rules.image.volumes as rule

cases := {
	"none is admitted": {"patch": [example.set("/container/mounts", [])], "found": set()},
	"another origin is left to its own rule": {"patch": [example.set("/container/mounts/-", {"origin": "mounts", "field": "HostConfig.Mounts[1]", "type": "volume", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": set()},
	"a volume of the image is denied": {"patch": [example.set("/container/mounts/-", {"origin": "image-volume", "field": "Image", "type": "volume", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": {["Image", "/data"]}},
	"a volume of the image of any type is denied": {"patch": [example.set("/container/mounts/-", {"origin": "image-volume", "field": "Image", "type": "tmpfs", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": {["Image", "/data"]}},
	"an absent destination is denied": {"patch": [example.set("/container/mounts/-", {"origin": "image-volume"})], "found": {["HostConfig.Mounts", null]}},
	"a null field is denied": {"patch": [example.set("/container/mounts/-", {"origin": "image-volume", "field": null, "type": "tmpfs", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": {["HostConfig.Mounts", "/data"]}},
	"a field of a wrong type is denied": {"patch": [example.set("/container/mounts/-", {"origin": "image-volume", "field": 1, "type": "tmpfs", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})], "found": {["HostConfig.Mounts", "/data"]}},
}

test_volumes[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/mounts/-", {"origin": "image-volume", "field": "Image", "type": "volume", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Image", "got": "/data", "want": "a tmpfs on exactly this path"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/mounts/-", {"origin": "image-volume", "field": "Image", "type": "volume", "source": "", "target": "/data", "destination": "/data", "readonly": false, "propagation": "", "driver": "", "driver_options": false, "subpath": "", "size": 1, "inodes": 0, "mode": "", "noexec": true, "nosuid": true, "nodev": true, "options": [], "stacked": false, "canonical": true})])
	example.fired(document) == {"image/volumes"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
