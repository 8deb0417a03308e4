# METADATA
# title: Capabilities are added by role only
# description: |
#   An added capability survives the drop of ALL, and adding ALL beats dropping it. Only the image's role can grant
#   one, and never ALL.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.4
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, baseline, check capabilities_baseline
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, restricted, check capabilities_restricted
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["5.4"]
#     pss: ["capabilities_baseline", "capabilities_restricted"]
#   fix:
#     docker: "remove --cap-add"
#     compose: "remove cap_add"
package airlock.rules.hardening["capabilities-added"]

import future.keywords.not

import data.airlock.lib.role
import data.airlock.lib.violation

# METADATA
# description: the list itself is there
deny contains violation.container("HostConfig.CapAdd", ["privileges", "capabilities", "add"], role.capabilities) if {
	input.subject == "container"
	not is_array(input.container.privileges.capabilities.add)
}

# METADATA
# description: the role grants every entry
deny contains violation.with_value("HostConfig.CapAdd", capability, role.capabilities) if {
	input.subject == "container"
	some capability in input.container.privileges.capabilities.add
	not {
		capability in role.capabilities
		not capability == "ALL"
	}
}
