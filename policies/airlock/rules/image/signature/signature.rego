# METADATA
# title: Image is signed by a release key of the site
# description: |
#   A digest proves that content has not changed, a signature that the site's own pipeline made it. Signatures are looked
#   up in the registry, by the digest of the request, and count only if a release key made them for that digest.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 4.5
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["4.5"]
#     pss: []
#   fix:
#     docker: "airlock verify IMAGE shows what is found; sign it with cosign sign --key (docs/pipeline.md)"
#     compose: "airlock verify IMAGE shows what is found; sign it with cosign sign --key (docs/pipeline.md)"
package airlock.rules.image.signature

import future.keywords.not

import data.airlock.lib.evidence
import data.airlock.lib.image
import data.airlock.lib.violation

# METADATA
# description: there is one, unless the site asks for none
deny contains violation.with_value(image.field, evidence.state, "a signature by a key of signatures.keys") if {
	input.subject in {"container", "image"}
	not data.site.signatures.required == false
	not count(evidence.signatures) > 0
}
