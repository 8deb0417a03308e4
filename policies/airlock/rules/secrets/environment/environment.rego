# METADATA
# title: No secret stands in the environment
# description: |
#   Whoever may inspect a container reads its environment, and so does every process in it and every crash report; what
#   docker exec adds is read by its process and by root. Only the place and the pattern are reported, never the value. A variable that names a file is fine: DB_PASSWORD_FILE with an
#   absolute path.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 4.10
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["4.10"]
#     pss: []
#   fix:
#     docker: "mount the secret as a file and name the file: -e DB_PASSWORD_FILE=/run/secrets/db_password"
#     compose: "environment: {DB_PASSWORD_FILE: /run/secrets/db_password}, and secrets: [db_password]"
package airlock.rules.secrets.environment

import future.keywords.not

import data.airlock.lib.finding
import data.airlock.lib.violation

# METADATA
# description: variables of the request
deny contains violation.with_value(found.field, found.pattern, "no secret; the path of a file in a variable ending in _FILE") if {
	input.subject == "container"
	not input.container.findings == []
	some found in finding.secrets("container", "environment", "Config.Env")
}

# METADATA
# description: variables of a further process in the container
deny contains violation.with_value(found.field, found.pattern, "no secret; the path of a file in a variable ending in _FILE") if {
	input.operation in {"exec.create", "exec.resize", "exec.start"}
	not input.exec.findings == []
	some found in finding.secrets("exec", "environment", "Env")
}
