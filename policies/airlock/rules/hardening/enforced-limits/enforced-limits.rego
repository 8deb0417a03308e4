# METADATA
# title: The kernel enforces the limits
# description: |
#   An engine whose kernel lacks a controller drops the limit with a warning at most. A limit the kernel discards is
#   no limit.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.11
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.12
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.29
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.11", "5.12", "5.29"]
#     pss: []
#   fix:
#     docker: "boot the host with cgroup v2, or with cgroup_enable=memory swapaccount=1"
#     compose: "boot the host with cgroup v2, or with cgroup_enable=memory swapaccount=1"
package airlock.rules.hardening["enforced-limits"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: the memory controller
deny contains violation.at("HostConfig.Memory", ["engine", "enforces", "memory"], true) if {
	input.subject == "container"
	not input.engine.enforces.memory == true
}

# METADATA
# description: swap accounting
deny contains violation.at("HostConfig.MemorySwap", ["engine", "enforces", "swap"], true) if {
	input.subject == "container"
	not input.engine.enforces.swap == true
}

# METADATA
# description: quota and period of the processor
deny contains violation.at("HostConfig.NanoCpus", ["engine", "enforces", "cpu"], true) if {
	input.subject == "container"
	not input.engine.enforces.cpu == true
}

# METADATA
# description: the process controller
deny contains violation.at("HostConfig.PidsLimit", ["engine", "enforces", "pids"], true) if {
	input.subject == "container"
	not input.engine.enforces.pids == true
}
