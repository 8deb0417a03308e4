# METADATA
# title: The admitted example
# description: |
#   One container every rule admits, its site, and ways to change one thing. A rule's twin test changes one field of
#   it and expects exactly that rule in the decision.
package airlock.lib.example

import data.airlock.main

# METADATA
# description: the create of a plain worker
create := {
	"version": 1,
	"operation": "container.create",
	"subject": "container",
	"request": {
		"method": "POST",
		"path": "/containers/create",
		"query": {"name": ["worker-1"]},
		"api_version": "1.41",
		"vars": {},
	},
	"caller": {"name": "", "auth": ""},
	"time": now,
	"breakglass": null,
	"container": {
		"id": "",
		"name": "worker-1",
		"stored": false,
		"image": {
			"reference": concat("", ["registry.internal/openclaw/worker@", digest]),
			"form": "digest",
			"domain": "registry.internal",
			"path": "openclaw/worker",
			"repository": "registry.internal/openclaw/worker",
			"tag": "",
			"digest": digest,
			"platform": "",
			"present": true,
			"id": id,
			"container_image_id": "",
			"user": "1001:1001",
			"volumes": [],
			"os": "linux",
			"architecture": "amd64",
			"evidence": evidence,
		},
		"user": {
			"given": "1001:1001",
			"source": "request",
			"form": "uid:gid",
			"uid": 1001,
			"gid": 1001,
			"groups": [],
		},
		"process": {
			"tty": false,
			"open_stdin": false,
			"working_dir": "",
			"stop_signal": "",
			"stop_timeout": null,
			"init": false,
			"healthcheck": {"source": "image"},
			"umask": null,
		},
		"identity": {"hostname": "", "domainname": "", "mac_address": ""},
		"rootfs": {"readonly": true, "storage_opt": {}},
		"privileges": {
			"privileged": false,
			"capabilities": {"add": [], "drop": ["ALL"], "effective": []},
			"no_new_privileges": true,
			"seccomp": "builtin",
			"apparmor": "default",
			"selinux": [],
			"system_paths": "default",
			"masked_paths": ["/proc/kcore", "/proc/keys", "/sys/firmware"],
			"readonly_paths": ["/proc/bus", "/proc/fs", "/proc/sys"],
			"other_options": [],
			"sysctls": {},
		},
		"resources": {
			"memory": 67108864,
			"memory_swap": 67108864,
			"swap": 0,
			"memory_reservation": 0,
			"kernel_memory": 0,
			"swappiness": null,
			"oom_kill_disable": false,
			"oom_score_adj": 0,
			"nano_cpus": 500000000,
			"cpu_shares": 0,
			"cpuset_cpus": "",
			"cpuset_mems": "",
			"cpu_realtime": false,
			"cpu_conflict": false,
			"pids": 64,
			"shm": 67108864,
			"block_io": false,
			"cgroup_parent": "",
			"ulimits": [{"name": "nofile", "soft": 1024, "hard": 1024}],
		},
		"mounts": [
			{
				"origin": "tmpfs",
				"field": "HostConfig.Tmpfs./tmp",
				"type": "tmpfs",
				"source": "",
				"target": "/tmp",
				"destination": "/tmp",
				"readonly": false,
				"propagation": "rprivate",
				"driver": "",
				"driver_options": false,
				"subpath": "",
				"size": 16777216,
				"inodes": 0,
				"mode": "",
				"uid": "",
				"gid": "",
				"noexec": true,
				"nosuid": true,
				"nodev": true,
				"options": [],
				"stacked": false,
				"canonical": true,
				"volume": null,
				"file": null,
			},
			{
				"origin": "mounts",
				"field": "HostConfig.Mounts[0]",
				"type": "tmpfs",
				"source": "",
				"target": "/var/cache/worker",
				"destination": "/var/cache/worker",
				"readonly": false,
				"propagation": "",
				"driver": "",
				"driver_options": false,
				"subpath": "",
				"size": 16777216,
				"inodes": 0,
				"mode": "0700",
				"uid": "",
				"gid": "",
				"noexec": true,
				"nosuid": true,
				"nodev": true,
				"options": [],
				"stacked": false,
				"canonical": true,
				"volume": null,
				"file": null,
			},
		],
		"tmpfs": {"count": 2, "bytes": 33554432},
		"namespaces": {
			"pid": "private",
			"ipc": "private",
			"uts": "private",
			"user": "private",
			"cgroup": "default",
			"runtime": "runc",
			"runtime_given": false,
			"isolation": "",
			"cgroup_spec": "",
			"annotations": [],
		},
		"devices": {"mappings": [], "cgroup_rules": [], "requests": 0},
		"network": {
			"mode": "network",
			"name": "agents",
			"disabled": false,
			"endpoints": [{
				"network": "agents",
				"network_id": "",
				"aliases": ["worker"],
				"links": [],
				"addresses": [],
				"mac_address": "",
				"driver_opts": [],
				"gw_priority": 0,
			}],
			"attached": [attached("HostConfig.NetworkMode", agents)],
			"published": [],
			"publish_all": false,
			"exposed": [],
			"links": [],
			"extra_hosts": [],
			"dns": ["127.0.0.1"],
			"dns_search": [],
			"dns_options": [],
		},
		"logging": {"driver": "json-file", "given": false, "options": []},
		"lifecycle": {"restart_policy": "no", "max_retries": 0, "auto_remove": false},
		"env": [{"name": "PATH", "length": 60}],
		"labels": [],
		"findings": [],
	},
	"exec": null,
	"image": null,
	"network": null,
	"volume": null,
	"service": null,
	"topology": topology,
	"engine": {
		"version": "29.5.3",
		"api_version": "1.55",
		"cgroup_version": "2",
		"cgroup_driver": "systemd",
		"storage_driver": "overlayfs",
		"os_type": "linux",
		"architecture": "x86_64",
		"default_runtime": "runc",
		"logging_driver": "json-file",
		"enforces": {"memory": true, "swap": true, "cpu": true, "pids": true},
		"seccomp": "builtin",
		"apparmor": true,
		"selinux": false,
		"userns_remap": false,
		"rootless": false,
		"no_new_privileges": false,
		"swarm": false,
		"swarm_nodes": 0,
		"swarm_logging": "",
		"experimental": false,
	},
}

