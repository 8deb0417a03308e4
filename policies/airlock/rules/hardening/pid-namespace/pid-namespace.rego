# METADATA
# title: Process namespace is the container's own
# description: |
#   In another's process namespace an agent of the same user reads environments and files of its processes.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.16
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, baseline, check hostNamespaces
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["5.16"]
#     pss: ["hostNamespaces"]
#   fix:
#     docker: "remove --pid"
#     compose: "remove pid"
package airlock.rules.hardening["pid-namespace"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: stated are the namespaces that are the container's own
deny contains violation.container("HostConfig.PidMode", ["namespaces", "pid"], "private") if {
	input.subject == "container"
	not input.container.namespaces.pid in {"private", "default"}
}
