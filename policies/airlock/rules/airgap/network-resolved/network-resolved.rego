# METADATA
# title: Every network named is one live network
# description: |
#   What a request calls a network is resolved to the engine's own object; the rules judge that. A name of no network is
#   filled later by whoever makes one, and a name of two is a coin toss.
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
#     docker: "docker network ls --no-trunc, then --network with a name it shows once"
#     compose: "networks: with the name of one existing network"
package airlock.rules.airgap["network-resolved"]

import future.keywords.not

import data.airlock.lib.network
import data.airlock.lib.violation

# METADATA
# description: the answer itself is there
deny contains violation.container("HostConfig.NetworkMode", ["network", "attached"], "the live networks") if {
	input.subject == "container"
	not is_array(input.container.network.attached)
}

# METADATA
# description: one network for each reference
deny contains violation.with_value(place(attachment), violation.member(attachment, "reference"), want(attachment)) if {
	input.subject == "container"
	some attachment in input.container.network.attached
	not resolved(attachment)
}

# METADATA
# description: each endpoint was looked up
deny contains violation.with_value("NetworkingConfig.EndpointsConfig", violation.member(endpoint, "network"), "a network that was looked up") if {
	input.subject == "container"
	some endpoint in input.container.network.endpoints
	not known(endpoint.network)
}

# METADATA
# description: so was the network of the mode
deny contains violation.container("HostConfig.NetworkMode", ["network", "name"], "a network that was looked up") if {
	input.subject == "container"
	input.container.network.mode == "network"
	not known(input.container.network.name)
}

resolved(attachment) if {
	attachment.matches == 1
	is_string(attachment.network.id)
	not attachment.network.id == ""
}

known(reference) if {
	some attachment in input.container.network.attached
	attachment.reference == reference
}

known(reference) if count(network.named(reference)) > 0

default place(_) := "NetworkingConfig.EndpointsConfig"

place(attachment) := attachment.field if is_string(attachment.field)

want(attachment) := sprintf("one live network, found %v", [violation.member(attachment, "matches")])
