# METADATA
# title: No secret stands in the image
# description: |
#   A secret in the configuration of an image is in every registry and on every host the image was copied to, and reaches
#   every container made of it. Only the place and the pattern are reported, never the value.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 4.10
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["4.10"]
#     pss: []
#   fix:
#     docker: "replace the secret, and rebuild the image without it: no ENV, LABEL or CMD, RUN --mount=type=secret to build"
#     compose: "replace the secret, and rebuild the image without it: build.secrets instead of build.args"
package airlock.rules.secrets.image

import future.keywords.not

import data.airlock.lib.finding
import data.airlock.lib.violation

# METADATA
# description: environment, labels and command lines that the image's configuration brings in
deny contains violation.with_value(found.field, found.pattern, "no secret in the image's configuration") if {
	input.subject == "container"
	not input.container.findings == []
	some found in finding.secrets("container", "image", "image Config")
}
