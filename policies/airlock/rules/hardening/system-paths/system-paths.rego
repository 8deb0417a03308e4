# METADATA
# title: Kernel paths stay masked and read-only
# description: |
#   An empty MaskedPaths or ReadonlyPaths list uncovers kernel memory, keys and writable kernel settings.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, baseline, check procMount
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: []
#     pss: ["procMount"]
#   fix:
#     docker: "remove --security-opt systempaths=unconfined"
#     compose: "remove systempaths from security_opt"
package airlock.rules.hardening["system-paths"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: anything but the good value is a violation, absence included
deny contains violation.container("HostConfig.MaskedPaths", ["privileges", "system_paths"], "default") if {
	input.subject == "container"
	not input.container.privileges.system_paths == "default"
}
