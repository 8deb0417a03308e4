# METADATA
# title: Number of processes is limited
# description: |
#   A fork bomb in a container without a limit takes the host's process table.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.29
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.29"]
#     pss: []
#   fix:
#     docker: "--pids-limit 64"
#     compose: "pids_limit: 64"
package airlock.rules.hardening.pids

import future.keywords.not

import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: a number within the site's limit
deny contains violation.container("HostConfig.PidsLimit", ["resources", "pids"], violation.between(1, site.limit("pids"))) if {
	input.subject == "container"
	not {
		input.container.resources.pids >= 1
		input.container.resources.pids <= data.site.limits.pids
		is_number(data.site.limits.pids)
	}
}
