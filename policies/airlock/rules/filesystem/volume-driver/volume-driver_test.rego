package airlock.rules.filesystem["volume-driver_test"]

import data.airlock.lib.example
import data.airlock.rules.filesystem["volume-driver"] as rule

cases := {
	"the example is admitted": {"document": example.monitor, "patch": [], "found": set()},
	"a volume that is not there yet is admitted": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume", example.no_volume)], "found": set()},
	"an anonymous volume is left to mount-types": {"document": example.monitor, "patch": [example.set("/container/mounts/2/source", ""), example.set("/container/mounts/2/volume", null), example.set("/container/mounts/2/driver", "x"), example.set("/container/mounts/2/driver_options", true), example.set("/container/mounts/2/subpath", "x"), example.set("/container/mounts/2/options", ["nocopy"])], "found": set()},
	"another type is left to its own rule": {"document": example.monitor, "patch": [example.set("/container/mounts/2/type", "bind"), example.set("/container/mounts/2/volume", null), example.set("/container/mounts/2/driver", "x"), example.set("/container/mounts/2/driver_options", true), example.set("/container/mounts/2/subpath", "x"), example.set("/container/mounts/2/options", ["nocopy"])], "found": set()},
	"driver said is admitted": {"document": example.monitor, "patch": [example.set("/container/mounts/2/driver", "local")], "found": set()},
	"driver another is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/driver", "vieux/sshfs")], "found": {["HostConfig.Binds[0]", {"driver": "vieux/sshfs"}]}},
	"driver absent is denied": {"document": example.monitor, "patch": [example.without("/container/mounts/2/driver")], "found": {["HostConfig.Binds[0]", {"driver": null}]}},
	"driver null is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/driver", null)], "found": {["HostConfig.Binds[0]", {"driver": null}]}},
	"driver of a wrong type is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/driver", ["local"])], "found": {["HostConfig.Binds[0]", {"driver": ["local"]}]}},
	"a live volume of another driver is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume/driver", "vieux/sshfs")], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "driver": "vieux/sshfs", "scope": "local"}]}},
	"a live volume of every host is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume/scope", "global")], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "driver": "local", "scope": "global"}]}},
	"a live driver absent is denied": {"document": example.monitor, "patch": [example.without("/container/mounts/2/volume/driver")], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "driver": null, "scope": "local"}]}},
	"a live scope null is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume/scope", null)], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "driver": "local", "scope": null}]}},
	"a live scope of a wrong type is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume/scope", ["local"])], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "driver": "local", "scope": ["local"]}]}},
	"a volume nobody looked up is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume", null)], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "driver": null, "scope": null}]}},
	"a volume absent is denied": {"document": example.monitor, "patch": [example.without("/container/mounts/2/volume")], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "driver": null, "scope": null}]}},
	"a volume of a wrong type is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume", "local")], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "driver": null, "scope": null}]}},
	"existence null is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume", object.union(example.no_volume, {"exists": null}))], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "driver": "", "scope": ""}]}},
	"existence of a wrong type is denied": {"document": example.monitor, "patch": [example.set("/container/mounts/2/volume", object.union(example.no_volume, {"exists": "no"}))], "found": {["HostConfig.Binds[0]", {"volume": "telemetry", "driver": "", "scope": ""}]}},
	"a new volume is admitted": {"document": example.volume, "patch": [], "found": set()},
	"a new volume that is there is admitted": {"document": example.volume, "patch": [example.set("/volume/live", example.plain)], "found": set()},
	"driver another is denied": {"document": example.volume, "patch": [example.set("/volume/driver", "vieux/sshfs")], "found": {["Driver", "vieux/sshfs"]}},
	"driver empty is denied": {"document": example.volume, "patch": [example.set("/volume/driver", "")], "found": {["Driver", ""]}},
	"driver absent is denied": {"document": example.volume, "patch": [example.without("/volume/driver")], "found": {["Driver", null]}},
	"driver null is denied": {"document": example.volume, "patch": [example.set("/volume/driver", null)], "found": {["Driver", null]}},
	"driver of a wrong type is denied": {"document": example.volume, "patch": [example.set("/volume/driver", ["local"])], "found": {["Driver", ["local"]]}},
	"cluster given is denied": {"document": example.volume, "patch": [example.set("/volume/cluster", true)], "found": {["ClusterVolumeSpec", true]}},
	"cluster absent is denied": {"document": example.volume, "patch": [example.without("/volume/cluster")], "found": {["ClusterVolumeSpec", null]}},
	"cluster null is denied": {"document": example.volume, "patch": [example.set("/volume/cluster", null)], "found": {["ClusterVolumeSpec", null]}},
	"cluster of a wrong type is denied": {"document": example.volume, "patch": [example.set("/volume/cluster", "false")], "found": {["ClusterVolumeSpec", "false"]}},
	"a new name of another driver is denied": {"document": example.volume, "patch": [example.set("/volume/live", object.union(example.plain, {"driver": "x"}))], "found": {["Name", {"volume": "telemetry", "driver": "x", "scope": "local"}]}},
	"a new name of every host is denied": {"document": example.volume, "patch": [example.set("/volume/live", object.union(example.plain, {"scope": "global"}))], "found": {["Name", {"volume": "telemetry", "driver": "local", "scope": "global"}]}},
	"a new name nobody looked up is denied": {"document": example.volume, "patch": [example.set("/volume/live", null)], "found": {["Name", {"volume": "telemetry", "driver": null, "scope": null}]}},
	"a new name with live absent is denied": {"document": example.volume, "patch": [example.without("/volume/live")], "found": {["Name", {"volume": "telemetry", "driver": null, "scope": null}]}},
	"a null volume is denied": {"document": example.volume, "patch": [example.set("/volume", null)], "found": {["Driver", null], ["ClusterVolumeSpec", null], ["Name", {"volume": null, "driver": null, "scope": null}]}},
}

test_volume_driver[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.monitor, [example.set("/container/mounts/2/driver", "x")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Binds[0]", "got": {"driver": "x"}, "want": {"driver": "local"}}}
}

test_whole_violation_2 if {
	document := json.patch(example.monitor, [example.set("/container/mounts/2/volume/driver", "x")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Binds[0]", "got": {"volume": "telemetry", "driver": "x", "scope": "local"}, "want": {"driver": "local", "scope": "local"}}}
}

test_whole_violation_3 if {
	document := json.patch(example.volume, [example.set("/volume/cluster", true)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "ClusterVolumeSpec", "got": true, "want": false}}
}

test_twin if {
	document := json.patch(example.monitor, [example.set("/container/mounts/2/driver", "x")])
	example.fired(document) == {"filesystem/volume-driver"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.monitor, [example.set("/container/mounts/2/volume/driver", "x")])
	example.fired(document) == {"filesystem/volume-driver"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.volume, [example.set("/volume/driver", "x")])
	example.fired(document) == {"filesystem/volume-driver"}
	example.admitted(document) == false
}

test_twin_4 if {
	document := json.patch(example.volume, [example.set("/volume/cluster", true)])
	example.fired(document) == {"filesystem/volume-driver"}
	example.admitted(document) == false
}

test_twin_5 if {
	document := json.patch(example.volume, [example.set("/volume/live", object.union(example.plain, {"driver": "x"}))])
	example.fired(document) == {"filesystem/volume-driver"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
