# METADATA
# title: Protected containers are neither ended nor read
# description: |
#   Without the proxy nothing passes, without the monitor nothing is seen, and the output of either may hold what it
#   guards. Whoever may stop, rename, slow down or read one needs no other way around it.
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
#     docker: "leave the container alone, or take roles.<role>.protected out of the site file"
#     compose: "docker compose up, stop and rm of the other services by name"
package airlock.rules.lifecycle.protected

import future.keywords.not

import data.airlock.lib.network
import data.airlock.lib.violation

# METADATA
# description: no container of a protected role
deny contains violation.at("path name", ["request", "vars", "name"], "a container whose role is not protected (roles.<role>.protected)") if {
	input.operation in {
		"container.archive.get", "container.archive.stat", "container.attach", "container.attach.ws", "container.export",
		"container.kill", "container.logs", "container.pause", "container.remove", "container.rename", "container.restart",
		"container.stop", "container.update",
	}
	not network.unprotected
}
