# METADATA
# title: Process starts where the container does
# description: |
#   A listed command may name its program or its files by relative paths, and then means others from another directory.
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
#     docker: "docker exec without --workdir"
#     compose: "docker compose exec without --workdir"
package airlock.rules.lifecycle["exec-working-dir"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: not given, or the container's own
deny contains violation.at("WorkingDir", ["exec", "working_dir"], "") if {
	input.operation in {"exec.create", "exec.resize", "exec.start"}
	not own
}

own if input.exec.working_dir == ""

own if input.exec.working_dir == input.container.process.working_dir
