# METADATA
# title: Processor time is limited
# description: |
#   An unlimited container can starve the host and the monitor beside it. In billionths of a processor, after the
#   engine's rounding.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.12
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.12"]
#     pss: []
#   fix:
#     docker: "--cpus 1"
#     compose: "cpus: \"1\""
package airlock.rules.hardening.cpu

import future.keywords.not

import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: a number within the site's limit
deny contains violation.container("HostConfig.NanoCpus", ["resources", "nano_cpus"], violation.between(10000000, site.limit("nano_cpus"))) if {
	input.subject == "container"
	not {
		input.container.resources.nano_cpus >= 10000000
		input.container.resources.nano_cpus <= data.site.limits.nano_cpus
		is_number(data.site.limits.nano_cpus)
	}
}
