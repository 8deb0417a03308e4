# METADATA
# title: Attaching does not send input
# description: |
#   Input to a running process is a command line nobody judged.
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
#     docker: "docker attach --no-stdin CONTAINER"
#     compose: "docker compose attach --no-stdin SERVICE"
package airlock.rules.api["attach-input"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: false as the engine reads booleans
deny contains violation.at("query stdin", ["request", "query", "stdin"], "0") if {
	input.operation in {"container.attach", "container.attach.ws"}
	not silent
}

# METADATA
# description: over a websocket, only from API 1.42 on does the engine look at the query; below, it always takes input
deny contains violation.at("path", ["request", "api_version"], "1.42 or newer, named in the path") if {
	input.operation == "container.attach.ws"
	not selective
}

silent if {
	is_object(input.request.query)
	given := object.get(input.request.query, "stdin", ["0"])
	is_array(given)
	count(given) == 1
	is_string(given[0])
	lower(trim_space(given[0])) in {"", "0", "no", "false", "none"}
}

selective if {
	is_string(input.request.api_version)
	regex.match(`^1[.](4[2-9]|[5-9][0-9])$`, input.request.api_version)
}
