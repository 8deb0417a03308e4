# METADATA
# title: Every tmpfs has a size
# description: |
#   A tmpfs without a size takes half of the host's memory; size=0, a percentage and a later nr_blocks undo one. In
#   bytes.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.11
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.11"]
#     pss: []
#   fix:
#     docker: "--tmpfs /data:size=16m,noexec,nosuid,nodev"
#     compose: "tmpfs: [\"/data:size=16m,noexec,nosuid,nodev\"]"
package airlock.rules.filesystem["tmpfs-size"]

import future.keywords.not

import data.airlock.lib.mount
import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: a number within the site's limit
deny contains violation.with_value(mount.field(each), violation.member(each, "size"), violation.between(1, site.limit("tmpfs"))) if {
	input.subject == "container"
	some each in input.container.mounts
	each.type == "tmpfs"
	not {
		each.size >= 1
		each.size <= data.site.limits.tmpfs
		is_number(data.site.limits.tmpfs)
	}
}
