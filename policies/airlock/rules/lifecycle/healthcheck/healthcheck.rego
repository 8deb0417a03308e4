# METADATA
# title: Health check is not switched off
# description: |
#   A container whose image brings a health check and that runs without one can hang or be taken over unnoticed.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.27
# schemas:
#   - input: schema.input
# custom:
#   severity: low
#   controls:
#     cis_docker_1_6_0: ["5.27"]
#     pss: []
#   fix:
#     docker: "remove --no-healthcheck"
#     compose: "remove healthcheck.disable"
package airlock.rules.lifecycle.healthcheck

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: from the request or from the image
deny contains violation.container("Config.Healthcheck", ["process", "healthcheck", "source"], "the image's health check, or one of the request") if {
	input.subject == "container"
	not input.container.process.healthcheck.source in {"request", "image"}
}
