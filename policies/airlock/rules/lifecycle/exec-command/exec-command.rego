# METADATA
# title: Command is one the role's containers run
# description: |
#   A process in a running container has the container's name, networks and secrets, and nobody judged what it does. A role
#   names the commands that may be run in its containers, argument by argument; without any, none may.
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
#     docker: "docker exec CONTAINER with a command of roles.<role>.exec, exactly as written there"
#     compose: "docker compose exec SERVICE with a command of roles.<role>.exec, exactly as written there"
package airlock.rules.lifecycle["exec-command"]

import future.keywords.not

import data.airlock.lib.role
import data.airlock.lib.violation

# METADATA
# description: recognised by its digest, since its arguments may be secrets
deny contains violation.with_value("Cmd", got, want) if {
	input.operation in {"exec.create", "exec.resize", "exec.start"}
	not listed
}

listed if {
	is_string(input.exec.command_digest)
	some command in role.current.exec
	command.digest == input.exec.command_digest
}

got := {
	"arguments": object.get(input, ["exec", "arguments"], null),
	"digest": object.get(input, ["exec", "command_digest"], null),
}

commands := [command.command | some command in role.current.exec]

want := sprintf("a command of the container's role (roles.<role>.exec): %v", [commands]) if {
	count(commands) > 0
} else := "no command: the container's role has none (roles.<role>.exec)"
