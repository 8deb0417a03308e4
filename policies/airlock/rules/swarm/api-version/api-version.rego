# METADATA
# title: API version knows the hardening of services
# description: |
#   Below 1.44 the engine drops no-new-privileges, seccomp and AppArmor from a service without a word. An engine that has no
#   newer version never had them: there the daemon's own settings count, and the rules judge those.
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
#     docker: "DOCKER_API_VERSION=1.44 or newer, or none"
#     compose: "DOCKER_API_VERSION=1.44 or newer, or none"
package airlock.rules.swarm["api-version"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: new enough, or the newest the engine has
deny contains violation.at("path", ["request", "api_version"], "1.44 or newer, or the newest of an older engine") if {
	input.service.specified == true
	not whole
}

whole if input.request.api_version == ""

whole if minor(input.request.api_version) >= 44

whole if minor(input.engine.api_version) < 44

minor(version) := to_number(substring(version, 2, -1)) if {
	is_string(version)
	regex.match(`^1\.[0-9]{1,3}$`, version)
}
