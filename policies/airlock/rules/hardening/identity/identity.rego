# METADATA
# title: Container takes no other's identity
# description: |
#   Host name and hardware address are how containers know each other on a network; an agent with the proxy's would
#   receive its traffic.
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
#     docker: "remove --hostname, --domainname and --mac-address"
#     compose: "remove hostname, domainname and mac_address"
package airlock.rules.hardening.identity

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: the engine's choice or the container's own name
deny contains violation.container("Config.Hostname", ["identity", "hostname"], "") if {
	input.subject == "container"
	not input.container.identity.hostname == ""
	not input.container.identity.hostname == input.container.name
}

# METADATA
# description: no domain
deny contains violation.container("Config.Domainname", ["identity", "domainname"], "") if {
	input.subject == "container"
	not input.container.identity.domainname == ""
}

# METADATA
# description: no hardware address
deny contains violation.container("Config.MacAddress", ["identity", "mac_address"], "") if {
	input.subject == "container"
	not input.container.identity.mac_address == ""
}
