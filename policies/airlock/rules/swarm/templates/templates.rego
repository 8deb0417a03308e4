# METADATA
# title: Nothing is expanded on the node
# description: |
#   Host name, variables and mounts may hold templates such as {{.Node.Hostname}}, and what they become is known on the node
#   only. A mount is judged by what stands in the request.
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
#     docker: "plain values in --hostname, --env and --mount"
#     compose: "plain values in hostname, environment and volumes"
package airlock.rules.swarm.templates

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: plain text everywhere
deny contains violation.at("TaskTemplate.ContainerSpec", ["service", "templates"], []) if {
	input.service.specified == true
	not input.service.templates == []
}
