# METADATA
# title: No secret stands in a command line
# description: |
#   A command line is read by whoever may inspect the container or list its processes. Entry point, command, shell, health
#   check and the command of a docker exec are searched, scripts in one argument too. Only the place and the pattern are reported, never the value.
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
#     docker: "let the program read a file: --password-file /run/secrets/db_password, or sh -c 'app --password \"$(cat /run/secrets/db_password)\"'"
#     compose: "command: [app, --password-file, /run/secrets/db_password], and secrets: [db_password]"
package airlock.rules.secrets.arguments

import future.keywords.not

import data.airlock.lib.finding
import data.airlock.lib.violation

# METADATA
# description: entry point, command, shell and health check of the request
deny contains violation.with_value(found.field, found.pattern, "no secret; the path of a file that holds it") if {
	input.subject == "container"
	not input.container.findings == []
	some found in finding.secrets("container", "arguments", "Config.Cmd")
}

# METADATA
# description: the command of a further process in the container
deny contains violation.with_value(found.field, found.pattern, "no secret; the path of a file that holds it") if {
	input.operation in {"exec.create", "exec.resize", "exec.start"}
	not input.exec.findings == []
	some found in finding.secrets("exec", "arguments", "Cmd")
}
