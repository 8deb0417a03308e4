# METADATA
# title: Mounts do not propagate
# description: |
#   With shared or slave propagation what is mounted on one side appears on the other.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.20
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.20"]
#     pss: []
#   fix:
#     docker: "remove shared, rshared, slave and rslave from the mount"
#     compose: "remove propagation from the mount"
package airlock.rules.filesystem["mount-propagation"]

import future.keywords.not

import data.airlock.lib.mount
import data.airlock.lib.violation

# METADATA
# description: private, as the engine's default is
deny contains violation.with_value(mount.field(each), violation.member(each, "propagation"), "rprivate") if {
	input.subject == "container"
	some each in input.container.mounts
	not each.propagation in {"", "rprivate", "private"}
}
