# METADATA
# title: IPC namespace is the container's own
# description: |
#   A shared IPC namespace shares memory and semaphores with the host or with another container.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.17
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, baseline, check hostNamespaces
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.17"]
#     pss: ["hostNamespaces"]
#   fix:
#     docker: "--ipc private"
#     compose: "ipc: private"
package airlock.rules.hardening["ipc-namespace"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: stated are the namespaces that are the container's own
deny contains violation.container("HostConfig.IpcMode", ["namespaces", "ipc"], "private") if {
	input.subject == "container"
	not input.container.namespaces.ipc in {"private", "none", "default"}
}
