# METADATA
# title: Volumes are mounted by their roles
# description: |
#   Two containers with one volume can hand each other anything, past every network. The role of the image says which
#   volumes a container has, and which of them it only reads.
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
#     docker: "-v NAME:/data:ro, with a volume of roles.<role>.volumes"
#     compose: "volumes: [\"NAME:/data:ro\"], with a volume of roles.<role>.volumes"
package airlock.rules.filesystem["volume-role"]

import future.keywords.not

import data.airlock.lib.mount
import data.airlock.lib.role
import data.airlock.lib.violation

# METADATA
# description: the role has the volume, with the access that is asked for
deny contains violation.with_value(mount.field(each), asked(each), role.volumes) if {
	input.subject == "container"
	some each in input.container.mounts
	each.type == "volume"
	not each.source == ""
	not granted(each)
}

granted(each) if role.volumes[each.source] == "rw"

granted(each) if {
	role.volumes[each.source] == "ro"
	each.readonly == true
}

asked(each) := {"volume": violation.member(each, "source"), "access": access(each)}

default access(_) := "rw"

access(each) := "ro" if each.readonly == true
