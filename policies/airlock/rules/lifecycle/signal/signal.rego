# METADATA
# title: Signals end a process
# description: |
#   A signal that ends nothing is a way to talk to a process: to freeze it, or to make it change its mind in ways nobody
#   judged. SIGWINCH only tells it of a terminal's new size.
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
#     docker: "docker kill without --signal, or with TERM, INT, QUIT, HUP or KILL"
#     compose: "docker compose kill without --signal, or with TERM, INT, QUIT, HUP or KILL"
package airlock.rules.lifecycle.signal

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: none, one that ends a process, or the one the container is stopped with
deny contains violation.at("query signal", ["request", "query", "signal"], "TERM, INT, QUIT, HUP, KILL, WINCH, or the container's own stop signal") if {
	input.operation in {"container.kill", "container.restart", "container.stop"}
	not ending
}

ending if {
	is_object(input.request.query)
	[given] := object.get(input.request.query, "signal", [""])
	is_string(given)
	usual(plain(given))
}

usual(signal) if signal in signals

usual(signal) if {
	is_string(input.container.process.stop_signal)
	signal == plain(input.container.process.stop_signal)
}

# By name and by number, and the engine's own choice for none.
signals := {"", "HUP", "1", "INT", "2", "QUIT", "3", "KILL", "9", "TERM", "15", "WINCH", "28"}

plain(given) := trim_prefix(upper(given), "SIG")
