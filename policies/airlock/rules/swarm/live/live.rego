# METADATA
# title: Request is about one live service
# description: |
#   Whose a service is decides who may change it, so it must be known which one is meant.
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
#     docker: "docker service ls, then the name or ID it shows"
#     compose: "docker stack services, then the name or ID it shows"
package airlock.rules.swarm.live

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: the service the path names was found
deny contains violation.at("path id", ["request", "vars", "id"], "the name or ID of one live service") if {
	input.service.existing == true
	not found
}

found if {
	named := input.request.vars.id
	is_string(named)
	not named == ""
	meant(named)
}

meant(named) if input.service.live.name == named

meant(named) if {
	is_string(input.service.live.id)
	startswith(input.service.live.id, named)
}
