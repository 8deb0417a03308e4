# METADATA
# title: New networks are plain local bridges
# description: |
#   Other drivers put containers on the host's own wire (macvlan, ipvlan), on other hosts (overlay), or into the hands of a
#   plugin. Attachable and ingress networks belong to a swarm, and a config network hides what it is made of.
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
#     docker: "docker network create --driver bridge, without --scope, --attachable, --ingress, --config-only and --config-from"
#     compose: "driver: bridge, without attachable"
package airlock.rules.airgap["network-driver"]

import future.keywords.not

import data.airlock.lib.network
import data.airlock.lib.violation

# METADATA
# description: a bridge of this host, made of what the request says
deny contains violation.with_value(flaw.field, flaw.got, flaw.want) if {
	input.subject == "network"
	input.operation == "network.create"
	some flaw in network.subject_flaws
	flaw.property in {"attachable", "config_from", "config_only", "driver", "ingress", "scope"}
}
