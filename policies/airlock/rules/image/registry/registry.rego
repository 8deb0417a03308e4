# METADATA
# title: Image comes from the site's registry
# description: |
#   An image from elsewhere is a program nobody here chose; fetching it lets the engine reach out of the airgap.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 4.2
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["4.2"]
#     pss: []
#   fix:
#     docker: "docker run registry.internal/…@sha256:…"
#     compose: "image: registry.internal/…@sha256:…"
package airlock.rules.image.registry

import future.keywords.not

import data.airlock.lib.image
import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: the repository stands under one of the site's prefixes
deny contains violation.with_value(image.field, image.reference, site.registries) if {
	input.subject in {"container", "image"}
	not {
		is_string(image.current.repository)
		path := concat("", [image.current.repository, "/"])
		some prefix in data.site.registries
		is_string(prefix)
		not prefix == ""
		startswith(path, concat("", [prefix, "/"]))
	}
}
