# METADATA
# title: New volumes are ones a role has
# description: |
#   A volume is a way between containers that no network shows. Only those that site data give to a role may be made,
#   so nobody leaves data under a name that a later role would pick up.
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
#     docker: "name the volume under roles.<role>.volumes in site.yaml"
#     compose: "name the volume under roles.<role>.volumes in site.yaml"
package airlock.rules.filesystem["volume-name"]

import future.keywords.not

import data.airlock.lib.violation
import data.airlock.lib.volume

# METADATA
# description: the site names it; one without a name is anonymous, and nobody's
deny contains violation.at("Name", ["volume", "name"], want) if {
	input.subject == "volume"
	not input.volume.name in names
}

names contains name if {
	some volumes in volume.of_role
	some name, _ in volumes
}

want := names if {
	count(names) > 0
} else := "no volume: no role of the site has any (roles.<role>.volumes)"
