# METADATA
# title: Protected containers stay connected
# description: |
#   Cut off from its networks the monitor sees nothing and the proxy passes nothing. Everyone else may be disconnected,
#   whatever else is wrong with the container.
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
#     docker: "docker stop and docker rm, and a container of the same image in its place"
#     compose: "docker compose up, which replaces the container"
package airlock.rules.airgap.disconnect

import future.keywords.not

import data.airlock.lib.network
import data.airlock.lib.violation

# METADATA
# description: no container of a protected role
deny contains violation.container("Container", ["name"], "a container whose role is not protected") if {
	input.subject == "container"
	input.operation == "network.disconnect"
	not network.unprotected
}
