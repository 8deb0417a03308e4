# METADATA
# title: Pull names an image and nothing else
# description: |
#   Other parameters turn a pull into an import: a file system of any origin under any name, with a configuration of
#   the caller's.
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
#     docker: "docker pull registry.internal/…@sha256:…"
#     compose: "image: registry.internal/…@sha256:…"
package airlock.rules.api["pull-parameters"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: the query itself is there
deny contains violation.at("query", ["request", "query"], {}) if {
	input.operation == "image.pull"
	not is_object(input.request.query)
}

# METADATA
# description: image, tag and platform, or empty
deny contains violation.with_value(concat(" ", ["query", name]), given, "") if {
	input.operation == "image.pull"
	some name, given in input.request.query
	not harmless(name, given)
}

harmless(name, _) if name in {"fromImage", "platform", "tag"}

harmless(_, [""])
