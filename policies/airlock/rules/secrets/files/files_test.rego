package airlock.rules.secrets.files_test

import data.airlock.lib.example
import data.airlock.rules.secrets.files as rule

cases := {
	"the example is admitted": {"document": example.keyed, "patch": [], "found": set()},
	"the same in Binds is admitted": {"document": example.keyed, "patch": [example.set("/container/mounts/2/field", "HostConfig.Binds[0]"), example.set("/container/mounts/2/origin", "binds")], "found": set()},
	"a file for all to read is admitted": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file/mode", "0444")], "found": set()},
	"a file of another group is admitted": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file/gid", 0)], "found": set()},
	"a bind of elsewhere is left to mount-types": {"document": example.keyed, "patch": [example.set("/container/mounts/2/source", "/etc/shadow"), example.set("/container/mounts/2/file", null)], "found": set()},
	"the directory is left to mount-types": {"document": example.keyed, "patch": [example.set("/container/mounts/2/source", "/run/airlock/secrets"), example.set("/container/mounts/2/file", null)], "found": set()},
	"another type is left to its own rule": {"document": example.keyed, "patch": [example.set("/container/mounts/2/type", "volume"), example.set("/container/mounts/2/file", null)], "found": set()},
	"another role is denied": {"document": example.keyed, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/worker")], "found": {["HostConfig.Mounts[1]", {"source": "/run/airlock/secrets/llm_api_key", "target": "/run/secrets/llm_api_key"}]}},
	"no role is denied": {"document": example.keyed, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/tool")], "found": {["HostConfig.Mounts[1]", {"source": "/run/airlock/secrets/llm_api_key", "target": "/run/secrets/llm_api_key"}]}},
	"a secret of nobody is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/source", "/run/airlock/secrets/other"), example.set("/container/mounts/2/target", "/run/secrets/other")], "found": {["HostConfig.Mounts[1]", {"source": "/run/airlock/secrets/other", "target": "/run/secrets/other"}]}},
	"a file deeper is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/source", "/run/airlock/secrets/a/llm_api_key"), example.set("/container/mounts/2/target", "/run/secrets/a/llm_api_key")], "found": {["HostConfig.Mounts[1]", {"source": "/run/airlock/secrets/a/llm_api_key", "target": "/run/secrets/a/llm_api_key"}]}},
	"another name in the container is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/target", "/run/secrets/key")], "found": {["HostConfig.Mounts[1]", {"source": "/run/airlock/secrets/llm_api_key", "target": "/run/secrets/key"}]}},
	"elsewhere in the container is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/target", "/etc/llm_api_key")], "found": {["HostConfig.Mounts[1]", {"source": "/run/airlock/secrets/llm_api_key", "target": "/etc/llm_api_key"}]}},
	"a target absent is denied": {"document": example.keyed, "patch": [example.without("/container/mounts/2/target")], "found": {["HostConfig.Mounts[1]", {"source": "/run/airlock/secrets/llm_api_key", "target": null}]}},
	"a target null is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/target", null)], "found": {["HostConfig.Mounts[1]", {"source": "/run/airlock/secrets/llm_api_key", "target": null}]}},
	"a target of a wrong type is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/target", 1)], "found": {["HostConfig.Mounts[1]", {"source": "/run/airlock/secrets/llm_api_key", "target": 1}]}},
	"readonly off is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/readonly", false)], "found": {["HostConfig.Mounts[1]", {"readonly": false}]}},
	"readonly absent is denied": {"document": example.keyed, "patch": [example.without("/container/mounts/2/readonly")], "found": {["HostConfig.Mounts[1]", {"readonly": null}]}},
	"readonly null is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/readonly", null)], "found": {["HostConfig.Mounts[1]", {"readonly": null}]}},
	"readonly of a wrong type is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/readonly", "true")], "found": {["HostConfig.Mounts[1]", {"readonly": "true"}]}},
	"options non-recursive is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/options", ["NonRecursive"])], "found": {["HostConfig.Mounts[1]", {"options": ["NonRecursive"]}]}},
	"options as stored for an old client is admitted": {"document": example.keyed, "patch": [example.set("/container/mounts/2/options", ["ReadOnlyNonRecursive"])], "found": set()},
	"options forced recursive is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/options", ["ReadOnlyForceRecursive"])], "found": {["HostConfig.Mounts[1]", {"options": ["ReadOnlyForceRecursive"]}]}},
	"options as stored and another is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/options", ["CreateMountpoint", "ReadOnlyNonRecursive"])], "found": {["HostConfig.Mounts[1]", {"options": ["CreateMountpoint", "ReadOnlyNonRecursive"]}]}},
	"options relabelled is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/options", ["z"])], "found": {["HostConfig.Mounts[1]", {"options": ["z"]}]}},
	"options absent is denied": {"document": example.keyed, "patch": [example.without("/container/mounts/2/options")], "found": {["HostConfig.Mounts[1]", {"options": null}]}},
	"options null is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/options", null)], "found": {["HostConfig.Mounts[1]", {"options": null}]}},
	"options of a wrong type is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/options", "")], "found": {["HostConfig.Mounts[1]", {"options": ""}]}},
	"a file that is a link is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", {"kind": "symlink", "direct": false, "sealed": true, "uid": 0, "gid": 1001, "mode": "0440"})], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "symlink", "direct": false, "sealed": true, "uid": 0, "gid": 1001, "mode": "0440"}}]}},
	"a file that is behind a link is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", {"kind": "regular", "direct": false, "sealed": true, "uid": 0, "gid": 1001, "mode": "0440"})], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "regular", "direct": false, "sealed": true, "uid": 0, "gid": 1001, "mode": "0440"}}]}},
	"a file that is in a directory others write to is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", {"kind": "regular", "direct": true, "sealed": false, "uid": 0, "gid": 1001, "mode": "0440"})], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "regular", "direct": true, "sealed": false, "uid": 0, "gid": 1001, "mode": "0440"}}]}},
	"a file that is a directory is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", {"kind": "directory", "direct": true, "sealed": true, "uid": 0, "gid": 1001, "mode": "0755"})], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "directory", "direct": true, "sealed": true, "uid": 0, "gid": 1001, "mode": "0755"}}]}},
	"a file that is a device is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", {"kind": "other", "direct": true, "sealed": true, "uid": 0, "gid": 1001, "mode": "0440"})], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "other", "direct": true, "sealed": true, "uid": 0, "gid": 1001, "mode": "0440"}}]}},
	"a file that is nothing is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", {"kind": "none", "direct": true, "sealed": false, "uid": 0, "gid": 1001, "mode": ""})], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "none", "direct": true, "sealed": false, "uid": 0, "gid": 1001, "mode": ""}}]}},
	"a file that is another user's is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", {"kind": "regular", "direct": true, "sealed": true, "uid": 1001, "gid": 1001, "mode": "0440"})], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "regular", "direct": true, "sealed": true, "uid": 1001, "gid": 1001, "mode": "0440"}}]}},
	"a file for the group to write is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", {"kind": "regular", "direct": true, "sealed": true, "uid": 0, "gid": 1001, "mode": "0460"})], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "regular", "direct": true, "sealed": true, "uid": 0, "gid": 1001, "mode": "0460"}}]}},
	"a file for all to write is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", {"kind": "regular", "direct": true, "sealed": true, "uid": 0, "gid": 1001, "mode": "0446"})], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "regular", "direct": true, "sealed": true, "uid": 0, "gid": 1001, "mode": "0446"}}]}},
	"a file that is set-user-id is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", {"kind": "regular", "direct": true, "sealed": true, "uid": 0, "gid": 1001, "mode": "4444"})], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "regular", "direct": true, "sealed": true, "uid": 0, "gid": 1001, "mode": "4444"}}]}},
	"a file of an unreadable mode is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", {"kind": "regular", "direct": true, "sealed": true, "uid": 0, "gid": 1001, "mode": null})], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "regular", "direct": true, "sealed": true, "uid": 0, "gid": 1001, "mode": null}}]}},
	"a file of a mode of a wrong type is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", {"kind": "regular", "direct": true, "sealed": true, "uid": 0, "gid": 1001, "mode": 440})], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "regular", "direct": true, "sealed": true, "uid": 0, "gid": 1001, "mode": 440}}]}},
	"a file with direct of a wrong type is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", {"kind": "regular", "direct": "true", "sealed": true, "uid": 0, "gid": 1001, "mode": "0440"})], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "regular", "direct": "true", "sealed": true, "uid": 0, "gid": 1001, "mode": "0440"}}]}},
	"a file with sealed null is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", {"kind": "regular", "direct": true, "sealed": null, "uid": 0, "gid": 1001, "mode": "0440"})], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "regular", "direct": true, "sealed": null, "uid": 0, "gid": 1001, "mode": "0440"}}]}},
	"a file with uid of a wrong type is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", {"kind": "regular", "direct": true, "sealed": true, "uid": "0", "gid": 1001, "mode": "0440"})], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "regular", "direct": true, "sealed": true, "uid": "0", "gid": 1001, "mode": "0440"}}]}},
	"a file with kind absent is denied": {"document": example.keyed, "patch": [example.without("/container/mounts/2/file/kind")], "found": {["HostConfig.Mounts[1]", {"file": {"direct": true, "sealed": true, "uid": 0, "gid": 1001, "mode": "0440"}}]}},
	"a file with direct absent is denied": {"document": example.keyed, "patch": [example.without("/container/mounts/2/file/direct")], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "regular", "sealed": true, "uid": 0, "gid": 1001, "mode": "0440"}}]}},
	"a file with sealed absent is denied": {"document": example.keyed, "patch": [example.without("/container/mounts/2/file/sealed")], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "regular", "direct": true, "uid": 0, "gid": 1001, "mode": "0440"}}]}},
	"a file with uid absent is denied": {"document": example.keyed, "patch": [example.without("/container/mounts/2/file/uid")], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "regular", "direct": true, "sealed": true, "gid": 1001, "mode": "0440"}}]}},
	"a file with mode absent is denied": {"document": example.keyed, "patch": [example.without("/container/mounts/2/file/mode")], "found": {["HostConfig.Mounts[1]", {"file": {"kind": "regular", "direct": true, "sealed": true, "uid": 0, "gid": 1001}}]}},
	"a file nobody looked at is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", null)], "found": {["HostConfig.Mounts[1]", {"file": null}]}},
	"a file absent is denied": {"document": example.keyed, "patch": [example.without("/container/mounts/2/file")], "found": {["HostConfig.Mounts[1]", {"file": null}]}},
	"a file of a wrong type is denied": {"document": example.keyed, "patch": [example.set("/container/mounts/2/file", "regular")], "found": {["HostConfig.Mounts[1]", {"file": "regular"}]}},
}

