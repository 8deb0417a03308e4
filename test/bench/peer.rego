# The checklist for opa-docker-authz, on the input that plugin gives: sixty rules for a create, a dozen for other requests
# and one for who may do what. Each says its name, what is wrong, and the value it found.
package docker.authz

default allow := false

allow if count(deny) == 0

roots := {"/tmp", "/run", "/work", "/data", "/cache", "/var/tmp", "/var/cache"}

registry := "REGISTRY/"

# Whom the engine knows by a certificate, and what they may; whoever comes by the socket is the operator.
roles := {"monitor": {"GET", "HEAD"}, "operator": {"GET", "HEAD", "POST", "PUT", "DELETE"}}

role_of := {"": "operator", "prometheus": "monitor"}

is_create if {
	input.Method == "POST"
	glob.match("/v*/containers/create", ["/"], input.PathPlain)
}

posts(pattern) if {
	input.Method == "POST"
	glob.match(pattern, ["/"], input.PathPlain)
}

deny contains {"id": "privileged", "msg": "container create: Privileged is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.Privileged == true
	value := object.get(input.Body, ["HostConfig", "Privileged"], null)
}

deny contains {"id": "readonly", "msg": "container create: ReadonlyRootfs is not as the checklist has it", "value": value} if {
	is_create
	not input.Body.HostConfig.ReadonlyRootfs == true
	value := object.get(input.Body, ["HostConfig", "ReadonlyRootfs"], null)
}

deny contains {"id": "capabilities-dropped", "msg": "container create: CapDrop is not as the checklist has it", "value": value} if {
	is_create
	not "ALL" in input.Body.HostConfig.CapDrop
	value := object.get(input.Body, ["HostConfig", "CapDrop"], null)
}

deny contains {"id": "capabilities-added", "msg": "container create: CapAdd is not as the checklist has it", "value": value} if {
	is_create
	count(input.Body.HostConfig.CapAdd) > 0
	value := object.get(input.Body, ["HostConfig", "CapAdd"], null)
}

deny contains {"id": "memory", "msg": "container create: Memory is not as the checklist has it", "value": value} if {
	is_create
	not input.Body.HostConfig.Memory > 0
	value := object.get(input.Body, ["HostConfig", "Memory"], null)
}

deny contains {"id": "memory-beyond", "msg": "container create: Memory is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.Memory > 2147483648
	value := object.get(input.Body, ["HostConfig", "Memory"], null)
}

deny contains {"id": "swap", "msg": "container create: MemorySwap is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.MemorySwap < 0
	value := object.get(input.Body, ["HostConfig", "MemorySwap"], null)
}

deny contains {"id": "swap-beyond", "msg": "container create: MemorySwap is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.MemorySwap > 4294967296
	value := object.get(input.Body, ["HostConfig", "MemorySwap"], null)
}

deny contains {"id": "reservation", "msg": "container create: MemoryReservation is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.MemoryReservation > input.Body.HostConfig.Memory
	value := object.get(input.Body, ["HostConfig", "MemoryReservation"], null)
}

deny contains {"id": "kernel-memory", "msg": "container create: KernelMemory is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.KernelMemory > 0
	value := object.get(input.Body, ["HostConfig", "KernelMemory"], null)
}

deny contains {"id": "oom-kill", "msg": "container create: OomKillDisable is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.OomKillDisable == true
	value := object.get(input.Body, ["HostConfig", "OomKillDisable"], null)
}

deny contains {"id": "oom-score", "msg": "container create: OomScoreAdj is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.OomScoreAdj < 0
	value := object.get(input.Body, ["HostConfig", "OomScoreAdj"], null)
}

deny contains {"id": "swappiness", "msg": "container create: MemorySwappiness is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.MemorySwappiness > 0
	value := object.get(input.Body, ["HostConfig", "MemorySwappiness"], null)
}

deny contains {"id": "cpu", "msg": "container create: NanoCpus is not as the checklist has it", "value": value} if {
	is_create
	not input.Body.HostConfig.NanoCpus > 0
	value := object.get(input.Body, ["HostConfig", "NanoCpus"], null)
}

