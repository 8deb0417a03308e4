# METADATA
# title: Networks of protected containers stay
# description: |
#   The engine removes a network that only stopped containers are in. Removed and made anew under the same name it is another
#   network, and the monitor or the proxy is no longer in it.
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
#     docker: "docker rm the containers of the protected role first"
#     compose: "docker compose down, which removes the containers first"
package airlock.rules.airgap["network-removal"]

import future.keywords.not

import data.airlock.lib.network
import data.airlock.lib.violation

# METADATA
# description: the network is known
deny contains violation.at("path", ["network", "id"], "one live network") if {
	input.subject == "network"
	input.operation == "network.remove"
	not identified
}

# METADATA
# description: nobody protected is in it
deny contains violation.with_value("path", violation.member(member, "name"), "a network without containers of a protected role") if {
	input.subject == "network"
	input.operation == "network.remove"
	some member in input.topology.containers
	not unaffected(member)
}

identified if {
	is_string(input.network.id)
	not input.network.id == ""
}

unaffected(member) if {
	is_array(member.networks)
	not input.network.id in member.networks
	not input.network.name in member.networks
}

unaffected(member) if {
	is_string(member.repository)
	count(network.protecting(member.repository, member.digest)) == 0
}
