# METADATA
# title: Isolation is the engine's default
# description: |
#   Other isolation technologies and the field Cgroup are outside what the rules understand.
# related_resources:
#   - ref: https://docs.docker.com/reference/api/engine/
#     description: Docker Engine API, no benchmark covers this field
# schemas:
#   - input: schema.input
# custom:
#   severity: medium
#   controls:
#     cis_docker_1_6_0: []
#     pss: []
#   fix:
#     docker: "remove --isolation"
#     compose: "remove isolation"
package airlock.rules.hardening.isolation

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: the default of the engine
deny contains violation.container("HostConfig.Isolation", ["namespaces", "isolation"], "") if {
	input.subject == "container"
	not input.container.namespaces.isolation in {"", "default"}
}

# METADATA
# description: no control group of another container
deny contains violation.container("HostConfig.Cgroup", ["namespaces", "cgroup_spec"], "") if {
	input.subject == "container"
	not input.container.namespaces.cgroup_spec == ""
}
