# METADATA
# title: Image is on the engine
# description: |
#   A container is judged again with its image when it starts. A task is not: what the image brings along, user and volumes,
#   must be known when the service is made.
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
#     docker: "docker pull the image by its digest first"
#     compose: "docker compose pull first"
package airlock.rules.swarm["image-present"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: looked up, and there
deny contains violation.at("TaskTemplate.ContainerSpec.Image", ["container", "image", "present"], true) if {
	input.service.specified == true
	not input.container.image.present == true
}
