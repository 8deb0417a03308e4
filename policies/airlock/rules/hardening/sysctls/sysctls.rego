# METADATA
# title: Kernel parameters are set by role only
# description: |
#   A kernel parameter can turn a container with two networks into a router. Forwarding may be switched off by anyone;
#   everything else takes the image's role.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, baseline, check sysctls
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: []
#     pss: ["sysctls"]
#   fix:
#     docker: "remove --sysctl"
#     compose: "remove sysctls"
package airlock.rules.hardening.sysctls

import future.keywords.not

import data.airlock.lib.role
import data.airlock.lib.violation

# METADATA
# description: the map itself is there
deny contains violation.container("HostConfig.Sysctls", ["privileges", "sysctls"], role.sysctls) if {
	input.subject == "container"
	not is_object(input.container.privileges.sysctls)
}

# METADATA
# description: name and value are granted
deny contains violation.with_value("HostConfig.Sysctls", {name: value}, role.sysctls) if {
	input.subject == "container"
	some name, value in input.container.privileges.sysctls
	not [name, value] == ["net.ipv4.ip_forward", "0"]
	not role.sysctls[name] == value
}
