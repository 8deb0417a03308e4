# METADATA
# title: No other security option is given
# description: |
#   An option no rule knows may loosen what the rules hold, as writable-cgroups does.
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
#     docker: "remove the --security-opt"
#     compose: "remove the entry from security_opt"
package airlock.rules.hardening["security-options"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: anything but the good value is a violation, absence included
deny contains violation.container("HostConfig.SecurityOpt", ["privileges", "other_options"], []) if {
	input.subject == "container"
	not input.container.privileges.other_options == []
}
