# METADATA
# title: No port is published
# description: |
#   A published port lets the outside in, and is stored until a network that can carry it is attached.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.8
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.9
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.14
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, baseline, check hostPorts
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.8", "5.9", "5.14"]
#     pss: ["hostPorts"]
#   fix:
#     docker: "remove --publish and --publish-all"
#     compose: "remove ports"
package airlock.rules.airgap["published-ports"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: no port by name
deny contains violation.container("HostConfig.PortBindings", ["network", "published"], []) if {
	input.subject == "container"
	not input.container.network.published == []
}

# METADATA
# description: not all ports
deny contains violation.container("HostConfig.PublishAllPorts", ["network", "publish_all"], false) if {
	input.subject == "container"
	not input.container.network.publish_all == false
}
