# METADATA
# title: Number of tasks is bounded
# description: |
#   One request can start any number of tasks at once, each with limits of its own. The site says how many one service may
#   have.
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
#     docker: "--replicas, --max-concurrent within swarm.tasks of site.yaml"
#     compose: "deploy: {replicas: N} within swarm.tasks of site.yaml"
package airlock.rules.swarm.tasks

import future.keywords.not

import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: one known mode
deny contains violation.at("Mode", ["service", "mode"], "one of replicated, global, replicated-job and global-job") if {
	input.service.specified == true
	not input.service.mode in {"replicated", "global", "replicated-job", "global-job"}
}

# METADATA
# description: as many tasks as the site allows
deny contains violation.at("Mode", ["service", "tasks"], want) if {
	input.service.specified == true
	not {
		is_number(site.swarm.tasks)
		is_number(input.service.tasks)
		input.service.tasks >= 0
		input.service.tasks <= site.swarm.tasks
	}
	want := sprintf("at most %v tasks at once", [object.get(site.swarm, "tasks", 0)])
}
