# METADATA
# title: Volumes of protected roles stay
# description: |
#   What a monitor has recorded is worth as much as the monitor. The engine removes any volume that no container holds
#   at the moment, and the next container finds an empty one.
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
#     docker: "keep the volume; remove it with an operator who may break the glass"
#     compose: "docker compose down without --volumes"
package airlock.rules.filesystem["volume-removal"]

import future.keywords.not

import data.airlock.lib.violation
import data.airlock.lib.volume

# METADATA
# description: no role whose containers are protected has it
deny contains violation.at("path", ["volume", "name"], "a volume that no protected role has") if {
	input.subject == "volume"
	input.operation == "volume.remove"
	not spared
}

spared if {
	is_string(input.volume.name)
	every role in volume.protected {
		not input.volume.name in object.keys(volume.of_role[role])
	}
}
