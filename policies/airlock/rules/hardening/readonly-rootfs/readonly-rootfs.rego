# METADATA
# title: Root file system is read-only
# description: |
#   A writable root file system lets an agent plant programs and persist. Scratch space belongs on a sized tmpfs.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.13
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.13"]
#     pss: []
#   fix:
#     docker: --read-only
#     compose: "read_only: true"
package airlock.rules.hardening["readonly-rootfs"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: anything but an explicit true is a violation, absence included
deny contains violation.container("HostConfig.ReadonlyRootfs", ["rootfs", "readonly"], true) if {
	input.subject == "container"
	not input.container.rootfs.readonly == true
}
