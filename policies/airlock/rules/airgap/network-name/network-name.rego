# METADATA
# title: New networks have names of their own
# description: |
#   The engine takes what it is given for a name, an ID or the beginning of one. A name that two networks have, or that an
#   ID begins with, means one network here and another one there.
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
#     docker: "docker network create with a new name that is not all of 0-9 and a-f"
#     compose: "name: a new one that is not all of 0-9 and a-f"
package airlock.rules.airgap["network-name"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: a word that is nothing else
deny contains violation.at("Name", ["network", "name"], "letters, digits, dot, dash and underscore; neither all 0-9a-f nor a name of the engine") if {
	input.subject == "network"
	input.operation == "network.create"
	not formed
}

# METADATA
# description: no other network's name
deny contains violation.at("Name", ["network", "name"], "a name no network has") if {
	input.subject == "network"
	input.operation == "network.create"
	some live in input.topology.networks
	live.name == input.network.name
	not live.id == input.network.id
}

formed if {
	is_string(input.network.name)
	regex.match(`^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$`, input.network.name)
	not regex.match(`^[0-9a-f]+$`, input.network.name)
	not input.network.name in {"bridge", "default", "docker_gwbridge", "host", "ingress", "none"}
}
