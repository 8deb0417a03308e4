# METADATA
# title: Annotations are those the site allows
# description: |
#   Annotations reach the runtime, which reads commands in some of them: runc turns org.systemd.property.* into limits
#   of the unit.
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
#     docker: "remove --annotation"
#     compose: "remove annotations"
package airlock.rules.hardening.annotations

import future.keywords.not

import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: the list itself is there
deny contains violation.container("HostConfig.Annotations", ["namespaces", "annotations"], site.annotations) if {
	input.subject == "container"
	not is_array(input.container.namespaces.annotations)
}

# METADATA
# description: the site allows every key
deny contains violation.with_value("HostConfig.Annotations", key, site.annotations) if {
	input.subject == "container"
	some key in input.container.namespaces.annotations
	not key in site.annotations
}
