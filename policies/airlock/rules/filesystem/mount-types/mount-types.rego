# METADATA
# title: Only tmpfs, volumes and secret files are mounted
# description: |
#   A host path hands the host's files to an agent, and what another container or image brings along nobody judged. A
#   volume without a name is made without a limit, stays behind, and is nobody's. Volumes with a name and secret files
#   have rules of their own.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.6
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.32
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, baseline, check hostPathVolumes
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, restricted, check restrictedVolumes
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["5.6", "5.32"]
#     pss: ["hostPathVolumes", "restrictedVolumes"]
#   fix:
#     docker: "--tmpfs /data:size=16m,noexec,nosuid,nodev"
#     compose: "tmpfs: [\"/data:size=16m,noexec,nosuid,nodev\"]"
package airlock.rules.filesystem["mount-types"]

import future.keywords.not

import data.airlock.lib.mount
import data.airlock.lib.secret
import data.airlock.lib.violation

# METADATA
# description: the list itself is there
deny contains violation.container("HostConfig.Mounts", ["mounts"], []) if {
	input.subject == "container"
	not is_array(input.container.mounts)
}

# METADATA
# description: image/volumes reports those of the image
deny contains violation.with_value(mount.field(each), violation.member(each, "type"), instead(each)) if {
	input.subject == "container"
	some each in input.container.mounts
	not each.type == "tmpfs"
	not {
		each.type == "volume"
		is_string(each.source)
		not each.source == ""
	}
	not {
		each.type == "bind"
		is_string(each.source)
		startswith(each.source, secret.inside)
	}
	not each.origin == "image-volume"
}

# What to use in place of each type.
replacements := {
	"bind": "tmpfs; files the container needs belong into its image, secrets into the site's directory of secrets",
	"volume": "tmpfs, or a volume with a name that the role has; the engine makes one without name, limit and owner",
	"volumes-from": "tmpfs; this container may take no mounts of another",
	"image": "tmpfs; copy the files into the container's own image",
}

default instead(_) := "tmpfs"

instead(each) := replacements[each.type]
