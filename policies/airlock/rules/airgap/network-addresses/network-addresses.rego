# METADATA
# title: The engine chooses the addresses
# description: |
#   Another address manager is third-party code, and an auxiliary address moves the default route to where its author
#   likes.
# related_resources:
#   - ref: https://docs.docker.com/reference/api/engine/
#     description: Docker Engine API, no benchmark covers this field
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: []
#     pss: []
#   fix:
#     docker: "docker network create without --ipam-driver, --ipam-opt and --aux-address"
#     compose: "ipam: with subnets only"
package airlock.rules.airgap["network-addresses"]

import future.keywords.not

import data.airlock.lib.network
import data.airlock.lib.violation

# METADATA
# description: the default address manager, without options
deny contains violation.with_value(flaw.field, flaw.got, flaw.want) if {
	input.subject == "network"
	input.operation == "network.create"
	some flaw in network.subject_flaws
	flaw.property == "addresses"
}
