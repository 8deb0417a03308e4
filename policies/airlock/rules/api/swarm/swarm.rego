# METADATA
# title: Swarm is switched on for the site
# description: |
#   The engine starts the tasks of a swarm by itself and asks nobody: a service is judged once, when it is made. A site that
#   wants services says so; everywhere else every operation of a swarm is denied as one, reads included.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.1
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["5.1"]
#     pss: []
#   fix:
#     docker: "swarm: {enabled: true} in site.yaml, or docker run instead of docker service create"
#     compose: "swarm: {enabled: true} in site.yaml, or docker compose up instead of docker stack deploy"
package airlock.rules.api.swarm

import future.keywords.not

import data.airlock.lib.operation
import data.airlock.lib.violation

# METADATA
# description: the site has a swarm; with the names in place the indexer passes over this rule for all others
deny contains violation.at("request", ["operation"], "an operation outside a swarm; this site has none (swarm.enabled in site.yaml)") if {
	operation.closed
}