deny contains {"id": "cpu-beyond", "msg": "container create: NanoCpus is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.NanoCpus > 2000000000
	value := object.get(input.Body, ["HostConfig", "NanoCpus"], null)
}

deny contains {"id": "cpu-quota", "msg": "container create: CpuQuota is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.CpuQuota < 0
	value := object.get(input.Body, ["HostConfig", "CpuQuota"], null)
}

deny contains {"id": "cpu-shares", "msg": "container create: CpuShares is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.CpuShares > 1024
	value := object.get(input.Body, ["HostConfig", "CpuShares"], null)
}

deny contains {"id": "cpu-realtime", "msg": "container create: CpuRealtimeRuntime is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.CpuRealtimeRuntime > 0
	value := object.get(input.Body, ["HostConfig", "CpuRealtimeRuntime"], null)
}

deny contains {"id": "pids", "msg": "container create: PidsLimit is not as the checklist has it", "value": value} if {
	is_create
	not input.Body.HostConfig.PidsLimit > 0
	value := object.get(input.Body, ["HostConfig", "PidsLimit"], null)
}

deny contains {"id": "pids-beyond", "msg": "container create: PidsLimit is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.PidsLimit > 512
	value := object.get(input.Body, ["HostConfig", "PidsLimit"], null)
}

deny contains {"id": "shm", "msg": "container create: ShmSize is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.ShmSize > 67108864
	value := object.get(input.Body, ["HostConfig", "ShmSize"], null)
}

deny contains {"id": "pid-namespace", "msg": "container create: PidMode is not as the checklist has it", "value": value} if {
	is_create
	not input.Body.HostConfig.PidMode in {"", "private"}
	value := object.get(input.Body, ["HostConfig", "PidMode"], null)
}

deny contains {"id": "ipc-namespace", "msg": "container create: IpcMode is not as the checklist has it", "value": value} if {
	is_create
	not input.Body.HostConfig.IpcMode in {"", "private", "none"}
	value := object.get(input.Body, ["HostConfig", "IpcMode"], null)
}

deny contains {"id": "uts-namespace", "msg": "container create: UTSMode is not as the checklist has it", "value": value} if {
	is_create
	not input.Body.HostConfig.UTSMode in {"", "private"}
	value := object.get(input.Body, ["HostConfig", "UTSMode"], null)
}

deny contains {"id": "user-namespace", "msg": "container create: UsernsMode is not as the checklist has it", "value": value} if {
	is_create
	not input.Body.HostConfig.UsernsMode in {"", "private"}
	value := object.get(input.Body, ["HostConfig", "UsernsMode"], null)
}

deny contains {"id": "cgroup-namespace", "msg": "container create: CgroupnsMode is not as the checklist has it", "value": value} if {
	is_create
	not input.Body.HostConfig.CgroupnsMode in {"", "private"}
	value := object.get(input.Body, ["HostConfig", "CgroupnsMode"], null)
}

deny contains {"id": "network-namespace", "msg": "container create: NetworkMode is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.NetworkMode == "host"
	value := object.get(input.Body, ["HostConfig", "NetworkMode"], null)
}

deny contains {"id": "network-of-another", "msg": "container create: NetworkMode is not as the checklist has it", "value": value} if {
	is_create
	startswith(input.Body.HostConfig.NetworkMode, "container:")
	value := object.get(input.Body, ["HostConfig", "NetworkMode"], null)
}

deny contains {"id": "cgroup-parent", "msg": "container create: CgroupParent is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.CgroupParent != ""
	value := object.get(input.Body, ["HostConfig", "CgroupParent"], null)
}

deny contains {"id": "runtime", "msg": "container create: HostConfig is not as the checklist has it", "value": value} if {
	is_create
	not object.get(input.Body.HostConfig, "Runtime", "") in {"", "runc"}
	value := object.get(input.Body, ["HostConfig"], null)
}