# METADATA
# description: the pull of the same image
pull := {
	"version": 1,
	"operation": "image.pull",
	"subject": "image",
	"request": {
		"method": "POST",
		"path": "/images/create",
		"query": {"fromImage": ["registry.internal/openclaw/worker"], "tag": [digest]},
		"api_version": "1.41",
		"vars": {},
	},
	"caller": {"name": "", "auth": ""},
	"time": now,
	"breakglass": null,
	"container": null,
	"exec": null,
	"network": null,
	"volume": null,
	"service": null,
	"topology": null,
	"image": json.patch(create.container.image, [
		{"op": "replace", "path": "/present", "value": false},
		{"op": "replace", "path": "/id", "value": ""},
		{"op": "replace", "path": "/user", "value": ""},
		{"op": "replace", "path": "/os", "value": ""},
		{"op": "replace", "path": "/architecture", "value": ""},
	]),
	"engine": null,
}

# METADATA
# description: a granted operation
ping := {
	"version": 1,
	"operation": "system.ping",
	"subject": "none",
	"request": {"method": "GET", "path": "/_ping", "query": {}, "api_version": "", "vars": {}},
	"caller": {"name": "", "auth": ""},
	"time": 0,
	"breakglass": null,
	"container": null,
	"exec": null,
	"image": null,
	"network": null,
	"volume": null,
	"service": null,
	"topology": null,
	"engine": null,
}

# METADATA
# description: a process list without arguments
top := json.patch(ping, [set("/operation", "container.top"), set("/request/query", {"ps_args": [""]})])

# METADATA
# description: the start of the same container, read back from the engine
start := json.patch(create, [
	set("/operation", "container.start"),
	set("/request/path", "/containers/worker-1/start"),
	set("/request/query", {}),
	set("/request/vars", {"name": "worker-1"}),
	set("/container/stored", true),
	set("/container/id", "5a3c0b7f5a3c0b7f5a3c0b7f5a3c0b7f5a3c0b7f5a3c0b7f5a3c0b7f5a3c0b7f"),
	set("/container/image/container_image_id", id),
	set("/container/network/endpoints/0/network_id", agents.id),
])

