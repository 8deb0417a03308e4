# METADATA
# title: Volumes of the image are covered by tmpfs
# description: |
#   For every VOLUME of an image the engine makes a volume nobody asked for: unlimited, writable, and it stays behind.
#   A tmpfs on exactly the same path takes its place.
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
#     docker: "--tmpfs PATH:size=16m,noexec,nosuid,nodev, or build the image without VOLUME"
#     compose: "tmpfs: [\"PATH:size=16m,noexec,nosuid,nodev\"], or build the image without VOLUME"
package airlock.rules.image.volumes

import future.keywords.not

import data.airlock.lib.mount
import data.airlock.lib.violation

# METADATA
# description: no volume of the image is left
deny contains violation.with_value(mount.field(each), violation.member(each, "destination"), "a tmpfs on exactly this path") if {
	input.subject == "container"
	some each in input.container.mounts
	each.origin == "image-volume"
}
