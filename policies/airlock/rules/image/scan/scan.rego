# METADATA
# title: Image was scanned lately
# description: |
#   New vulnerabilities of old images become known every day, so an old scan says little. The newest scan by a scanner key
#   of the site counts, never an older one that happens to be clean.
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
#     docker: "scan the image again and attest the report (docs/pipeline.md)"
#     compose: "scan the image again and attest the report (docs/pipeline.md)"
package airlock.rules.image.scan

import future.keywords.not

import data.airlock.lib.evidence
import data.airlock.lib.image
import data.airlock.lib.violation

# METADATA
# description: the newest one is no older than the site allows, and not of the future
deny contains violation.with_value(image.field, got, want) if {
	input.subject in {"container", "image"}
	not data.site.scan.required == false
	not {
		is_number(input.time)
		is_number(evidence.newest.finished)
		evidence.newest.finished <= input.time + evidence.skew
		input.time - evidence.newest.finished <= data.site.scan.max_age
	}
}

default want := "a scan by a key of scan.keys"

want := sprintf("a scan by a key of scan.keys, at most %d hours old", [floor(data.site.scan.max_age / 3600)]) if {
	is_number(data.site.scan.max_age)
}

default got := "nothing that can be read"

got := evidence.state if not evidence.newest

got := sprintf("scanned %d hours ago", [floor((input.time - evidence.newest.finished) / 3600)]) if {
	is_number(input.time)
	is_number(evidence.newest.finished)
	evidence.newest.finished <= input.time + evidence.skew
}

got := "scanned in the future: the scanner's clock or this host's is wrong" if {
	is_number(input.time)
	is_number(evidence.newest.finished)
	evidence.newest.finished > input.time + evidence.skew
}
