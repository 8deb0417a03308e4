# METADATA
# title: What is connected is judged with the rest
# description: |
#   Connecting adds one network, and the wishes for its endpoint, to what a container has. Both must be part of what the
#   other rules judge: a connect that cannot be found there is one they have not seen.
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
#     docker: "docker network connect NETWORK CONTAINER, without --ip, --link and --driver-opt"
#     compose: "networks: of the service"
package airlock.rules.airgap.connect

import future.keywords.not

import data.airlock.lib.network
import data.airlock.lib.violation

# METADATA
# description: the network of the path is among those looked up, and its endpoint among those joined
deny contains violation.at("path", ["request", "vars", "id"], "a network that was looked up, with its endpoint") if {
	input.subject == "container"
	input.operation == "network.connect"
	not judged
}

judged if {
	some endpoint in input.container.network.endpoints
	some joined in network.named(endpoint.network)
	joined in network.named(input.request.vars.id)
}
