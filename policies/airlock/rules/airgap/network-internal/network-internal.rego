# METADATA
# title: New networks are internal
# description: |
#   Only the egress networks and segments the site names may lead out of the host.
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
#     docker: "docker network create --internal"
#     compose: "internal: true"
package airlock.rules.airgap["network-internal"]

import future.keywords.not

import data.airlock.lib.network
import data.airlock.lib.violation

# METADATA
# description: internal, unless the site names it
deny contains violation.with_value(flaw.field, flaw.got, flaw.want) if {
	input.subject == "network"
	input.operation == "network.create"
	some flaw in network.subject_flaws
	flaw.property == "internal"
}
