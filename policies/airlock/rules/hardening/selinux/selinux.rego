# METADATA
# title: SELinux labels are the engine's own
# description: |
#   Label options switch SELinux separation off or choose a stronger domain.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.3
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, baseline, check seLinuxOptions
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.3"]
#     pss: ["seLinuxOptions"]
#   fix:
#     docker: "remove --security-opt label=…"
#     compose: "remove label from security_opt"
package airlock.rules.hardening.selinux

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: anything but the good value is a violation, absence included
deny contains violation.container("HostConfig.SecurityOpt", ["privileges", "selinux"], []) if {
	input.subject == "container"
	not input.container.privileges.selinux == []
}
