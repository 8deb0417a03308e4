# METADATA
# title: Stopping is not delayed beyond the site's limit
# description: |
#   A long or endless stop timeout keeps a container running after it was told to stop. In seconds.
# related_resources:
#   - ref: https://docs.docker.com/reference/api/engine/
#     description: Docker Engine API, no benchmark covers this field
# schemas:
#   - input: schema.input
# custom:
#   severity: low
#   controls:
#     cis_docker_1_6_0: []
#     pss: []
#   fix:
#     docker: "--stop-timeout 10"
#     compose: "stop_grace_period: 10s"
package airlock.rules.hardening["stop-timeout"]

import future.keywords.not

import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: the engine's default or a number within the site's limit
deny contains violation.container("Config.StopTimeout", ["process", "stop_timeout"], violation.between(0, site.limit("stop_timeout"))) if {
	input.subject == "container"
	not input.container.process.stop_timeout == null
	not {
		input.container.process.stop_timeout >= 0
		input.container.process.stop_timeout <= data.site.limits.stop_timeout
		is_number(data.site.limits.stop_timeout)
	}
}
