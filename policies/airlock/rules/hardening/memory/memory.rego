# METADATA
# title: Memory is limited
# description: |
#   An unlimited container can starve the host and every other container. In bytes.
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
#     docker: "--memory 512m"
#     compose: "mem_limit: 512m"
package airlock.rules.hardening.memory

import future.keywords.not

import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: a number within the site's limit
deny contains violation.container("HostConfig.Memory", ["resources", "memory"], violation.between(6291456, site.limit("memory"))) if {
	input.subject == "container"
	not {
		input.container.resources.memory >= 6291456
		input.container.resources.memory <= data.site.limits.memory
		is_number(data.site.limits.memory)
	}
}