test_files[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.keyed, [example.set("/container/image/repository", "registry.internal/openclaw/worker")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Mounts[1]", "got": {"source": "/run/airlock/secrets/llm_api_key", "target": "/run/secrets/llm_api_key"}, "want": []}}
}

test_whole_violation_2 if {
	document := json.patch(example.keyed, [example.set("/container/mounts/2/target", "/run/secrets/key")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Mounts[1]", "got": {"source": "/run/airlock/secrets/llm_api_key", "target": "/run/secrets/key"}, "want": [{"source": "/run/airlock/secrets/llm_api_key", "target": "/run/secrets/llm_api_key"}]}}
}

test_twin if {
	document := json.patch(example.keyed, [example.set("/container/mounts/2/source", "/run/airlock/secrets/other"), example.set("/container/mounts/2/target", "/run/secrets/other")])
	example.fired(document) == {"secrets/files"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.keyed, [example.set("/container/mounts/2/target", "/run/secrets/key")])
	example.fired(document) == {"secrets/files"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.keyed, [example.set("/container/mounts/2/readonly", false)])
	example.fired(document) == {"secrets/files"}
	example.admitted(document) == false
}

test_twin_4 if {
	document := json.patch(example.keyed, [example.set("/container/mounts/2/options", ["z"])])
	example.fired(document) == {"secrets/files"}
	example.admitted(document) == false
}

test_twin_5 if {
	document := json.patch(example.keyed, [example.set("/container/mounts/2/file/direct", false)])
	example.fired(document) == {"secrets/files"}
	example.admitted(document) == false
}

test_twin_6 if {
	document := json.patch(example.keyed, [example.set("/container/mounts/2/file", null)])
	example.fired(document) == {"secrets/files"}
	example.admitted(document) == false
}

test_whole_violation_3 if {
	document := json.patch(example.keyed, [example.set("/container/mounts/2/file/uid", 1001)])
	reported := rule.deny with input as document with data.site as example.site
	got := object.union(example.secret_mount.file, {"uid": 1001})
	modes := {"0400", "0440", "0444", "0600", "0640", "0644"}
	want := {"kind": "regular", "direct": true, "sealed": true, "uid": 0, "mode": modes}
	reported == {{"field": "HostConfig.Mounts[1]", "got": {"file": got}, "want": {"file": want}}}
}

test_a_site_without_roles_gives_no_secret if {
	count(rule.deny) == 1 with input as example.keyed with data.site as json.patch(example.site, [example.without("/roles")])
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
