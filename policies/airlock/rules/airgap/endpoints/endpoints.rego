# METADATA
# title: Networks are joined without special wishes
# description: |
#   A network ID in an endpoint overrides its name, a static or hardware address takes over another container's, and a
#   gateway priority chooses the way out.
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
#     docker: "--network with a named internal network, and without --ip, --mac-address, --link and driver options"
#     compose: "networks: with the name of an internal network, and aliases only"
package airlock.rules.airgap.endpoints

import future.keywords.not

import data.airlock.lib.network
import data.airlock.lib.violation

# METADATA
# description: the list itself is there
deny contains violation.container("NetworkingConfig.EndpointsConfig", ["network", "endpoints"], []) if {
	input.subject == "container"
	not is_array(input.container.network.endpoints)
}

# METADATA
# description: the network of its key and no other
deny contains violation.with_value(place(endpoint, "NetworkID"), violation.member(endpoint, "network_id"), "empty, or the ID of the network of that name") if {
	input.subject == "container"
	some endpoint in input.container.network.endpoints
	not named(endpoint)
}

# METADATA
# description: none of the engine's own networks that lead outward
deny contains violation.with_value("NetworkingConfig.EndpointsConfig", violation.member(endpoint, "network"), "a named network") if {
	input.subject == "container"
	some endpoint in input.container.network.endpoints
	not separate(endpoint)
}

# METADATA
# description: no static address
deny contains violation.with_value(place(endpoint, "IPAMConfig"), violation.member(endpoint, "addresses"), []) if {
	input.subject == "container"
	some endpoint in input.container.network.endpoints
	not endpoint.addresses == []
}

# METADATA
# description: no hardware address
deny contains violation.with_value(place(endpoint, "MacAddress"), violation.member(endpoint, "mac_address"), "") if {
	input.subject == "container"
	some endpoint in input.container.network.endpoints
	not endpoint.mac_address == ""
}

# METADATA
# description: no driver option
deny contains violation.with_value(place(endpoint, "DriverOpts"), violation.member(endpoint, "driver_opts"), []) if {
	input.subject == "container"
	some endpoint in input.container.network.endpoints
	not endpoint.driver_opts == []
}

# METADATA
# description: no link
deny contains violation.with_value(place(endpoint, "Links"), violation.member(endpoint, "links"), []) if {
	input.subject == "container"
	some endpoint in input.container.network.endpoints
	not endpoint.links == []
}

# METADATA
# description: no say in which network routes outward
deny contains violation.with_value(place(endpoint, "GwPriority"), violation.member(endpoint, "gw_priority"), 0) if {
	input.subject == "container"
	some endpoint in input.container.network.endpoints
	not endpoint.gw_priority == 0
}

named(endpoint) if endpoint.network_id == ""

named(endpoint) if {
	some live in network.named(endpoint.network)
	live.id == endpoint.network_id
}

separate(endpoint) if {
	is_string(endpoint.network)
	not endpoint.network in {"", "bridge", "default", "host"}
}

default place(_, _) := "NetworkingConfig.EndpointsConfig"

place(endpoint, key) := concat(".", ["NetworkingConfig.EndpointsConfig", endpoint.network, key]) if {
	is_string(endpoint.network)
}
