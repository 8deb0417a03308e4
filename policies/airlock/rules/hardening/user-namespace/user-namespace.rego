# METADATA
# title: User namespace is not the host's
# description: |
#   Opting out of user namespace remapping turns root in the container into root on the host.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.31
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.31"]
#     pss: []
#   fix:
#     docker: "remove --userns"
#     compose: "remove userns_mode"
package airlock.rules.hardening["user-namespace"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: stated are the namespaces that are the container's own
deny contains violation.container("HostConfig.UsernsMode", ["namespaces", "user"], "private") if {
	input.subject == "container"
	not input.container.namespaces.user in {"private", "default"}
}
