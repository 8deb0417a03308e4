# METADATA
# title: Host name namespace is the container's own
# description: |
#   In the host's UTS namespace a container can read and change the name of the host.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.21
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.21"]
#     pss: []
#   fix:
#     docker: "remove --uts"
#     compose: "remove uts"
package airlock.rules.hardening["uts-namespace"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: stated are the namespaces that are the container's own
deny contains violation.container("HostConfig.UTSMode", ["namespaces", "uts"], "private") if {
	input.subject == "container"
	not input.container.namespaces.uts in {"private", "default"}
}
