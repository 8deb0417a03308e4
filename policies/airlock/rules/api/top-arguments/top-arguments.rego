# METADATA
# title: Process list takes no arguments
# description: |
#   The arguments go to ps on the host, where they can print the environment of every process with its keys.
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
#     docker: "docker top CONTAINER, without options"
#     compose: "docker compose top, without options"
package airlock.rules.api["top-arguments"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: absent or empty
deny contains violation.at("query ps_args", ["request", "query", "ps_args"], "") if {
	input.operation == "container.top"
	not plain
}

plain if {
	is_object(input.request.query)
	object.get(input.request.query, "ps_args", [""]) == [""]
}