# METADATA
# description: the stop of the same container, of which nothing else is asked
stop := json.patch(start, [
	set("/operation", "container.stop"),
	set("/request/path", "/containers/worker-1/stop"),
	set("/container/network/attached", []),
	set("/engine", null),
	set("/topology", null),
])

# METADATA
# description: another name for the same container
rename := json.patch(stop, [
	set("/operation", "container.rename"),
	set("/request/path", "/containers/worker-1/rename"),
	set("/request/query", {"name": ["worker-2"]}),
	set("/container/name", "worker-2"),
])

# METADATA
# description: an attachment that only listens
attach := json.patch(stop, [
	set("/operation", "container.attach"),
	set("/request/path", "/containers/worker-1/attach"),
	set("/request/query", {"stdin": ["0"]}),
])

# METADATA
# description: a file copied out of the same container
archive := json.patch(stop, [
	set("/operation", "container.archive.get"),
	set("/request/path", "/containers/worker-1/archive"),
	set("/request/query", {"path": ["/etc/os-release"]}),
])

# METADATA
# description: other limits for the same container
update := json.patch(start, [
	set("/operation", "container.update"),
	set("/request/path", "/containers/worker-1/update"),
	set("/container/resources/memory", 134217728),
	set("/container/resources/memory_swap", 134217728),
])

# METADATA
# description: a command of the role, to be run in the same container
exec := json.patch(start, [
	set("/operation", "exec.create"),
	set("/request/path", "/containers/worker-1/exec"),
	set("/exec", {
		"id": "",
		"stored": false,
		"user": object.union(create.container.user, {"source": "container"}),
		"privileged": false,
		"env": [],
		"working_dir": "",
		"tty": false,
		"stdin": false,
		"stdout": true,
		"stderr": true,
		"detach_keys": false,
		"arguments": 2,
		"command_digest": "0cb6",
		"findings": [],
	}),
])

# METADATA
# description: a worker without a network
airgapped := json.patch(create, [
	set("/container/network/mode", "none"),
	set("/container/network/name", ""),
	set("/container/network/endpoints", []),
	set("/container/network/attached", []),
	set("/container/network/dns", []),
	set("/topology", null),
])

# METADATA
# description: the worker joins a second airgap network
connect := json.patch(start, [
	set("/operation", "network.connect"),
	set("/request/path", "/networks/telemetry/connect"),
	set("/request/vars", {"id": "telemetry"}),
	set("/container/network/endpoints/1", object.union(create.container.network.endpoints[0], {"network": "telemetry"})),
	set("/container/network/attached/1", attached("path id", telemetry)),
	set("/container/privileges/sysctls", {"net.ipv4.ip_forward": "0"}),
])

# METADATA
# description: the worker leaves its network
disconnect := json.patch(start, [
	set("/operation", "network.disconnect"),
	set("/request/path", "/networks/agents/disconnect"),
	set("/request/vars", {"id": "agents"}),
])

# METADATA
# description: the create of the proxy, in the airgap and in its egress network
proxy := json.patch(create, [
	set("/container/image/repository", "registry.internal/openclaw/llm-proxy"),
	set("/container/name", "proxy"),
	set("/container/network/endpoints/1", object.union(create.container.network.endpoints[0], {"network": "egress"})),
	set("/container/network/attached/1", attached("NetworkingConfig.EndpointsConfig.egress", egress)),
	set("/container/network/dns", []),
	set("/container/privileges/sysctls", {"net.ipv4.ip_forward": "0"}),
])

# METADATA
# description: the create of the collector, in its segment
collector := json.patch(create, [
	set("/container/image/repository", "registry.internal/openclaw/collector"),
	set("/container/name", "collector"),
	set("/container/network/name", "ops"),
	set("/container/network/endpoints/0/network", "ops"),
	set("/container/network/attached", [attached("HostConfig.NetworkMode", ops)]),
	set("/container/network/dns", []),
])

# METADATA
# description: the create of the monitor, which writes to a volume
monitor := json.patch(create, [
	set("/container/image/repository", "registry.internal/openclaw/monitor"),
	set("/container/name", "monitor"),
	set("/container/mounts/-", volume_mount),
])

