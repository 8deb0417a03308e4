# METADATA
# title: Names of a role are taken by that role only
# description: |
#   Whoever answers to the proxy's name gets what is meant for the proxy. Container names, aliases and host names all end
#   up in the engine's name service, which does not tell case apart and finds name.anything too.
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
#     docker: "another --name, --hostname and --network-alias"
#     compose: "another service name, container_name, hostname and aliases"
package airlock.rules.airgap["reserved-names"]

import future.keywords.not

import data.airlock.lib.role
import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: the container's name
deny contains violation.container("Name", ["name"], want) if {
	input.subject == "container"
	contested
	not free(input.container.name)
}

# METADATA
# description: its host name
deny contains violation.container("Config.Hostname", ["identity", "hostname"], want) if {
	input.subject == "container"
	not input.container.identity.hostname == ""
	contested
	not free(input.container.identity.hostname)
}

# METADATA
# description: its names in a network
deny contains violation.with_value(place(endpoint), alias, want) if {
	input.subject == "container"
	some endpoint in input.container.network.endpoints
	some alias in endpoint.aliases
	contested
	not free(alias)
}

# METADATA
# description: the list of them is there
deny contains violation.with_value(place(endpoint), violation.member(endpoint, "aliases"), []) if {
	input.subject == "container"
	some endpoint in input.container.network.endpoints
	not is_array(endpoint.aliases)
}

# Where no role has reserved a name there is none to take.
contested if {
	some rights in data.site.roles
	count(rights.names) > 0
}

want := "a name no other role has reserved"

free(name) if {
	is_string(name)
	not strings.any_prefix_match(concat("", [lower(trim(name, ".")), "."]), reserved)
}

reserved := {concat("", [lower(name), "."]) |
	some owner, rights in site.roles
	some name in rights.names
	not role.names == {owner}
}

default place(_) := "NetworkingConfig.EndpointsConfig"

place(endpoint) := concat(".", ["NetworkingConfig.EndpointsConfig", endpoint.network, "Aliases"]) if {
	is_string(endpoint.network)
}
