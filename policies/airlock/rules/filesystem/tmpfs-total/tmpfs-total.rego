# METADATA
# title: Scratch space in total is limited
# description: |
#   Many small tmpfs are as much memory as a large one, and every mount costs the kernel. In bytes.
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
#     docker: "use fewer or smaller --tmpfs"
#     compose: "use fewer or smaller tmpfs"
package airlock.rules.filesystem["tmpfs-total"]

import future.keywords.not

import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: the number of mounts
deny contains violation.container("HostConfig.Tmpfs", ["tmpfs", "count"], sprintf("at most %v mounts", [site.limit("tmpfs_mounts")])) if {
	input.subject == "container"
	not {
		input.container.tmpfs.count >= 0
		input.container.tmpfs.count <= data.site.limits.tmpfs_mounts
		is_number(data.site.limits.tmpfs_mounts)
	}
}

# METADATA
# description: the sum of their sizes
deny contains violation.container("HostConfig.Tmpfs", ["tmpfs", "bytes"], sprintf("at most %v bytes", [site.limit("tmpfs")])) if {
	input.subject == "container"
	not {
		input.container.tmpfs.bytes >= 0
		input.container.tmpfs.bytes <= data.site.limits.tmpfs
		is_number(data.site.limits.tmpfs)
	}
}
