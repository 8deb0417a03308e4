# METADATA
# title: Start restores no checkpoint
# description: |
#   A checkpoint is the memory of a process, from any directory of the host: starting from one runs code no rule has
#   seen.
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
#     docker: "docker start CONTAINER, without --checkpoint and --checkpoint-dir"
#     compose: "docker compose start"
package airlock.rules.api["start-parameters"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: the query itself is there
deny contains violation.at("query", ["request", "query"], {}) if {
	input.operation == "container.start"
	not is_object(input.request.query)
}

# METADATA
# description: nothing but the keys to detach, or empty
deny contains violation.with_value(concat(" ", ["query", name]), given, "") if {
	input.operation == "container.start"
	some name, given in input.request.query
	not harmless(name, given)
}

harmless("detachKeys", _)

harmless(_, [""])
