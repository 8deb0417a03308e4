# METADATA
# title: Control group namespace is the container's own
# description: |
#   In the host's control group namespace a container sees the host's hierarchy. An engine on cgroup v1 stores host as
#   its own default, so that alone is admitted, and only when read back from the engine.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.25
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.25"]
#     pss: []
#   fix:
#     docker: "remove --cgroupns, or --cgroupns private"
#     compose: "cgroup: private"
package airlock.rules.hardening["cgroup-namespace"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: private, or the engine's own default
deny contains violation.container("HostConfig.CgroupnsMode", ["namespaces", "cgroup"], "private") if {
	input.subject == "container"
	not input.container.namespaces.cgroup in {"private", "default"}
	not {
		input.container.namespaces.cgroup == "host"
		input.container.stored == true
		input.engine.cgroup_version == "1"
	}
}