# METADATA
# description: a mount of a volume the engine has
volume_mount := object.union(create.container.mounts[1], {
	"field": "HostConfig.Binds[0]",
	"origin": "binds",
	"type": "volume",
	"source": "telemetry",
	"target": "/telemetry",
	"destination": "/telemetry",
	"size": 0,
	"mode": "",
	"noexec": false,
	"nosuid": false,
	"nodev": false,
	"volume": plain,
})

# METADATA
# description: a volume without options, as the engine has it
plain := {"exists": true, "driver": "local", "scope": "local", "kind": "plain", "size": 0, "options": []}

# METADATA
# description: what the engine has under a name that no volume has
no_volume := {"exists": false, "driver": "", "scope": "", "kind": "none", "size": 0, "options": []}

# METADATA
# description: the create of a proxy with its key
keyed := json.patch(proxy, [set("/container/mounts/-", secret_mount)])

# METADATA
# description: a mount of a secret file
secret_mount := object.union(create.container.mounts[1], {
	"field": "HostConfig.Mounts[1]",
	"type": "bind",
	"source": "/run/airlock/secrets/llm_api_key",
	"target": "/run/secrets/llm_api_key",
	"destination": "/run/secrets/llm_api_key",
	"readonly": true,
	"propagation": "rprivate",
	"size": 0,
	"mode": "",
	"noexec": false,
	"nosuid": false,
	"nodev": false,
	"file": {"kind": "regular", "direct": true, "sealed": true, "uid": 0, "gid": 1001, "mode": "0440"},
})

# METADATA
# description: the create of a volume of the site
volume := {
	"version": 1,
	"operation": "volume.create",
	"subject": "volume",
	"request": {"method": "POST", "path": "/volumes/create", "query": {}, "api_version": "1.41", "vars": {}},
	"caller": {"name": "", "auth": ""},
	"time": now,
	"breakglass": null,
	"container": null,
	"exec": null,
	"image": null,
	"network": null,
	"volume": {
		"name": "telemetry",
		"driver": "local",
		"kind": "plain",
		"size": 0,
		"options": [],
		"labels": [{"name": "com.docker.compose.volume", "length": 9}],
		"cluster": false,
		"live": no_volume,
	},
	"service": null,
	"topology": null,
	"engine": create.engine,
}

# METADATA
# description: the end of a volume that no protected role has
volume_removal := json.patch(volume, [
	set("/operation", "volume.remove"),
	set("/request/method", "DELETE"),
	set("/request/path", "/volumes/state"),
	set("/request/vars", {"name": "state"}),
	set("/volume/name", "state"),
	set("/volume/labels", []),
	set("/volume/live", plain),
	set("/engine", null),
])

# METADATA
# description: the create of an airgap network
network := {
	"version": 1,
	"operation": "network.create",
	"subject": "network",
	"request": {"method": "POST", "path": "/networks/create", "query": {}, "api_version": "1.41", "vars": {}},
	"caller": {"name": "", "auth": ""},
	"time": now,
	"breakglass": null,
	"container": null,
	"exec": null,
	"image": null,
	"network": object.union(agents, {"id": "", "name": "agents-2"}),
	"volume": null,
	"service": null,
	"topology": topology,
	"engine": null,
}

# METADATA
# description: the removal of a network nobody protected is in
removal := json.patch(network, [
	set("/operation", "network.remove"),
	set("/request/method", "DELETE"),
	set("/request/path", "/networks/telemetry"),
	set("/request/vars", {"id": "telemetry"}),
	set("/network", telemetry),
])

# METADATA
# description: |
#   the create of a service of the proxy's image on an engine without default bridge, whose tasks are in no network; a
#   service cannot join any other that does not leave the host
service := json.patch(airgapped, [
	set("/operation", "service.create"),
	set("/request/path", "/services/create"),
	set("/request/query", {}),
	set("/request/api_version", "1.44"),
	set("/container/name", "llm-proxy"),
	set("/container/image/repository", "registry.internal/openclaw/llm-proxy"),
	set("/topology", topology),
	set("/engine/swarm", true),
	set("/engine/swarm_nodes", 1),
	set("/service", {
		"specified": true,
		"existing": false,
		"name": "llm-proxy",
		"mode": "replicated",
		"tasks": 2,
		"runtime": "container",
		"plugin": false,
		"on_failure": ["pause", "pause"],
		"templates": [],
		"files": [
			{
				"kind": "secret",
				"field": "TaskTemplate.ContainerSpec.Secrets[0]",
				"name": "llm_api_key",
				"destination": "/run/secrets/llm_api_key",
				"uid": "1001",
				"gid": "1001",
				"mode": "0400",
				"stored": "llm_api_key",
				"driver": "",
				"templating": "",
			},
			{
				"kind": "config",
				"field": "TaskTemplate.ContainerSpec.Configs[0]",
				"name": "settings",
				"destination": "/run/settings",
				"uid": "0",
				"gid": "0",
				"mode": "0444",
				"stored": "settings",
				"driver": "",
				"templating": "",
			},
		],
		"live": null,
	}),
])

