# METADATA
# title: A container in two networks forwards nothing
# description: |
#   The kernel forwards between a container's networks unless told not to: a frame sent to the proxy's hardware address
#   leaves by its other network.
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
#     docker: "--sysctl net.ipv4.ip_forward=0"
#     compose: "sysctls: {net.ipv4.ip_forward: \"0\"}"
package airlock.rules.airgap.forwarding

import future.keywords.not

import data.airlock.lib.network
import data.airlock.lib.violation

# METADATA
# description: switched off in so many words
deny contains violation.container("HostConfig.Sysctls.net.ipv4.ip_forward", ["privileges", "sysctls", "net.ipv4.ip_forward"], "0") if {
	input.subject == "container"
	not input.container.network.attached == []
	count(network.joined) > 1
	not input.container.privileges.sysctls["net.ipv4.ip_forward"] == "0"
}