deny contains {"id": "isolation", "msg": "container create: Isolation is not as the checklist has it", "value": value} if {
	is_create
	not input.Body.HostConfig.Isolation in {"", "default"}
	value := object.get(input.Body, ["HostConfig", "Isolation"], null)
}

deny contains {"id": "binds", "msg": "container create: Binds is not as the checklist has it", "value": value} if {
	is_create
	count(input.Body.HostConfig.Binds) > 0
	value := object.get(input.Body, ["HostConfig", "Binds"], null)
}

deny contains {"id": "volumes-from", "msg": "container create: VolumesFrom is not as the checklist has it", "value": value} if {
	is_create
	count(input.Body.HostConfig.VolumesFrom) > 0
	value := object.get(input.Body, ["HostConfig", "VolumesFrom"], null)
}

deny contains {"id": "volume-driver", "msg": "container create: VolumeDriver is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.VolumeDriver != ""
	value := object.get(input.Body, ["HostConfig", "VolumeDriver"], null)
}

deny contains {"id": "volumes", "msg": "container create: Volumes is not as the checklist has it", "value": value} if {
	is_create
	count(input.Body.Volumes) > 0
	value := object.get(input.Body, ["Volumes"], null)
}

deny contains {"id": "mounts", "msg": "container create: Mounts is not as the checklist has it", "value": value} if {
	is_create
	some m in input.Body.HostConfig.Mounts
	m.Type != "tmpfs"
	value := object.get(input.Body, ["HostConfig", "Mounts"], null)
}

deny contains {"id": "mount-size", "msg": "container create: Mounts is not as the checklist has it", "value": value} if {
	is_create
	some m in input.Body.HostConfig.Mounts
	not m.TmpfsOptions.SizeBytes > 0
	value := object.get(input.Body, ["HostConfig", "Mounts"], null)
}

deny contains {"id": "mount-destination", "msg": "container create: Mounts is not as the checklist has it", "value": value} if {
	is_create
	some m in input.Body.HostConfig.Mounts
	not strings.any_prefix_match(m.Target, roots)
	value := object.get(input.Body, ["HostConfig", "Mounts"], null)
}

deny contains {"id": "tmpfs-destination", "msg": "container create: Tmpfs is not as the checklist has it", "value": value} if {
	is_create
	some target, _ in input.Body.HostConfig.Tmpfs
	not strings.any_prefix_match(target, roots)
	value := object.get(input.Body, ["HostConfig", "Tmpfs"], null)
}

deny contains {"id": "tmpfs-size", "msg": "container create: Tmpfs is not as the checklist has it", "value": value} if {
	is_create
	some _, options in input.Body.HostConfig.Tmpfs
	not contains(options, "size=")
	value := object.get(input.Body, ["HostConfig", "Tmpfs"], null)
}

deny contains {"id": "tmpfs-noexec", "msg": "container create: Tmpfs is not as the checklist has it", "value": value} if {
	is_create
	some _, options in input.Body.HostConfig.Tmpfs
	not "noexec" in split(options, ",")
	value := object.get(input.Body, ["HostConfig", "Tmpfs"], null)
}

deny contains {"id": "tmpfs-nosuid", "msg": "container create: Tmpfs is not as the checklist has it", "value": value} if {
	is_create
	some _, options in input.Body.HostConfig.Tmpfs
	not "nosuid" in split(options, ",")
	value := object.get(input.Body, ["HostConfig", "Tmpfs"], null)
}

deny contains {"id": "tmpfs-nodev", "msg": "container create: Tmpfs is not as the checklist has it", "value": value} if {
	is_create
	some _, options in input.Body.HostConfig.Tmpfs
	not "nodev" in split(options, ",")
	value := object.get(input.Body, ["HostConfig", "Tmpfs"], null)
}

deny contains {"id": "tmpfs-exec", "msg": "container create: Tmpfs is not as the checklist has it", "value": value} if {
	is_create
	some _, options in input.Body.HostConfig.Tmpfs
	"exec" in split(options, ",")
	value := object.get(input.Body, ["HostConfig", "Tmpfs"], null)
}

