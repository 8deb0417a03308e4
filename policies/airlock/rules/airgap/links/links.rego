# METADATA
# title: No container is linked
# description: |
#   A link copies another container's environment and opens its ports.
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
#     docker: "remove --link"
#     compose: "remove links"
package airlock.rules.airgap.links

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: anything but the good value is a violation, absence included
deny contains violation.container("HostConfig.Links", ["network", "links"], []) if {
	input.subject == "container"
	not input.container.network.links == []
}
