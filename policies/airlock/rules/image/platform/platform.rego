# METADATA
# title: Platform is the engine's own
# description: |
#   Another platform selects another image behind the same digest of an index, one that nobody reviewed for this host.
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
#     docker: "remove --platform"
#     compose: "remove platform"
package airlock.rules.image.platform

import future.keywords.not

import data.airlock.lib.image
import data.airlock.lib.violation

# METADATA
# description: absent, or what the engine runs by itself
deny contains violation.with_value("query platform", given, image.platform) if {
	input.subject in {"container", "image"}
	not image.current.platform == ""
	not {
		is_string(image.platform)
		image.current.platform == image.platform
	}
}

default given := null

given := image.current.platform
