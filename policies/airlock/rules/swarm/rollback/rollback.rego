# METADATA
# title: No specification but the one at hand is used
# description: |
#   A rollback makes the engine run the specification before the present one, whatever the request itself says: one that was
#   stored before the gate was there, or by somebody it was opened for.
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
#     docker: "docker service update with the wanted flags, not docker service rollback; --update-failure-action pause or continue"
#     compose: "deploy: {update_config: {failure_action: pause}}"
package airlock.rules.swarm.rollback

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: the request asks for none
deny contains violation.with_value("query rollback", given, "no rollback: send the specification you want") if {
	input.service.specified == true
	given := object.get(input, ["request", "query", "rollback"], [])
	not given in [[], [""], ["none"]]
}

# METADATA
# description: a failed update asks for none
deny contains violation.with_value("UpdateConfig.FailureAction", action, "pause or continue") if {
	input.service.specified == true
	some action in input.service.on_failure
	not action in {"continue", "pause"}
}

# METADATA
# description: it is known what a failed update does
deny contains violation.at("UpdateConfig.FailureAction", ["service", "on_failure"], "pause or continue") if {
	input.service.specified == true
	not is_array(input.service.on_failure)
}
