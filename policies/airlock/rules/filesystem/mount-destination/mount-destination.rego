# METADATA
# title: Mounts stand where scratch space belongs
# description: |
#   A mount over /etc, /usr or /proc changes what programs read and run. Spelled twice, the last mount hides the one
#   that was judged.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.6
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, baseline, check hostPathVolumes
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.6"]
#     pss: ["hostPathVolumes"]
#   fix:
#     docker: "--tmpfs /tmp:size=16m,noexec,nosuid,nodev"
#     compose: "tmpfs: [\"/tmp:size=16m,noexec,nosuid,nodev\"]"
package airlock.rules.filesystem["mount-destination"]

import future.keywords.not

import data.airlock.lib.mount
import data.airlock.lib.secret
import data.airlock.lib.violation

# METADATA
# description: spelled as the kernel will see it
deny contains violation.with_value(mount.field(each), violation.member(each, "target"), "an absolute path in its shortest spelling") if {
	input.subject == "container"
	some each in input.container.mounts
	not each.canonical == true
}

# METADATA
# description: nothing is mounted over it
deny contains violation.with_value(mount.field(each), violation.member(each, "target"), "one mount for each destination") if {
	input.subject == "container"
	some each in input.container.mounts
	not each.stacked == false
}

# METADATA
# description: at or below a directory for scratch space; secrets/files says where a secret stands
deny contains violation.with_value(mount.field(each), violation.member(each, "destination"), mount.roots) if {
	input.subject == "container"
	some each in input.container.mounts
	not each.destination in mount.roots
	not {
		each.type == "bind"
		is_string(each.source)
		startswith(each.source, secret.inside)
	}
	not {
		is_string(each.destination)
		strings.any_prefix_match(each.destination, mount.below)
		not strings.any_prefix_match(concat("", [each.destination, "/"]), secret.reserved)
	}
}
