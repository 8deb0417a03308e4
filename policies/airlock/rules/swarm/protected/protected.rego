# METADATA
# title: Protected services stay what they are
# description: |
#   Removed or scaled to nothing the monitor sees nothing and the proxy passes nothing, and under their logs lies what passed
#   through. An update keeps the role.
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
#     docker: "docker service update with an image of the same role and at least one replica"
#     compose: "docker stack deploy with an image of the same role and at least one replica"
package airlock.rules.swarm.protected

import future.keywords.not

import data.airlock.lib.network
import data.airlock.lib.role
import data.airlock.lib.violation

# METADATA
# description: no service of a protected role, unless an update leaves it in its role
deny contains violation.with_value("path id", violation.member(input.service.live, "name"), "a service whose role is not protected, or an update that keeps role and tasks") if {
	input.service.existing == true
	is_object(input.service.live)
	not loose
	not kept
}

loose if {
	is_string(input.service.live.repository)
	count(network.protecting(input.service.live.repository, input.service.live.digest)) == 0
}

kept if {
	input.operation == "service.update"
	is_string(input.container.image.repository)
	role.names == role.claiming(input.service.live.repository, input.service.live.digest)
	input.service.tasks >= 1
}