# METADATA
# description: a service as the swarm has it
live_service := {"id": "svc0a1b2c3d4e5f6a7b8c9d0e1f", "name": "llm-proxy", "repository": "registry.internal/openclaw/llm-proxy", "digest": digest}

# METADATA
# description: the update of that service, which stays what it is
service_update := json.patch(service, [
	set("/operation", "service.update"),
	set("/request/path", "/services/llm-proxy/update"),
	set("/request/query", {"version": ["7"], "registryAuthFrom": ["spec"], "rollback": ["none"]}),
	set("/request/vars", {"id": "llm-proxy"}),
	set("/service/existing", true),
	set("/service/live", live_service),
])

# METADATA
# description: the end of a service nobody protects
removal_of_service := json.patch(ping, [
	set("/operation", "service.remove"),
	set("/subject", "service"),
	set("/time", now),
	set("/request/method", "DELETE"),
	set("/request/path", "/services/worker"),
	set("/request/vars", {"id": "worker"}),
	set("/service", {
		"specified": false, "existing": true, "name": "worker", "mode": "", "tasks": 0, "runtime": "", "plugin": false, "on_failure": [], "templates": [], "files": [],
		"live": {"id": "svc9a1b2c3d4e5f6a7b8c9d0e1f", "name": "worker", "repository": "registry.internal/openclaw/worker", "digest": digest},
	}),
])

# METADATA
# description: a live network of the airgap
agents := {
	"id": "a9e0000000000000000000000000000000000000000000000000000000000001",
	"name": "agents",
	"driver": "bridge",
	"scope": "local",
	"internal": true,
	"ipv6": false,
	"attachable": false,
	"ingress": false,
	"config_only": false,
	"config_from": "",
	"options": {"com.docker.network.bridge.inhibit_ipv4": "true"},
	"ipam": {"driver": "default", "options": [], "subnets": ["172.20.0.0/24"], "auxiliary": []},
}

# METADATA
# description: another one
telemetry := object.union(agents, {"id": "7e1e000000000000000000000000000000000000000000000000000000000002", "name": "telemetry"})

# METADATA
# description: the network of the exits
egress := object.union(object.remove(agents, ["options"]), {
	"id": "e9e5000000000000000000000000000000000000000000000000000000000003",
	"name": "egress",
	"internal": false,
	"options": {},
})

# METADATA
# description: the segment of the collector
ops := object.union(egress, {"id": "0b5e000000000000000000000000000000000000000000000000000000000004", "name": "ops"})

# METADATA
# description: a network one may not join, though it is internal
weak := object.union(object.remove(agents, ["options"]), {
	"id": "3eac000000000000000000000000000000000000000000000000000000000005",
	"name": "weak",
	"options": {},
})

# METADATA
# description: everything else that runs
topology := {
	"networks": [ops, weak, telemetry, agents, egress],
	"containers": [
		member("1", "proxy", "llm-proxy", [agents.id, egress.id]),
		member("2", "monitor", "monitor", [agents.id]),
		member("3", "collector-0", "collector", [ops.id]),
		member("4", "worker-0", "worker", [agents.id, telemetry.id]),
	],
}

# METADATA
# description: a live network the request names once
attached(field, live) := {"field": field, "reference": live.name, "matches": 1, "network": live}

# METADATA
# description: a running container of an image of the site
member(id, name, image, networks) := {
	"id": id,
	"name": name,
	"repository": concat("/", ["registry.internal/openclaw", image]),
	"digest": digest,
	"running": true,
	"mode": "network",
	"networks": networks,
}

