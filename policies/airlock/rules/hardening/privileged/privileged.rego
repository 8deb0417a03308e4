# METADATA
# title: Container is not privileged
# description: |
#   A privileged container holds every capability and sees every host device; no other rule can contain it.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.5
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, baseline, check privileged
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["5.5"]
#     pss: ["privileged"]
#   fix:
#     docker: "remove --privileged"
#     compose: "privileged: false"
package airlock.rules.hardening.privileged

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: anything but the good value is a violation, absence included
deny contains violation.container("HostConfig.Privileged", ["privileges", "privileged"], false) if {
	input.subject == "container"
	not input.container.privileges.privileged == false
}
