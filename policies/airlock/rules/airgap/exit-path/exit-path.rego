# METADATA
# title: No way out but through an exit
# description: |
#   A container in two networks joins them, whatever its own role. From the container's side of the airgap no other network
#   and no host may be reached through any chain of containers, running or not, except through one whose role is an exit.
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
#     docker: "docker network disconnect NETWORK CONTAINER for the container that joins the two, or remove it"
#     compose: "networks: no service but the proxy in an internal and another network"
package airlock.rules.airgap["exit-path"]

import future.keywords.not

import data.airlock.lib.graph
import data.airlock.lib.network
import data.airlock.lib.violation

# METADATA
# description: everything reached is on the same side
deny contains violation.with_value("NetworkingConfig.EndpointsConfig", got, "no way out but through a container of an exit role") if {
	input.subject == "container"
	not input.container.network.attached == []
	count(network.joined) > 0
	some id in graph.reached
	not graph.harmless(id)
	got := {"network": graph.label(id), "through": graph.through(id)}
}

# METADATA
# description: where every container is, is known
deny contains violation.with_value("NetworkingConfig.EndpointsConfig", violation.member(member, "name"), "a container with a list of networks") if {
	input.subject == "container"
	not input.container.network.attached == []
	count(network.joined) > 0
	some member in graph.bridging
	not is_array(member.networks)
}
