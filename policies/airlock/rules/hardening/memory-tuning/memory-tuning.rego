# METADATA
# title: Memory tuning leaves the limits in force
# description: |
#   A container the kernel may not kill, or prefers to spare, makes the host kill something else; the other settings
#   shift the limit itself.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.11
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.11"]
#     pss: []
#   fix:
#     docker: "remove --oom-kill-disable, --oom-score-adj, --memory-swappiness, --memory-reservation and --kernel-memory"
#     compose: "remove oom_kill_disable, oom_score_adj, mem_swappiness and mem_reservation"
package airlock.rules.hardening["memory-tuning"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: the kernel may kill it
deny contains violation.container("HostConfig.OomKillDisable", ["resources", "oom_kill_disable"], false) if {
	input.subject == "container"
	not input.container.resources.oom_kill_disable == false
}

# METADATA
# description: never spared before others
deny contains violation.container("HostConfig.OomScoreAdj", ["resources", "oom_score_adj"], violation.between(0, 1000)) if {
	input.subject == "container"
	not {
		input.container.resources.oom_score_adj >= 0
		input.container.resources.oom_score_adj <= 1000
	}
}

# METADATA
# description: the kernel's default or none
deny contains violation.container("HostConfig.MemorySwappiness", ["resources", "swappiness"], 0) if {
	input.subject == "container"
	not input.container.resources.swappiness in {null, 0}
}

# METADATA
# description: no more than the limit
deny contains violation.container("HostConfig.MemoryReservation", ["resources", "memory_reservation"], violation.between(0, object.get(input.container, ["resources", "memory"], null))) if {
	input.subject == "container"
	not {
		input.container.resources.memory_reservation >= 0
		input.container.resources.memory_reservation <= input.container.resources.memory
		is_number(input.container.resources.memory)
	}
}

# METADATA
# description: older engines could limit it apart
deny contains violation.container("HostConfig.KernelMemory", ["resources", "kernel_memory"], 0) if {
	input.subject == "container"
	not input.container.resources.kernel_memory == 0
}
