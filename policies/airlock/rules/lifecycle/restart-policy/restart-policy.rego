# METADATA
# title: Restart policy is one the engine bounds
# description: |
#   A container that fails for ever and is restarted for ever burns the host; an unknown policy is outside what the
#   rules understand.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.15
# schemas:
#   - input: schema.input
# custom:
#   severity: medium
#   controls:
#     cis_docker_1_6_0: ["5.15"]
#     pss: []
#   fix:
#     docker: "--restart on-failure:5"
#     compose: "restart: on-failure:5"
package airlock.rules.lifecycle["restart-policy"]

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: known, and on-failure with a number of retries
deny contains violation.with_value("HostConfig.RestartPolicy", given, "no, always, unless-stopped, or on-failure with 1 to 5 retries") if {
	input.subject == "container"
	not {
		input.container.lifecycle.restart_policy in {"no", "always", "unless-stopped"}
		input.container.lifecycle.max_retries == 0
	}
	not {
		input.container.lifecycle.restart_policy == "on-failure"
		input.container.lifecycle.max_retries >= 1
		input.container.lifecycle.max_retries <= 5
	}
}

given := {
	"Name": object.get(input.container, ["lifecycle", "restart_policy"], null),
	"MaximumRetryCount": object.get(input.container, ["lifecycle", "max_retries"], null),
}
