# METADATA
# title: Storage options are not given
# description: |
#   Options of the storage driver change size and backing of the root file system, each driver in its own way.
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
#     docker: "remove --storage-opt"
#     compose: "remove storage_opt"
package airlock.rules.hardening["storage-options"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: anything but the good value is a violation, absence included
deny contains violation.container("HostConfig.StorageOpt", ["rootfs", "storage_opt"], {}) if {
	input.subject == "container"
	not input.container.rootfs.storage_opt == {}
}
