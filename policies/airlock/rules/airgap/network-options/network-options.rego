# METADATA
# title: New networks carry the airgap options only
# description: |
#   An internal bridge still has the host's address, where every service of the host answers; inhibit_ipv4 takes it away, on
#   every engine. Other options attach the bridge of another network, translate addresses or route.
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
#     docker: "docker network create --opt com.docker.network.bridge.inhibit_ipv4=true"
#     compose: "driver_opts: {com.docker.network.bridge.inhibit_ipv4: \"true\"}"
package airlock.rules.airgap["network-options"]

import future.keywords.not

import data.airlock.lib.network
import data.airlock.lib.violation

# METADATA
# description: the template of its class
deny contains violation.with_value(flaw.field, flaw.got, flaw.want) if {
	input.subject == "network"
	input.operation == "network.create"
	some flaw in network.subject_flaws
	flaw.property == "options"
}
