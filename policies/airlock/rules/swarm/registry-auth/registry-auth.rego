# METADATA
# title: Credentials are those of the present specification
# description: |
#   The previous specification may hold credentials that were taken away since.
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
#     docker: "docker service update --with-registry-auth, or without"
#     compose: "docker stack deploy --with-registry-auth, or without"
package airlock.rules.swarm["registry-auth"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: the present ones, or new ones
deny contains violation.with_value("query registryAuthFrom", given, "spec, or none") if {
	input.service.specified == true
	given := object.get(input, ["request", "query", "registryAuthFrom"], [])
	not given in [[], [""], ["spec"]]
}
