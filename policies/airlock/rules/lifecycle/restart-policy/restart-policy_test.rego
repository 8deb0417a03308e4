package airlock.rules.lifecycle["restart-policy_test"]

import data.airlock.lib.example
import data.airlock.rules.lifecycle["restart-policy"] as rule

cases := {
	"no is admitted": {"patch": [example.set("/container/lifecycle/restart_policy", "no"), example.set("/container/lifecycle/max_retries", 0)], "found": set()},
	"always is admitted": {"patch": [example.set("/container/lifecycle/restart_policy", "always"), example.set("/container/lifecycle/max_retries", 0)], "found": set()},
	"unless-stopped is admitted": {"patch": [example.set("/container/lifecycle/restart_policy", "unless-stopped"), example.set("/container/lifecycle/max_retries", 0)], "found": set()},
	"on-failure once is admitted": {"patch": [example.set("/container/lifecycle/restart_policy", "on-failure"), example.set("/container/lifecycle/max_retries", 1)], "found": set()},
	"on-failure five times is admitted": {"patch": [example.set("/container/lifecycle/restart_policy", "on-failure"), example.set("/container/lifecycle/max_retries", 5)], "found": set()},
	"on-failure for ever is denied": {"patch": [example.set("/container/lifecycle/restart_policy", "on-failure"), example.set("/container/lifecycle/max_retries", 0)], "found": {["HostConfig.RestartPolicy", {"Name": "on-failure", "MaximumRetryCount": 0}]}},
	"on-failure six times is denied": {"patch": [example.set("/container/lifecycle/restart_policy", "on-failure"), example.set("/container/lifecycle/max_retries", 6)], "found": {["HostConfig.RestartPolicy", {"Name": "on-failure", "MaximumRetryCount": 6}]}},
	"retries of another policy are denied": {"patch": [example.set("/container/lifecycle/restart_policy", "always"), example.set("/container/lifecycle/max_retries", 3)], "found": {["HostConfig.RestartPolicy", {"Name": "always", "MaximumRetryCount": 3}]}},
	"another policy is denied": {"patch": [example.set("/container/lifecycle/restart_policy", "Always"), example.set("/container/lifecycle/max_retries", 0)], "found": {["HostConfig.RestartPolicy", {"Name": "Always", "MaximumRetryCount": 0}]}},
	"absent is denied": {"patch": [example.without("/container/lifecycle/restart_policy")], "found": {["HostConfig.RestartPolicy", {"Name": null, "MaximumRetryCount": 0}]}},
	"null is denied": {"patch": [example.set("/container/lifecycle/restart_policy", null), example.set("/container/lifecycle/max_retries", 0)], "found": {["HostConfig.RestartPolicy", {"Name": null, "MaximumRetryCount": 0}]}},
	"wrong type is denied": {"patch": [example.set("/container/lifecycle/restart_policy", 0), example.set("/container/lifecycle/max_retries", 0)], "found": {["HostConfig.RestartPolicy", {"Name": 0, "MaximumRetryCount": 0}]}},
	"absent retries are denied": {"patch": [example.without("/container/lifecycle/max_retries")], "found": {["HostConfig.RestartPolicy", {"Name": "no", "MaximumRetryCount": null}]}},
	"null retries are denied": {"patch": [example.set("/container/lifecycle/restart_policy", "on-failure"), example.set("/container/lifecycle/max_retries", null)], "found": {["HostConfig.RestartPolicy", {"Name": "on-failure", "MaximumRetryCount": null}]}},
	"retries of a wrong type are denied": {"patch": [example.set("/container/lifecycle/restart_policy", "on-failure"), example.set("/container/lifecycle/max_retries", "5")], "found": {["HostConfig.RestartPolicy", {"Name": "on-failure", "MaximumRetryCount": "5"}]}},
}

test_restart_policy[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/lifecycle/restart_policy", "on-failure"), example.set("/container/lifecycle/max_retries", 0)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.RestartPolicy", "got": {"Name": "on-failure", "MaximumRetryCount": 0}, "want": "no, always, unless-stopped, or on-failure with 1 to 5 retries"}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/lifecycle/restart_policy", "on-failure"), example.set("/container/lifecycle/max_retries", 0)])
	example.fired(document) == {"lifecycle/restart-policy"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
