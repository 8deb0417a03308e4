# METADATA
# title: Process brings no environment
# description: |
#   A variable changes what a listed command does (LD_PRELOAD, BASH_ENV), or carries a secret into the container. The engine
#   does not show it of a process that waits to be started, so it is decided when the process is made.
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
#     docker: "docker exec without --env and --env-file"
#     compose: "docker compose exec without --env"
package airlock.rules.lifecycle["exec-env"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: none beside the container's own
deny contains violation.with_value("Env", names, []) if {
	input.operation in {"exec.create", "exec.resize", "exec.start"}
	not input.exec.env == []
}

names := [object.get(variable, "name", null) | some variable in input.exec.env]
