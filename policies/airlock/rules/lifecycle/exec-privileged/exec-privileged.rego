# METADATA
# title: Process has no privileges of its own
# description: |
#   Privileged gives a process every capability, whatever the container dropped.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.22
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["5.22"]
#     pss: []
#   fix:
#     docker: "docker exec without --privileged"
#     compose: "docker compose exec without --privileged"
package airlock.rules.lifecycle["exec-privileged"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: false
deny contains violation.at("Privileged", ["exec", "privileged"], false) if {
	input.operation in {"exec.create", "exec.resize", "exec.start"}
	not input.exec.privileged == false
}
