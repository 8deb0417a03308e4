package airlock.rules.filesystem["mount-destination_test"]

import data.airlock.lib.example
import data.airlock.rules.filesystem["mount-destination"] as rule

cases := {
	"/tmp is admitted": {"patch": [example.set("/container/mounts/0/destination", "/tmp")], "found": set()},
	"/tmp/a is admitted": {"patch": [example.set("/container/mounts/0/destination", "/tmp/a")], "found": set()},
	"/var/tmp is admitted": {"patch": [example.set("/container/mounts/0/destination", "/var/tmp")], "found": set()},
	"/run is admitted": {"patch": [example.set("/container/mounts/0/destination", "/run")], "found": set()},
	"/run/worker is admitted": {"patch": [example.set("/container/mounts/0/destination", "/run/worker")], "found": set()},
	"/var/run is admitted": {"patch": [example.set("/container/mounts/0/destination", "/var/run")], "found": set()},
	"/home is admitted": {"patch": [example.set("/container/mounts/0/destination", "/home")], "found": set()},
	"/home/agent/.cache is admitted": {"patch": [example.set("/container/mounts/0/destination", "/home/agent/.cache")], "found": set()},
	"/work is admitted": {"patch": [example.set("/container/mounts/0/destination", "/work")], "found": set()},
	"/workspace/a/b/c is admitted": {"patch": [example.set("/container/mounts/0/destination", "/workspace/a/b/c")], "found": set()},
	"/data is admitted": {"patch": [example.set("/container/mounts/0/destination", "/data")], "found": set()},
	"/state is admitted": {"patch": [example.set("/container/mounts/0/destination", "/state")], "found": set()},
	"/telemetry is admitted": {"patch": [example.set("/container/mounts/0/destination", "/telemetry")], "found": set()},
	"a secret file is left to its own rule": {"patch": [example.set("/container/mounts/0", example.secret_mount)], "found": set()},
	"a bind of elsewhere over secrets is denied": {"patch": [example.set("/container/mounts/0", object.union(example.secret_mount, {"source": "/etc/shadow"}))], "found": {["HostConfig.Mounts[1]", "/run/secrets/llm_api_key"]}},
	"/cache is admitted": {"patch": [example.set("/container/mounts/0/destination", "/cache")], "found": set()},
	"/var/cache/x is admitted": {"patch": [example.set("/container/mounts/0/destination", "/var/cache/x")], "found": set()},
	"/var/lib/x is admitted": {"patch": [example.set("/container/mounts/0/destination", "/var/lib/x")], "found": set()},
	"/app/tmp is admitted": {"patch": [example.set("/container/mounts/0/destination", "/app/tmp")], "found": set()},
	"/dev/shm is admitted": {"patch": [example.set("/container/mounts/0/destination", "/dev/shm")], "found": set()},
	"/ is denied": {"patch": [example.set("/container/mounts/0/destination", "/")], "found": {["HostConfig.Tmpfs./tmp", "/"]}},
	"/proc is denied": {"patch": [example.set("/container/mounts/0/destination", "/proc")], "found": {["HostConfig.Tmpfs./tmp", "/proc"]}},
	"/proc/sys is denied": {"patch": [example.set("/container/mounts/0/destination", "/proc/sys")], "found": {["HostConfig.Tmpfs./tmp", "/proc/sys"]}},
	"/sys/fs/cgroup is denied": {"patch": [example.set("/container/mounts/0/destination", "/sys/fs/cgroup")], "found": {["HostConfig.Tmpfs./tmp", "/sys/fs/cgroup"]}},
	"/dev is denied": {"patch": [example.set("/container/mounts/0/destination", "/dev")], "found": {["HostConfig.Tmpfs./tmp", "/dev"]}},
	"/dev/mqueue is denied": {"patch": [example.set("/container/mounts/0/destination", "/dev/mqueue")], "found": {["HostConfig.Tmpfs./tmp", "/dev/mqueue"]}},
	"/etc is denied": {"patch": [example.set("/container/mounts/0/destination", "/etc")], "found": {["HostConfig.Tmpfs./tmp", "/etc"]}},
	"/etc/ssl is denied": {"patch": [example.set("/container/mounts/0/destination", "/etc/ssl")], "found": {["HostConfig.Tmpfs./tmp", "/etc/ssl"]}},
	"/usr/bin is denied": {"patch": [example.set("/container/mounts/0/destination", "/usr/bin")], "found": {["HostConfig.Tmpfs./tmp", "/usr/bin"]}},
	"/bin is denied": {"patch": [example.set("/container/mounts/0/destination", "/bin")], "found": {["HostConfig.Tmpfs./tmp", "/bin"]}},
	"/sbin is denied": {"patch": [example.set("/container/mounts/0/destination", "/sbin")], "found": {["HostConfig.Tmpfs./tmp", "/sbin"]}},
	"/lib is denied": {"patch": [example.set("/container/mounts/0/destination", "/lib")], "found": {["HostConfig.Tmpfs./tmp", "/lib"]}},
	"/lib64 is denied": {"patch": [example.set("/container/mounts/0/destination", "/lib64")], "found": {["HostConfig.Tmpfs./tmp", "/lib64"]}},
	"/boot is denied": {"patch": [example.set("/container/mounts/0/destination", "/boot")], "found": {["HostConfig.Tmpfs./tmp", "/boot"]}},
	"/root is denied": {"patch": [example.set("/container/mounts/0/destination", "/root")], "found": {["HostConfig.Tmpfs./tmp", "/root"]}},
	"/run/secrets is denied": {"patch": [example.set("/container/mounts/0/destination", "/run/secrets")], "found": {["HostConfig.Tmpfs./tmp", "/run/secrets"]}},
	"/run/secrets/key is denied": {"patch": [example.set("/container/mounts/0/destination", "/run/secrets/key")], "found": {["HostConfig.Tmpfs./tmp", "/run/secrets/key"]}},
	"/var/run/secrets is denied": {"patch": [example.set("/container/mounts/0/destination", "/var/run/secrets")], "found": {["HostConfig.Tmpfs./tmp", "/var/run/secrets"]}},
	"/var/run/secrets/a is denied": {"patch": [example.set("/container/mounts/0/destination", "/var/run/secrets/a")], "found": {["HostConfig.Tmpfs./tmp", "/var/run/secrets/a"]}},
	"/var is denied": {"patch": [example.set("/container/mounts/0/destination", "/var")], "found": {["HostConfig.Tmpfs./tmp", "/var"]}},
	"/app is denied": {"patch": [example.set("/container/mounts/0/destination", "/app")], "found": {["HostConfig.Tmpfs./tmp", "/app"]}},
	"/tmpevil is denied": {"patch": [example.set("/container/mounts/0/destination", "/tmpevil")], "found": {["HostConfig.Tmpfs./tmp", "/tmpevil"]}},
	"/var/library is denied": {"patch": [example.set("/container/mounts/0/destination", "/var/library")], "found": {["HostConfig.Tmpfs./tmp", "/var/library"]}},
	"tmp is denied": {"patch": [example.set("/container/mounts/0/destination", "tmp")], "found": {["HostConfig.Tmpfs./tmp", "tmp"]}},
	"the empty string is denied": {"patch": [example.set("/container/mounts/0/destination", "")], "found": {["HostConfig.Tmpfs./tmp", ""]}},
	"absent is denied": {"patch": [example.without("/container/mounts/0/destination")], "found": {["HostConfig.Tmpfs./tmp", null]}},
	"null is denied": {"patch": [example.set("/container/mounts/0/destination", null)], "found": {["HostConfig.Tmpfs./tmp", null]}},
	"wrong type is denied": {"patch": [example.set("/container/mounts/0/destination", ["/tmp"])], "found": {["HostConfig.Tmpfs./tmp", ["/tmp"]]}},
	"canonical wrong is denied": {"patch": [example.set("/container/mounts/0/canonical", false)], "found": {["HostConfig.Tmpfs./tmp", "/tmp"]}},
	"canonical absent is denied": {"patch": [example.without("/container/mounts/0/canonical")], "found": {["HostConfig.Tmpfs./tmp", "/tmp"]}},
	"canonical null is denied": {"patch": [example.set("/container/mounts/0/canonical", null)], "found": {["HostConfig.Tmpfs./tmp", "/tmp"]}},
	"canonical of a wrong type is denied": {"patch": [example.set("/container/mounts/0/canonical", "x")], "found": {["HostConfig.Tmpfs./tmp", "/tmp"]}},
	"stacked wrong is denied": {"patch": [example.set("/container/mounts/0/stacked", true)], "found": {["HostConfig.Tmpfs./tmp", "/tmp"]}},
	"stacked absent is denied": {"patch": [example.without("/container/mounts/0/stacked")], "found": {["HostConfig.Tmpfs./tmp", "/tmp"]}},
	"stacked null is denied": {"patch": [example.set("/container/mounts/0/stacked", null)], "found": {["HostConfig.Tmpfs./tmp", "/tmp"]}},
	"stacked of a wrong type is denied": {"patch": [example.set("/container/mounts/0/stacked", "x")], "found": {["HostConfig.Tmpfs./tmp", "/tmp"]}},
}

test_mount_destination[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, [example.set("/container/mounts/0/canonical", false)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Tmpfs./tmp", "got": "/tmp", "want": "an absolute path in its shortest spelling"}}
}

test_whole_violation_2 if {
	document := json.patch(example.create, [example.set("/container/mounts/0/stacked", true)])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Tmpfs./tmp", "got": "/tmp", "want": "one mount for each destination"}}
}

test_whole_violation_3 if {
	document := json.patch(example.create, [example.set("/container/mounts/0/destination", "/etc")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "HostConfig.Tmpfs./tmp", "got": "/etc", "want": {"/app/tmp", "/cache", "/data", "/dev/shm", "/home", "/run", "/state", "/telemetry", "/tmp", "/var/cache", "/var/lib", "/var/run", "/var/tmp", "/work", "/workspace"}}}
}

test_twin if {
	document := json.patch(example.create, [example.set("/container/mounts/0/destination", "/etc")])
	example.fired(document) == {"filesystem/mount-destination"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.create, [example.set("/container/mounts/0/canonical", false)])
	example.fired(document) == {"filesystem/mount-destination"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.create, [example.set("/container/mounts/0/stacked", true)])
	example.fired(document) == {"filesystem/mount-destination"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
