# METADATA
# title: Shared memory is limited
# description: |
#   Shared memory is a tmpfs of any size asked for, held in the host's memory. In bytes.
# related_resources:
#   - ref: https://docs.docker.com/reference/api/engine/
#     description: Docker Engine API, no benchmark covers this field
# schemas:
#   - input: schema.input
# custom:
#   severity: medium
#   controls:
#     cis_docker_1_6_0: []
#     pss: []
#   fix:
#     docker: "--shm-size 64m"
#     compose: "shm_size: 64m"
package airlock.rules.hardening.shm

import future.keywords.not

import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: a number within the site's limit
deny contains violation.container("HostConfig.ShmSize", ["resources", "shm"], violation.between(1, site.limit("shm"))) if {
	input.subject == "container"
	not {
		input.container.resources.shm >= 1
		input.container.resources.shm <= data.site.limits.shm
		is_number(data.site.limits.shm)
	}
}
