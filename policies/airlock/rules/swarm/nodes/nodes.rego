# METADATA
# title: Node is the only one of its swarm
# description: |
#   The gate knows this engine: its image, its networks, its limits. A task on another node meets an engine nobody has looked
#   at, and a manager there starts tasks here that never pass the gate.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 7.1
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["7.1"]
#     pss: []
#   fix:
#     docker: "docker swarm init --listen-addr 127.0.0.1:2377 on this host, and no other node"
#     compose: "a swarm of this host alone"
package airlock.rules.swarm.nodes

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: this node, which is its manager
deny contains violation.at("engine", ["engine", "swarm_nodes"], "a swarm of this node alone, of which it is the manager") if {
	input.service.specified == true
	not input.engine.swarm_nodes == 1
}