# METADATA
# description: a site with one role of each kind
site := {
	"registries": ["registry.internal/openclaw"],
	"identity": {"uid": 1001, "gid": 1001},
	"limits": {
		"memory": 2147483648,
		"swap": 2147483648,
		"nano_cpus": 2000000000,
		"pids": 512,
		"tmpfs": 67108864,
		"tmpfs_mounts": 8,
		"shm": 67108864,
		"nofile": 65536,
		"nproc": 512,
		"stop_timeout": 60,
	},
	"profiles": {"seccomp": ["/etc/docker/seccomp.json"], "apparmor": ["openclaw"]},
	"runtimes": ["runsc"],
	"logging": {"drivers": ["json-file", "local", "journald"]},
	"annotations": ["internal.purpose"],
	"networks": {"egress": ["egress", "egress-2"], "segments": ["ops", "audit"]},
	"secrets": {"dir": "/run/airlock/secrets", "target": "/run/secrets", "shared": []},
	"swarm": {"enabled": true, "tasks": 8},
	"signatures": {"required": true, "keys": ["release"]},
	"scan": {"required": true, "keys": ["scanner"], "block": ["CRITICAL", "HIGH"], "max_age": 604800, "exceptions": []},
	"roles": {
		"worker": {
			"images": ["registry.internal/openclaw/worker"],
			"exec": [{"command": ["cat", "/proc/uptime"], "digest": "0cb6"}, {"command": ["sh"], "digest": "e15f"}],
		},
		"proxy": {
			"images": ["registry.internal/openclaw/llm-proxy"],
			"capabilities": ["CAP_NET_BIND_SERVICE"],
			"sysctls": {"net.ipv4.ip_unprivileged_port_start": "0"},
			"networks": ["egress"],
			"names": ["proxy"],
			"protected": true,
			"secrets": ["llm_api_key"],
			"configs": ["settings"],
		},
		"monitor": {
			"images": ["registry.internal/openclaw/monitor"],
			"names": ["monitor", "Telemetry-Sink"],
			"protected": true,
			"volumes": {"telemetry": "rw"},
		},
		"collector": {
			"images": ["registry.internal/openclaw/collector"],
			"networks": ["ops"],
			"protected": false,
			"volumes": {"telemetry": "ro", "state": "rw"},
		},
	},
	"callers": {"ops": {"tls": ["ops.example"], "operations": ["network.prune"]}},
	"exceptions": [],
}

# METADATA
# description: when everything here happens
now := 1790000000

# METADATA
# description: the glass is broken for some operations
broken(operations) := {
	"id": "01k5",
	"operations": operations,
	"until": now + 900,
	"reason": "disk full",
	"ticket": "OPS-7",
}

# METADATA
# description: an image that was signed, and scanned a day ago
evidence := {
	"origin": "cache",
	"checked": now - 60,
	"error": "",
	"present": true,
	"media_type": "application/vnd.oci.image.manifest.v1+json",
	"index": false,
	"child": "",
	"config": id,
	"signatures": [{"key": "release", "format": "bundle", "annotations": {}}],
	"scans": [{
		"key": "scanner",
		"subject": "request",
		"scanner": "pkg:github/aquasecurity/trivy@0.66.0",
		"finished": now - 86400,
		"results": 1,
		"os": "debian 12.5",
		"eosl": false,
		"counts": {"CRITICAL": 0, "HIGH": 0, "MEDIUM": 2, "LOW": 0, "UNKNOWN": 0},
		"fixable": 0,
		"findings": [
			{"id": "CVE-2026-0001", "severity": "MEDIUM", "package": "libc6", "fixed": ""},
			{"id": "CVE-2026-0002", "severity": "MEDIUM", "package": "libc6", "fixed": ""},
		],
	}],
	"other": [],
	"rejected": [],
}

digest := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

id := "sha256:fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

# METADATA
# description: one change of a document; replaces what is there
set(path, value) := {"op": "add", "path": path, "value": value}

# METADATA
# description: one thing taken out of a document
without(path) := {"op": "remove", "path": path}

# METADATA
# description: the ids of the rules the whole policy reports for an input
fired(document) := {found.rule | some found in reported} if {
	reported := main.violations with input as document with data.site as site
}

# METADATA
# description: what the whole policy decides
admitted(document) := allowed if {
	allowed := main.allow with input as document with data.site as site
}
