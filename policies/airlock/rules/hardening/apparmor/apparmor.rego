# METADATA
# title: AppArmor confines the container
# description: |
#   An unconfined container escapes the mandatory access control that keeps it off the host's proc and sys files.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.2
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, baseline, check appArmorProfile
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.2"]
#     pss: ["appArmorProfile"]
#   fix:
#     docker: "remove --security-opt apparmor=…"
#     compose: "remove apparmor from security_opt"
package airlock.rules.hardening.apparmor

import future.keywords.not

import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: the effective profile is trusted
deny contains violation.container("HostConfig.SecurityOpt", ["privileges", "apparmor"], array.concat(["default"], site.apparmor)) if {
	input.subject == "container"
	not input.container.privileges.apparmor == "default"
	not {
		input.container.privileges.apparmor in site.apparmor
		not input.container.privileges.apparmor == "unconfined"
	}
}
