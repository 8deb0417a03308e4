# METADATA
# title: Processes gain no new privileges
# description: |
#   A set-user-ID program or file capability in the image would give an agent more than it was started with.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.26
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, restricted, check allowPrivilegeEscalation
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.26"]
#     pss: ["allowPrivilegeEscalation"]
#   fix:
#     docker: "--security-opt no-new-privileges; docker service create has no such flag: no-new-privileges in daemon.json"
#     compose: "security_opt: [no-new-privileges:true]"
package airlock.rules.hardening["no-new-privileges"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: anything but the good value is a violation, absence included
deny contains violation.container("HostConfig.SecurityOpt", ["privileges", "no_new_privileges"], true) if {
	input.subject == "container"
	not input.container.privileges.no_new_privileges == true
}
