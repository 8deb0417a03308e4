package airlock.rules.airgap["logging-driver_test"]

import data.airlock.lib.example
import data.airlock.rules.airgap["logging-driver"] as rule

cases := {
	"json-file is admitted": {"patch": [example.set("/container/logging/driver", "json-file")], "found": set()},
	"journald is admitted": {"patch": [example.set("/container/logging/driver", "journald")], "found": set()},
	"syslog is denied": {"patch": [example.set("/container/logging/driver", "syslog")], "found": {["HostConfig.LogConfig.Type", "syslog"]}},
	"a remote driver is denied": {"patch": [example.set("/container/logging/driver", "gelf")], "found": {["HostConfig.LogConfig.Type", "gelf"]}},
	"no log is denied": {"patch": [example.set("/container/logging/driver", "none")], "found": {["HostConfig.LogConfig.Type", "none"]}},
	"empty is denied": {"patch": [example.set("/container/logging/driver", "")], "found": {["HostConfig.LogConfig.Type", ""]}},
	"absent is denied": {"patch": [example.without("/container/logging/driver")], "found": {["HostConfig.LogConfig.Type", null]}},
	"null is denied": {"patch": [example.set("/container/logging/driver", null)], "found": {["HostConfig.LogConfig.Type", null]}},
	"wrong type is denied": {"patch": [example.set("/container/logging/driver", 0)], "found": {["HostConfig.LogConfig.Type", 0]}},
	"size options are admitted": {"patch": [example.set("/container/logging/options", ["max-file", "max-size"])], "found": set()},
	"a label template is denied": {"patch": [example.set("/container/logging/options", ["labels", "max-size"])], "found": {["HostConfig.LogConfig.Config", "labels"]}},
	"an address is denied": {"patch": [example.set("/container/logging/options", ["syslog-address"])], "found": {["HostConfig.LogConfig.Config", "syslog-address"]}},
	"a null option is denied": {"patch": [example.set("/container/logging/options", [null])], "found": {["HostConfig.LogConfig.Config", null]}},
	"absent options are denied": {"patch": [example.without("/container/logging/options")], "found": {["HostConfig.LogConfig.Config", null]}},
	"null options are denied": {"patch": [example.set("/container/logging/options", null)], "found": {["HostConfig.LogConfig.Config", null]}},
	"options of a wrong type are denied": {"patch": [example.set("/container/logging/options", "tag")], "found": {["HostConfig.LogConfig.Config", "tag"]}},
}

test_logging_driver[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/logging/driver", "gelf")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.LogConfig.Type", "got": "gelf", "want": ["json-file", "local", "journald"]}}
}

test_whole_violation_2 if {
	document := json.patch(example.create, [example.set("/container/logging/options", ["env"])])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.LogConfig.Config", "got": "env", "want": {"compress", "max-buffer-size", "max-file", "max-size", "mode"}}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/logging/driver", "gelf")])
	example.fired(document) == {"airgap/logging-driver"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/logging/options", ["env"])])
	example.fired(document) == {"airgap/logging-driver"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
