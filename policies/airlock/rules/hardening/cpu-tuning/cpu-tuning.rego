# METADATA
# title: Processor tuning leaves the limits in force
# description: |
#   Contradicting settings let a later one undo the limit, realtime scheduling can freeze the host, and more than the
#   default weight starves the neighbours.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.12
# schemas:
#   - input: schema.input
# custom:
#   severity: medium
#   controls:
#     cis_docker_1_6_0: ["5.12"]
#     pss: []
#   fix:
#     docker: "use --cpus alone; remove --cpu-quota, --cpu-period, --cpu-rt-period, --cpu-rt-runtime and --cpu-shares"
#     compose: "use cpus alone; remove cpu_quota, cpu_period, cpu_rt_period, cpu_rt_runtime and cpu_shares"
package airlock.rules.hardening["cpu-tuning"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: one setting limits the processor
deny contains violation.container("HostConfig.CpuQuota", ["resources", "cpu_conflict"], false) if {
	input.subject == "container"
	not input.container.resources.cpu_conflict == false
}

# METADATA
# description: no realtime scheduling
deny contains violation.container("HostConfig.CpuRealtimeRuntime", ["resources", "cpu_realtime"], false) if {
	input.subject == "container"
	not input.container.resources.cpu_realtime == false
}

# METADATA
# description: no more than the default weight
deny contains violation.container("HostConfig.CpuShares", ["resources", "cpu_shares"], violation.between(0, 1024)) if {
	input.subject == "container"
	not {
		input.container.resources.cpu_shares >= 0
		input.container.resources.cpu_shares <= 1024
	}
}

# METADATA
# description: a plain list
deny contains violation.container("HostConfig.CpusetCpus", ["resources", "cpuset_cpus"], "a list such as 0-2,4") if {
	input.subject == "container"
	not input.container.resources.cpuset_cpus == ""
	not {
		is_string(input.container.resources.cpuset_cpus)
		trim(input.container.resources.cpuset_cpus, "0123456789,-") == ""
	}
}

# METADATA
# description: a plain list
deny contains violation.container("HostConfig.CpusetMems", ["resources", "cpuset_mems"], "a list such as 0-2,4") if {
	input.subject == "container"
	not input.container.resources.cpuset_mems == ""
	not {
		is_string(input.container.resources.cpuset_mems)
		trim(input.container.resources.cpuset_mems, "0123456789,-") == ""
	}
}
