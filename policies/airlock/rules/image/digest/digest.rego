# METADATA
# title: Image is pinned by its digest
# description: |
#   A tag, a name or an ID names whatever it was last made to name. Only the sha256 digest names the content that was
#   reviewed.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 4.2
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 4.5
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["4.2", "4.5"]
#     pss: []
#   fix:
#     docker: "docker run registry.internal/…@sha256:…"
#     compose: "image: registry.internal/…@sha256:…"
package airlock.rules.image.digest

import future.keywords.not

import data.airlock.lib.image
import data.airlock.lib.violation

# METADATA
# description: exactly name@digest
deny contains violation.with_value(image.field, image.reference, "name@sha256:..., without a tag") if {
	input.subject in {"container", "image"}
	not {
		image.current.form == "digest"
		is_string(image.current.digest)
		startswith(image.current.digest, "sha256:")
		count(image.current.digest) == 71
	}
}
