# METADATA
# title: Swap is limited
# description: |
#   Unlimited swap undoes the memory limit and writes an agent's memory to the host's disk. In bytes beyond memory.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.11
# schemas:
#   - input: schema.input
# custom:
#   severity: medium
#   controls:
#     cis_docker_1_6_0: ["5.11"]
#     pss: []
#   fix:
#     docker: "--memory-swap with the value of --memory"
#     compose: "memswap_limit with the value of mem_limit"
package airlock.rules.hardening.swap

import future.keywords.not

import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: a number within the site's limit
deny contains violation.container("HostConfig.MemorySwap", ["resources", "swap"], violation.between(0, site.limit("swap"))) if {
	input.subject == "container"
	not {
		input.container.resources.swap >= 0
		input.container.resources.swap <= data.site.limits.swap
		is_number(data.site.limits.swap)
	}
}
