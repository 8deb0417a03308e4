# METADATA
# title: Control group is the engine's choice
# description: |
#   Another parent, reached through .. as well, takes the container out of the slice that holds its limits.
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
#     docker: "remove --cgroup-parent"
#     compose: "remove cgroup_parent"
package airlock.rules.hardening["cgroup-parent"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: anything but the good value is a violation, absence included
deny contains violation.container("HostConfig.CgroupParent", ["resources", "cgroup_parent"], "") if {
	input.subject == "container"
	not input.container.resources.cgroup_parent == ""
}
