package airlock.rules.hardening["storage-options_test"]

import data.airlock.lib.example
import data.airlock.rules.hardening["storage-options"] as rule

cases := {
	"none is admitted": {"patch": [example.set("/container/rootfs/storage_opt", {})], "found": set()},
	"a size is denied": {"patch": [example.set("/container/rootfs/storage_opt", {"size": "120G"})], "found": {["HostConfig.StorageOpt", {"size": "120G"}]}},
	"absent is denied": {"patch": [example.without("/container/rootfs/storage_opt")], "found": {["HostConfig.StorageOpt", null]}},
	"null is denied": {"patch": [example.set("/container/rootfs/storage_opt", null)], "found": {["HostConfig.StorageOpt", null]}},
	"wrong type is denied": {"patch": [example.set("/container/rootfs/storage_opt", [])], "found": {["HostConfig.StorageOpt", []]}},
}

test_storage_options[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/rootfs/storage_opt", {"size": "120G"})])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.StorageOpt", "got": {"size": "120G"}, "want": {}}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/rootfs/storage_opt", {"size": "120G"})])
	example.fired(document) == {"hardening/storage-options"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
