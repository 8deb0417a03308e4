# METADATA
# title: Stored container runs the image it names
# description: |
#   A name that was moved, or an image that was removed, would let the rules judge one image and the engine run
#   another.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 4.5
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["4.5"]
#     pss: []
#   fix:
#     docker: "remove the container and create it again"
#     compose: "docker compose up --force-recreate"
package airlock.rules.image.identity

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: a stored container was made from the image its reference names now
deny contains violation.container("Image", ["image", "container_image_id"], object.get(input.container, ["image", "id"], null)) if {
	input.subject == "container"
	not input.container.stored == false
	not {
		input.container.stored == true
		input.container.image.present == true
		input.container.image.container_image_id == input.container.image.id
		is_string(input.container.image.id)
		startswith(input.container.image.id, "sha256:")
	}
}
