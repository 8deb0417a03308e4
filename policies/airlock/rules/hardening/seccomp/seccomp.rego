# METADATA
# title: Seccomp filters system calls
# description: |
#   Without a filter every system call of the kernel is attack surface. Trusted are the engine's built-in profile and
#   the profiles the site names; an inline profile cannot be told from an empty one.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.22
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, baseline, check seccompProfile_baseline
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, restricted, check seccompProfile_restricted
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.22"]
#     pss: ["seccompProfile_baseline", "seccompProfile_restricted"]
#   fix:
#     docker: "remove --security-opt seccomp=…"
#     compose: "remove seccomp from security_opt"
package airlock.rules.hardening.seccomp

import future.keywords.not

import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: the effective profile is trusted
deny contains violation.container("HostConfig.SecurityOpt", ["privileges", "seccomp"], array.concat(["builtin"], site.seccomp)) if {
	input.subject == "container"
	not input.container.privileges.seccomp == "builtin"
	not {
		input.container.privileges.seccomp in site.seccomp
		not input.container.privileges.seccomp in {"unconfined", "none", "custom"}
	}
}
