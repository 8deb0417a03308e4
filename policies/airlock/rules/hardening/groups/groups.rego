# METADATA
# title: No supplementary group is added
# description: |
#   A supplementary group opens what the user and group alone could not, the docker socket's group among them.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 4.1
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["4.1"]
#     pss: []
#   fix:
#     docker: "remove --group-add"
#     compose: "remove group_add"
package airlock.rules.hardening.groups

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: anything but the good value is a violation, absence included
deny contains violation.container("HostConfig.GroupAdd", ["user", "groups"], []) if {
	input.subject == "container"
	not input.container.user.groups == []
}
