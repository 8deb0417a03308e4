# METADATA
# title: Operation is one the policy admits
# description: |
#   Everything the Engine API offers beyond the listed operations starts processes, moves content, reaches other hosts
#   or changes the gate itself without a rule that would judge it. Some of it can be given to callers in the site data,
#   and opened for a time by root on the host with airlock breakglass; the rest is refused to everybody.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 2.12
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.1
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["2.12", "5.1"]
#     pss: []
#   fix:
#     docker: "use an admitted operation: airlock rules api/operation"
#     compose: "use an admitted operation: airlock rules api/operation"
package airlock.rules.api.operation

import future.keywords.not

import data.airlock.lib.operation
import data.airlock.lib.violation

# METADATA
# description: the operation is in the table; one that is not is told why
deny contains violation.at("request", ["operation"], want) if {
	not operation.subjects[input.operation]
	not operation.closed
}

want := sprintf("an operation this policy admits (airlock rules api/operation); this one %v", [why])

default why := "is none the policy knows"

why := operation.openable[input.operation]

why := operation.refused[input.operation]
