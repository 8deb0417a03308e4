package airlock.rules.hardening["readonly-rootfs_test"]

import data.airlock.rules.hardening["readonly-rootfs"] as rule

cases := {
	"true is admitted": {"rootfs": {"readonly": true}, "got": set()},
	"false is denied": {"rootfs": {"readonly": false}, "got": {false}},
	"null is denied": {"rootfs": {"readonly": null}, "got": {null}},
	"absent is denied": {"rootfs": {}, "got": {null}},
	"wrong type is denied": {"rootfs": {"readonly": "true"}, "got": {"true"}},
}

test_readonly_rootfs[name] if {
	some name, case in cases
	found := rule.deny with input as {"subject": "container", "container": {"rootfs": case.rootfs}}
	found == {{"field": "HostConfig.ReadonlyRootfs", "got": got, "want": true} | some got in case.got}
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as {"subject": "none", "container": null}
}