deny contains {"id": "devices", "msg": "container create: Devices is not as the checklist has it", "value": value} if {
	is_create
	count(input.Body.HostConfig.Devices) > 0
	value := object.get(input.Body, ["HostConfig", "Devices"], null)
}

deny contains {"id": "device-rules", "msg": "container create: DeviceCgroupRules is not as the checklist has it", "value": value} if {
	is_create
	count(input.Body.HostConfig.DeviceCgroupRules) > 0
	value := object.get(input.Body, ["HostConfig", "DeviceCgroupRules"], null)
}

deny contains {"id": "device-requests", "msg": "container create: DeviceRequests is not as the checklist has it", "value": value} if {
	is_create
	count(input.Body.HostConfig.DeviceRequests) > 0
	value := object.get(input.Body, ["HostConfig", "DeviceRequests"], null)
}

deny contains {"id": "no-new-privileges", "msg": "container create: SecurityOpt is not as the checklist has it", "value": value} if {
	is_create
	not "no-new-privileges" in input.Body.HostConfig.SecurityOpt
	value := object.get(input.Body, ["HostConfig", "SecurityOpt"], null)
}

deny contains {"id": "seccomp", "msg": "container create: SecurityOpt is not as the checklist has it", "value": value} if {
	is_create
	some o in input.Body.HostConfig.SecurityOpt
	startswith(o, "seccomp")
	value := object.get(input.Body, ["HostConfig", "SecurityOpt"], null)
}

deny contains {"id": "apparmor", "msg": "container create: SecurityOpt is not as the checklist has it", "value": value} if {
	is_create
	some o in input.Body.HostConfig.SecurityOpt
	startswith(o, "apparmor")
	value := object.get(input.Body, ["HostConfig", "SecurityOpt"], null)
}

deny contains {"id": "labels", "msg": "container create: SecurityOpt is not as the checklist has it", "value": value} if {
	is_create
	some o in input.Body.HostConfig.SecurityOpt
	startswith(o, "label")
	value := object.get(input.Body, ["HostConfig", "SecurityOpt"], null)
}

deny contains {"id": "ulimits", "msg": "container create: Ulimits is not as the checklist has it", "value": value} if {
	is_create
	some u in input.Body.HostConfig.Ulimits
	not u.Name in {"nofile", "nproc", "core"}
	value := object.get(input.Body, ["HostConfig", "Ulimits"], null)
}

deny contains {"id": "sysctls", "msg": "container create: Sysctls is not as the checklist has it", "value": value} if {
	is_create
	count(input.Body.HostConfig.Sysctls) > 0
	value := object.get(input.Body, ["HostConfig", "Sysctls"], null)
}

deny contains {"id": "ports", "msg": "container create: PortBindings is not as the checklist has it", "value": value} if {
	is_create
	count(input.Body.HostConfig.PortBindings) > 0
	value := object.get(input.Body, ["HostConfig", "PortBindings"], null)
}

deny contains {"id": "all-ports", "msg": "container create: PublishAllPorts is not as the checklist has it", "value": value} if {
	is_create
	input.Body.HostConfig.PublishAllPorts == true
	value := object.get(input.Body, ["HostConfig", "PublishAllPorts"], null)
}

deny contains {"id": "links", "msg": "container create: Links is not as the checklist has it", "value": value} if {
	is_create
	count(input.Body.HostConfig.Links) > 0
	value := object.get(input.Body, ["HostConfig", "Links"], null)
}

deny contains {"id": "hosts", "msg": "container create: ExtraHosts is not as the checklist has it", "value": value} if {
	is_create
	count(input.Body.HostConfig.ExtraHosts) > 0
	value := object.get(input.Body, ["HostConfig", "ExtraHosts"], null)
}

deny contains {"id": "groups", "msg": "container create: GroupAdd is not as the checklist has it", "value": value} if {
	is_create
	count(input.Body.HostConfig.GroupAdd) > 0
	value := object.get(input.Body, ["HostConfig", "GroupAdd"], null)
}

