# METADATA
# title: Live networks are what their names demand
# description: |
#   Internal alone is no airgap: the host answers at the bridge's address, and IPv6 is not filtered on older engines. Names
#   lie, since anyone may have made the network earlier; so every live network is judged again at each create, connect and
#   start.
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
#     docker: "docker network create --internal --opt com.docker.network.bridge.inhibit_ipv4=true"
#     compose: "networks: {agents: {internal: true, driver_opts: {com.docker.network.bridge.inhibit_ipv4: \"true\"}}}"
package airlock.rules.airgap["network-class"]

import future.keywords.not

import data.airlock.lib.network
import data.airlock.lib.violation

# METADATA
# description: airgap class, or what the site's name for it allows
deny contains violation.with_value(network.field(joined), got, flaw.want) if {
	input.subject == "container"
	not input.container.network.attached == []
	some joined in network.joined
	some flaw in network.flaws(joined)
	got := {"network": violation.member(joined, "name"), flaw.field: flaw.got}
}
