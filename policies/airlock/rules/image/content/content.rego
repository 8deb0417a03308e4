# METADATA
# title: Engine has the content that was signed
# description: |
#   The engine's own store can be made to show a trusted name on other content. What it would run is held to what the
#   registry has under the digest: the digest itself, the platform's manifest below it, or their image configuration.
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
#     docker: "docker rmi the image and pull it by digest from the registry"
#     compose: "docker compose pull"
package airlock.rules.image.content

import future.keywords.not

import data.airlock.lib.evidence
import data.airlock.lib.violation

# METADATA
# description: an image the engine has is one of these; without evidence image/signature and image/scan deny
deny contains violation.container("Image", ["image", "id"], "the content the registry has under this digest") if {
	input.subject == "container"
	not demanded == false
	evidence.known
	not input.container.image.present == false
	not {
		is_string(input.container.image.id)
		startswith(input.container.image.id, "sha256:")
		input.container.image.id in {
			input.container.image.digest,
			input.container.image.evidence.child,
			input.container.image.evidence.config,
		}
	}
}

default demanded := true

demanded := false if {
	data.site.signatures.required == false
	data.site.scan.required == false
}
