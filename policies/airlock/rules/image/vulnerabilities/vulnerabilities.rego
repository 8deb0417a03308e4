# METADATA
# title: Newest scan found nothing of a blocked severity
# description: |
#   What the newest scan found counts, less what the site excepts for this image until a date. Findings beyond those the
#   gate lists by name cannot be excepted.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 4.4
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["4.4"]
#     pss: []
#   fix:
#     docker: "rebuild on a mended base image, or except the finding in scan.exceptions with reason, ticket and date"
#     compose: "rebuild on a mended base image, or except the finding in scan.exceptions with reason, ticket and date"
package airlock.rules.image.vulnerabilities

import future.keywords.not

import data.airlock.lib.evidence
import data.airlock.lib.image
import data.airlock.lib.violation

# METADATA
# description: each severity the site blocks; without a list every one is
deny contains violation.with_value(image.field, got, "no finding of this severity") if {
	input.subject in {"container", "image"}
	not data.site.scan.required == false
	some scan in evidence.latest
	some severity in blocked
	not open(scan, severity) == 0
	got := found(scan, severity)
}

default blocked := ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN"]

blocked := data.site.scan.block if is_array(data.site.scan.block)

# Findings that no exception covers; null when the scan does not say. Without a scan nothing is known: image/scan says so,
# and there is nothing to count.
default open(_, _) := null

open(scan, severity) := scan.counts[severity] - count(excepted) if {
	is_number(scan.counts[severity])
	excepted := [1 |
		some finding in scan.findings
		finding.severity == severity
		evidence.waived(finding.id)
	]
}

found(scan, severity) := sprintf("%v: %v%v", [severity, open(scan, severity), named]) if {
	ids := {finding.id |
		some finding in scan.findings
		finding.severity == severity
		not evidence.waived(finding.id)
	}
	named := listed(sort(ids))
}

listed(ids) := concat("", [" (", concat(", ", array.slice(ids, 0, 10)), ")"]) if count(ids) <= 10

listed(ids) := concat("", [" (", concat(", ", array.slice(ids, 0, 10)), ", ...)"]) if count(ids) > 10