deny contains {"id": "restart", "msg": "container create: Name is not as the checklist has it", "value": value} if {
	is_create
	not input.Body.HostConfig.RestartPolicy.Name in {"", "no", "always", "unless-stopped"}
	value := object.get(input.Body, ["HostConfig", "RestartPolicy", "Name"], null)
}

deny contains {"id": "user", "msg": "container create: User is not as the checklist has it", "value": value} if {
	is_create
	not input.Body.User == "1001:1001"
	value := object.get(input.Body, ["User"], null)
}

deny contains {"id": "image-registry", "msg": "container create: Image is not as the checklist has it", "value": value} if {
	is_create
	not startswith(input.Body.Image, registry)
	value := object.get(input.Body, ["Image"], null)
}

deny contains {"id": "image-digest", "msg": "container create: Image is not as the checklist has it", "value": value} if {
	is_create
	not regex.match(`@sha256:[0-9a-f]{64}$`, input.Body.Image)
	value := object.get(input.Body, ["Image"], null)
}

deny contains {"id": "secrets-in-variables", "msg": "container create: Env is not as the checklist has it", "value": value} if {
	is_create
	some variable in input.Body.Env
	regex.match(`(?i)^[^=]*(secret|token|password|api_?key)[^=]*=`, variable)
	value := "(a variable)"
}

deny contains {"id": "build", "msg": "builds run as root outside every rule", "value": value} if {
	posts("/v*/build")
	value := input.PathPlain
}

deny contains {"id": "session", "msg": "sessions of BuildKit are not open", "value": value} if {
	posts("/v*/session")
	value := input.PathPlain
}

deny contains {"id": "commit", "msg": "images are not made from containers", "value": value} if {
	posts("/v*/commit")
	value := input.Query
}

deny contains {"id": "image-load", "msg": "images come from the registry", "value": value} if {
	posts("/v*/images/load")
	value := input.PathPlain
}

deny contains {"id": "image-import", "msg": "images come from the registry", "value": value} if {
	posts("/v*/images/create")
	value := input.Query.fromSrc
}

deny contains {"id": "image-pull", "msg": "images come from the registry", "value": value} if {
	posts("/v*/images/create")
	some value in input.Query.fromImage
	not startswith(value, registry)
}

deny contains {"id": "image-push", "msg": "images stay on the host", "value": value} if {
	posts("/v*/images/**/push")
	value := input.PathPlain
}

deny contains {"id": "archive", "msg": "files are not written into containers", "value": value} if {
	input.Method == "PUT"
	glob.match("/v*/containers/*/archive", ["/"], input.PathPlain)
	value := input.PathPlain
}

deny contains {"id": "exec", "msg": "processes started later have no privileges", "value": value} if {
	posts("/v*/containers/*/exec")
	value := input.Body.Privileged
	value == true
}

deny contains {"id": "exec-user", "msg": "processes started later run as the container does", "value": value} if {
	posts("/v*/containers/*/exec")
	value := input.Body.User
	not value in {"", "1001:1001"}
}

deny contains {"id": "update", "msg": "limits are not lifted later", "value": value} if {
	posts("/v*/containers/*/update")
	value := input.Body.Memory
	value > 2147483648
}

deny contains {"id": "network", "msg": "networks are internal", "value": value} if {
	posts("/v*/networks/create")
	value := object.get(input.Body, "Internal", false)
	not value == true
}

deny contains {"id": "volume", "msg": "volumes are plain", "value": value} if {
	posts("/v*/volumes/create")
	value := input.Body.DriverOpts
	count(value) > 0
}

deny contains {"id": "plugins", "msg": "plugins run as root on the host", "value": value} if {
	glob.match("/v*/plugins/**", ["/"], input.PathPlain)
	not input.Method == "GET"
	value := input.PathPlain
}

deny contains {"id": "swarm", "msg": "there is no swarm", "value": value} if {
	glob.match("/v*/swarm/**", ["/"], input.PathPlain)
	value := input.PathPlain
}

deny contains {"id": "role", "msg": "the caller may not do this", "value": value} if {
	role := object.get(role_of, input.User, "nobody")
	not input.Method in object.get(roles, role, set())
	value := role
}
