# METADATA
# title: Block devices are not tuned
# description: |
#   Weights and device limits name host devices, which the engine then looks up on the host.
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
#     docker: "remove --blkio-weight and --device-…-bps/-iops"
#     compose: "remove blkio_config"
package airlock.rules.hardening["block-io"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: anything but the good value is a violation, absence included
deny contains violation.container("HostConfig.BlkioWeight", ["resources", "block_io"], false) if {
	input.subject == "container"
	not input.container.resources.block_io == false
}
