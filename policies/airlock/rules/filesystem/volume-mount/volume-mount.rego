# METADATA
# title: Volumes are mounted whole and as they are
# description: |
#   A path inside a volume is resolved by the engine when the container starts, and may have become a link. Copy and
#   label words change what is in the volume, or how the host protects it.
# related_resources:
#   - ref: https://docs.docker.com/reference/api/engine/
#     description: Docker Engine API, no benchmark covers this field
# schemas:
#   - input: schema.input
# custom:
#   severity: medium
#   controls:
#     cis_docker_1_6_0: []
#     pss: []
#   fix:
#     docker: "-v NAME:/data or -v NAME:/data:ro, without further words"
#     compose: "volumes: [\"NAME:/data\"], without subpath, nocopy and selinux"
package airlock.rules.filesystem["volume-mount"]

import future.keywords.not

import data.airlock.lib.mount
import data.airlock.lib.violation

# METADATA
# description: from its top
deny contains violation.with_value(mount.field(each), {"subpath": violation.member(each, "subpath")}, {"subpath": ""}) if {
	input.subject == "container"
	some each in input.container.mounts
	each.type == "volume"
	not each.source == ""
	not each.subpath == ""
}

# METADATA
# description: read-only or not, and nothing else
deny contains violation.with_value(mount.field(each), {"options": violation.member(each, "options")}, {"options": []}) if {
	input.subject == "container"
	some each in input.container.mounts
	each.type == "volume"
	not each.source == ""
	not each.options == []
}
