# METADATA
# title: All capabilities are dropped
# description: |
#   Without an explicit drop of ALL the engine's fourteen default capabilities stay in the bounding set, for a
#   non-root user too.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.4
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, restricted, check capabilities_restricted
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.4"]
#     pss: ["capabilities_restricted"]
#   fix:
#     docker: "--cap-drop ALL"
#     compose: "cap_drop: [ALL]"
package airlock.rules.hardening["capabilities-dropped"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: the drop list names ALL
deny contains violation.container("HostConfig.CapDrop", ["privileges", "capabilities", "drop"], ["ALL"]) if {
	input.subject == "container"
	not "ALL" in input.container.privileges.capabilities.drop
}
