# METADATA
# title: Network namespace is the container's own
# description: |
#   The host's network and another container's, the proxy's above all, lead out of the airgap; so does the default
#   bridge, which every host routes outward.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.10
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.30
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, baseline, check hostNamespaces
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["5.10", "5.30"]
#     pss: ["hostNamespaces"]
#   fix:
#     docker: "--network none, or --network with a named internal network"
#     compose: "networks: with a named internal network"
package airlock.rules.airgap["network-namespace"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: none, or a network of its own
deny contains violation.container("HostConfig.NetworkMode", ["network", "mode"], "none or a named network") if {
	input.subject == "container"
	not input.container.network.mode in {"none", "network"}
}

# METADATA
# description: the mode alone says how it is attached
deny contains violation.container("Config.NetworkDisabled", ["network", "disabled"], false) if {
	input.subject == "container"
	not input.container.network.disabled == false
}
