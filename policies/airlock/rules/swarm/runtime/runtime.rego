# METADATA
# title: Tasks of a service are containers
# description: |
#   The runtime "plugin" installs a plugin with the privileges it asks for, on every node; "attachment" joins a container
#   of somebody else's to a network.
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
#     docker: "docker service create with an image, without a runtime of another kind"
#     compose: "image: of a container"
package airlock.rules.swarm.runtime

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: containers, also where the word is left out
deny contains violation.at("TaskTemplate.Runtime", ["service", "runtime"], "container") if {
	input.service.specified == true
	not input.service.runtime == "container"
}

# METADATA
# description: nothing of another runtime beside it
deny contains violation.at("TaskTemplate.PluginSpec", ["service", "plugin"], false) if {
	input.service.specified == true
	not input.service.plugin == false
}
