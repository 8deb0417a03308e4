# METADATA
# title: No secret stands in a label or option
# description: |
#   Labels, annotations and options of the log driver are copied into listings, events and monitoring. Only the place and the
#   pattern are reported, never the value.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 4.10
# schemas:
#   - input: schema.input
# custom:
#   severity: medium
#   controls:
#     cis_docker_1_6_0: ["4.10"]
#     pss: []
#   fix:
#     docker: "remove the --label, --annotation or --log-opt"
#     compose: "remove the entry of labels, annotations or logging.options"
package airlock.rules.secrets.labels

import future.keywords.not

import data.airlock.lib.finding
import data.airlock.lib.violation

# METADATA
# description: labels, annotations and log options of the request
deny contains violation.with_value(found.field, found.pattern, "no secret") if {
	input.subject == "container"
	not input.container.findings == []
	some found in finding.secrets("container", "labels", "Config.Labels")
}
