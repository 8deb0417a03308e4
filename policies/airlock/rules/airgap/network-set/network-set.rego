# METADATA
# title: The set of networks is one the role may have
# description: |
#   Each network may be fine alone and two of them an exit. Without a role a container may be in one internal network, with
#   a role in several; a named egress network is for the exits the site names, a segment for its readers only.
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
#     docker: "--network with networks the role of the image may join (roles in site.yaml)"
#     compose: "networks: only those the role of the image may join"
package airlock.rules.airgap["network-set"]

import future.keywords.not

import data.airlock.lib.graph
import data.airlock.lib.network
import data.airlock.lib.role
import data.airlock.lib.violation

# METADATA
# description: each is one the role may be in
deny contains violation.with_value(network.field(joined), violation.member(joined, "name"), want[network.subject_position]) if {
	input.subject == "container"
	not input.container.network.attached == []
	some joined in network.joined
	not network.permitted(joined.name)
}

# METADATA
# description: without a role, one network
deny contains violation.with_value("NetworkingConfig.EndpointsConfig", given, "at most one network for an image without a role") if {
	input.subject == "container"
	not input.container.network.attached == []
	count(network.joined) > 1
	not count(role.names) == 1
	given := sort([name | some joined in network.joined; name := violation.member(joined, "name")])
}

# METADATA
# description: a reader is among its own
deny contains violation.with_value(network.field(joined), got, "a segment with containers of the same role only") if {
	input.subject == "container"
	not input.container.network.attached == []
	some joined in network.joined
	network.subject_position == "reader"
	some member in input.topology.containers
	not member.id == input.container.id
	joined.id in graph.nodes(member)
	not role.claiming(member.repository, member.digest) == role.names
	got := {"network": joined.name, "container": violation.member(member, "name")}
}

want := {
	"exit": "an internal network, or an egress network of the role",
	"reader": "a segment of the role",
	"torn": "no network: the role has both egress networks and segments",
	"within": "an internal network",
}
