# METADATA
# title: No host name is redirected
# description: |
#   An extra host can point the proxy's name elsewhere, host-gateway at the host itself.
# related_resources:
#   - ref: https://docs.docker.com/reference/api/engine/
#     description: Docker Engine API, no benchmark covers this field
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: []
#     pss: []
#   fix:
#     docker: "remove --add-host"
#     compose: "remove extra_hosts"
package airlock.rules.airgap["extra-hosts"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: anything but the good value is a violation, absence included
deny contains violation.container("HostConfig.ExtraHosts", ["network", "extra_hosts"], []) if {
	input.subject == "container"
	not input.container.network.extra_hosts == []
}
