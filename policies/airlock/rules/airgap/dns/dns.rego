# METADATA
# title: Airgapped containers forward no name look-ups
# description: |
#   Older engines ask the host's resolver on behalf of a container on an internal network, and names carry data out. With
#   127.0.0.1 as the only server nothing is forwarded; the names of containers still resolve.
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
#     docker: "--dns 127.0.0.1"
#     compose: "dns: [127.0.0.1]"
package airlock.rules.airgap.dns

import future.keywords.not

import data.airlock.lib.network
import data.airlock.lib.violation

# METADATA
# description: the container's own loopback and nothing else, unless a network leads out
deny contains violation.container("HostConfig.Dns", ["network", "dns"], ["127.0.0.1"]) if {
	input.subject == "container"
	not input.container.network.attached == []
	count(network.joined) > 0
	not routed
	not input.container.network.dns == ["127.0.0.1"]
}

routed if {
	some joined in network.joined
	not network.shaped("airgap", joined)
}

# An exit looks names up for what it passes on. Older engines know one network at create and add the one that leads out
# afterwards, in an order that the client chooses, so what an exit has joined so far does not matter.
routed if network.subject_position == "exit"
