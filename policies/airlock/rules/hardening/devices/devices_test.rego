package airlock.rules.hardening.devices_test

import data.airlock.lib.example
import data.airlock.rules.hardening.devices as rule

cases := {
	"devices.mappings: none is admitted": {"patch": [example.set("/container/devices/mappings", [])], "found": set()},
	"devices.mappings: a disk is denied": {"patch": [example.set("/container/devices/mappings", [{"host": "/dev/sda", "container": "/dev/sda", "permissions": "rwm"}])], "found": {["HostConfig.Devices", [{"host": "/dev/sda", "container": "/dev/sda", "permissions": "rwm"}]]}},
	"devices.mappings: absent is denied": {"patch": [example.without("/container/devices/mappings")], "found": {["HostConfig.Devices", null]}},
	"devices.mappings: null is denied": {"patch": [example.set("/container/devices/mappings", null)], "found": {["HostConfig.Devices", null]}},
	"devices.mappings: wrong type is denied": {"patch": [example.set("/container/devices/mappings", "")], "found": {["HostConfig.Devices", ""]}},
	"devices.cgroup_rules: none is admitted": {"patch": [example.set("/container/devices/cgroup_rules", [])], "found": set()},
	"devices.cgroup_rules: every device is denied": {"patch": [example.set("/container/devices/cgroup_rules", ["a *:* rwm"])], "found": {["HostConfig.DeviceCgroupRules", ["a *:* rwm"]]}},
	"devices.cgroup_rules: absent is denied": {"patch": [example.without("/container/devices/cgroup_rules")], "found": {["HostConfig.DeviceCgroupRules", null]}},
	"devices.cgroup_rules: null is denied": {"patch": [example.set("/container/devices/cgroup_rules", null)], "found": {["HostConfig.DeviceCgroupRules", null]}},
	"devices.cgroup_rules: wrong type is denied": {"patch": [example.set("/container/devices/cgroup_rules", "a *:* rwm")], "found": {["HostConfig.DeviceCgroupRules", "a *:* rwm"]}},
	"devices.requests: none is admitted": {"patch": [example.set("/container/devices/requests", 0)], "found": set()},
	"devices.requests: one is denied": {"patch": [example.set("/container/devices/requests", 1)], "found": {["HostConfig.DeviceRequests", 1]}},
	"devices.requests: absent is denied": {"patch": [example.without("/container/devices/requests")], "found": {["HostConfig.DeviceRequests", null]}},
	"devices.requests: null is denied": {"patch": [example.set("/container/devices/requests", null)], "found": {["HostConfig.DeviceRequests", null]}},
	"devices.requests: wrong type is denied": {"patch": [example.set("/container/devices/requests", "0")], "found": {["HostConfig.DeviceRequests", "0"]}},
}

test_devices[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/devices/mappings", [{"host": "/dev/sda", "container": "/dev/sda", "permissions": "rwm"}])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Devices", "got": [{"host": "/dev/sda", "container": "/dev/sda", "permissions": "rwm"}], "want": []}}
}

test_whole_violation_2 if {
	document := json.patch(example.create, [example.set("/container/devices/cgroup_rules", ["a *:* rwm"])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.DeviceCgroupRules", "got": ["a *:* rwm"], "want": []}}
}

test_whole_violation_3 if {
	document := json.patch(example.create, [example.set("/container/devices/requests", 1)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.DeviceRequests", "got": 1, "want": 0}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/devices/mappings", [{"host": "/dev/sda", "container": "/dev/sda", "permissions": "rwm"}])])
	example.fired(document) == {"hardening/devices"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/devices/cgroup_rules", ["a *:* rwm"])])
	example.fired(document) == {"hardening/devices"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.create, [example.set("/container/devices/requests", 1)])
	example.fired(document) == {"hardening/devices"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
