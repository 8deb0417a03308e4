# METADATA
# title: New networks have no IPv6
# description: |
#   Older engines do not filter IPv6: a container on an internal network with IPv6 reaches everything.
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
#     docker: "docker network create without --ipv6 and with IPv4 subnets only"
#     compose: "enable_ipv6: false"
package airlock.rules.airgap["network-ipv6"]

import future.keywords.not

import data.airlock.lib.network
import data.airlock.lib.violation

# METADATA
# description: IPv6 is off
deny contains violation.with_value(flaw.field, flaw.got, flaw.want) if {
	input.subject == "network"
	input.operation == "network.create"
	some flaw in network.subject_flaws
	flaw.property == "ipv6"
}
