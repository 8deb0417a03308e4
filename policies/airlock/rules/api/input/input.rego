# METADATA
# title: Input is complete for its operation
# description: |
#   Rules judge what is there. An operation whose subject was lost on the way, or a document of another version, must
#   not pass for want of something to judge.
# related_resources:
#   - ref: https://docs.docker.com/reference/api/engine/
#     description: Docker Engine API, no benchmark covers this field
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: []
#     pss: []
#   fix:
#     docker: "report this: the gate did not understand its own input"
#     compose: "report this: the gate did not understand its own input"
package airlock.rules.api.input

import future.keywords.not

import data.airlock.lib.operation
import data.airlock.lib.violation

# METADATA
# description: every admitted operation carries its subject
deny contains violation.at("request", ["operation"], "the subject this operation needs") if {
	not operation.well_formed
	operation.subjects[input.operation]
}
