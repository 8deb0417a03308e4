# METADATA
# title: New files are not writable by others
# description: |
#   A looser file mode creation mask than the engine's default leaves what a container writes open to every other
#   user.
# related_resources:
#   - ref: https://docs.docker.com/reference/api/engine/
#     description: Docker Engine API, no benchmark covers this field
# schemas:
#   - input: schema.input
# custom:
#   severity: low
#   controls:
#     cis_docker_1_6_0: []
#     pss: []
#   fix:
#     docker: "remove --umask"
#     compose: "remove umask"
package airlock.rules.hardening.umask

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: the engine's default, or at least its bits
deny contains violation.container("HostConfig.Umask", ["process", "umask"], "22 octal, or tighter") if {
	input.subject == "container"
	not input.container.process.umask == null
	not {
		input.container.process.umask >= 18
		input.container.process.umask <= 511
		bits.and(input.container.process.umask, 18) == 18
	}
}
