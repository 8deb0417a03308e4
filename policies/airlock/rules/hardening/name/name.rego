# METADATA
# title: Name cannot be taken for an ID
# description: |
#   The engine resolves a name before the beginning of an ID, so a name of hexadecimal digits can shadow another
#   container.
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
#     docker: "--name worker-1"
#     compose: "container_name: worker-1"
package airlock.rules.hardening.name

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: empty, when the engine chooses one, or a plain name
deny contains violation.container("query name", ["name"], "at most 63 of a-z A-Z 0-9 _ . - beginning with a letter or digit, not only hexadecimal digits") if {
	input.subject == "container"
	not input.container.name == ""
	not {
		is_string(input.container.name)
		count(input.container.name) <= 63
		trim(input.container.name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == ""
		trim_left(input.container.name, "_.-") == input.container.name
		not trim(input.container.name, "0123456789abcdef") == ""
	}
}
