package docker.authz

default allow := false

allow if not create

allow if {
	create
	count(deny) == 0
}

create if {
	input.Method == "POST"
	glob.match("/v*/containers/create", ["/"], input.PathPlain)
}

roots := {"/tmp", "/run", "/work", "/data", "/cache", "/var/tmp", "/var/cache"}

registry := "REGISTRY/"

deny contains "privileged" if {
	create
	input.Body.HostConfig.Privileged == true
}

deny contains "readonly" if {
	create
	not input.Body.HostConfig.ReadonlyRootfs == true
}

deny contains "capabilities dropped" if {
	create
	not "ALL" in input.Body.HostConfig.CapDrop
}

deny contains "capabilities added" if {
	create
	count(input.Body.HostConfig.CapAdd) > 0
}

deny contains "memory" if {
	create
	not input.Body.HostConfig.Memory > 0
}

deny contains "memory beyond" if {
	create
	input.Body.HostConfig.Memory > 2147483648
}

deny contains "swap" if {
	create
	input.Body.HostConfig.MemorySwap < 0
}

deny contains "swap beyond" if {
	create
	input.Body.HostConfig.MemorySwap > 4294967296
}

deny contains "reservation" if {
	create
	input.Body.HostConfig.MemoryReservation > input.Body.HostConfig.Memory
}

deny contains "kernel memory" if {
	create
	input.Body.HostConfig.KernelMemory > 0
}

deny contains "oom kill" if {
	create
	input.Body.HostConfig.OomKillDisable == true
}

deny contains "oom score" if {
	create
	input.Body.HostConfig.OomScoreAdj < 0
}

deny contains "swappiness" if {
	create
	input.Body.HostConfig.MemorySwappiness > 0
}

deny contains "cpu" if {
	create
	not input.Body.HostConfig.NanoCpus > 0
}

deny contains "cpu beyond" if {
	create
	input.Body.HostConfig.NanoCpus > 2000000000
}

deny contains "cpu quota" if {
	create
	input.Body.HostConfig.CpuQuota < 0
}

deny contains "cpu shares" if {
	create
	input.Body.HostConfig.CpuShares > 1024
}

deny contains "cpu realtime" if {
	create
	input.Body.HostConfig.CpuRealtimeRuntime > 0
}

deny contains "pids" if {
	create
	not input.Body.HostConfig.PidsLimit > 0
}

deny contains "pids beyond" if {
	create
	input.Body.HostConfig.PidsLimit > 512
}

deny contains "shm" if {
	create
	input.Body.HostConfig.ShmSize > 67108864
}

deny contains "pid namespace" if {
	create
	not input.Body.HostConfig.PidMode in {"", "private"}
}

deny contains "ipc namespace" if {
	create
	not input.Body.HostConfig.IpcMode in {"", "private", "none"}
}

deny contains "uts namespace" if {
	create
	not input.Body.HostConfig.UTSMode in {"", "private"}
}

deny contains "user namespace" if {
	create
	not input.Body.HostConfig.UsernsMode in {"", "private"}
}

deny contains "cgroup namespace" if {
	create
	not input.Body.HostConfig.CgroupnsMode in {"", "private"}
}

deny contains "network namespace" if {
	create
	input.Body.HostConfig.NetworkMode == "host"
}

deny contains "network of another" if {
	create
	startswith(input.Body.HostConfig.NetworkMode, "container:")
}

deny contains "cgroup parent" if {
	create
	input.Body.HostConfig.CgroupParent != ""
}

deny contains "runtime" if {
	create
	not object.get(input.Body.HostConfig, "Runtime", "") in {"", "runc"}
}

deny contains "isolation" if {
	create
	not input.Body.HostConfig.Isolation in {"", "default"}
}

deny contains "binds" if {
	create
	count(input.Body.HostConfig.Binds) > 0
}

deny contains "volumes from" if {
	create
	count(input.Body.HostConfig.VolumesFrom) > 0
}

deny contains "volume driver" if {
	create
	input.Body.HostConfig.VolumeDriver != ""
}

deny contains "volumes" if {
	create
	count(input.Body.Volumes) > 0
}

deny contains "mounts" if {
	create
	some m in input.Body.HostConfig.Mounts
	m.Type != "tmpfs"
}

deny contains "mount size" if {
	create
	some m in input.Body.HostConfig.Mounts
	not m.TmpfsOptions.SizeBytes > 0
}

deny contains "mount destination" if {
	create
	some m in input.Body.HostConfig.Mounts
	not strings.any_prefix_match(m.Target, roots)
}

deny contains "tmpfs destination" if {
	create
	some target, _ in input.Body.HostConfig.Tmpfs
	not strings.any_prefix_match(target, roots)
}

deny contains "tmpfs size" if {
	create
	some _, options in input.Body.HostConfig.Tmpfs
	not contains(options, "size=")
}

deny contains "tmpfs noexec" if {
	create
	some _, options in input.Body.HostConfig.Tmpfs
	not "noexec" in split(options, ",")
}

deny contains "tmpfs nosuid" if {
	create
	some _, options in input.Body.HostConfig.Tmpfs
	not "nosuid" in split(options, ",")
}

deny contains "tmpfs nodev" if {
	create
	some _, options in input.Body.HostConfig.Tmpfs
	not "nodev" in split(options, ",")
}

deny contains "tmpfs exec" if {
	create
	some _, options in input.Body.HostConfig.Tmpfs
	"exec" in split(options, ",")
}

deny contains "devices" if {
	create
	count(input.Body.HostConfig.Devices) > 0
}

deny contains "device rules" if {
	create
	count(input.Body.HostConfig.DeviceCgroupRules) > 0
}

deny contains "device requests" if {
	create
	count(input.Body.HostConfig.DeviceRequests) > 0
}

deny contains "no new privileges" if {
	create
	not "no-new-privileges" in input.Body.HostConfig.SecurityOpt
}

deny contains "seccomp" if {
	create
	some o in input.Body.HostConfig.SecurityOpt
	startswith(o, "seccomp")
}

deny contains "apparmor" if {
	create
	some o in input.Body.HostConfig.SecurityOpt
	startswith(o, "apparmor")
}

deny contains "labels" if {
	create
	some o in input.Body.HostConfig.SecurityOpt
	startswith(o, "label")
}

deny contains "ulimits" if {
	create
	some u in input.Body.HostConfig.Ulimits
	not u.Name in {"nofile", "nproc", "core"}
}

deny contains "sysctls" if {
	create
	count(input.Body.HostConfig.Sysctls) > 0
}

deny contains "ports" if {
	create
	count(input.Body.HostConfig.PortBindings) > 0
}

deny contains "all ports" if {
	create
	input.Body.HostConfig.PublishAllPorts == true
}

deny contains "links" if {
	create
	count(input.Body.HostConfig.Links) > 0
}

deny contains "hosts" if {
	create
	count(input.Body.HostConfig.ExtraHosts) > 0
}

deny contains "groups" if {
	create
	count(input.Body.HostConfig.GroupAdd) > 0
}

deny contains "restart" if {
	create
	not input.Body.HostConfig.RestartPolicy.Name in {"", "no", "always", "unless-stopped"}
}

deny contains "user" if {
	create
	not input.Body.User == "1001:1001"
}

deny contains "image registry" if {
	create
	not startswith(input.Body.Image, registry)
}

deny contains "image digest" if {
	create
	not regex.match(`@sha256:[0-9a-f]{64}$`, input.Body.Image)
}

deny contains "secrets in variables" if {
	create
	some variable in input.Body.Env
	regex.match(`(?i)^[^=]*(secret|token|password|api_?key)[^=]*=`, variable)
}
