# METADATA
# title: Scratch space holds no programs or devices
# description: |
#   Whatever an agent downloads lands on a tmpfs. Without noexec, nosuid and nodev it can be run, run as another user,
#   or open a device; a later exec, suid or dev takes the engine's default away.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.13
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: ["5.13"]
#     pss: []
#   fix:
#     docker: "--tmpfs /data:size=16m,noexec,nosuid,nodev"
#     compose: "tmpfs: [\"/data:size=16m,noexec,nosuid,nodev\"]"
package airlock.rules.filesystem["tmpfs-options"]

import future.keywords.not

import data.airlock.lib.mount
import data.airlock.lib.violation

# METADATA
# description: no option the rules do not understand
deny contains violation.with_value(mount.field(each), violation.member(each, "options"), "size, mode, uid, gid, nr_inodes, ro, noexec, nosuid, nodev") if {
	input.subject == "container"
	some each in input.container.mounts
	each.type == "tmpfs"
	not each.options == []
}

# METADATA
# description: no program runs from it
deny contains violation.with_value(mount.field(each), {"noexec": violation.member(each, "noexec")}, {"noexec": true}) if {
	input.subject == "container"
	some each in input.container.mounts
	each.type == "tmpfs"
	not each.noexec == true
}

# METADATA
# description: no program changes its user
deny contains violation.with_value(mount.field(each), {"nosuid": violation.member(each, "nosuid")}, {"nosuid": true}) if {
	input.subject == "container"
	some each in input.container.mounts
	each.type == "tmpfs"
	not each.nosuid == true
}

# METADATA
# description: no device opens from it
deny contains violation.with_value(mount.field(each), {"nodev": violation.member(each, "nodev")}, {"nodev": true}) if {
	input.subject == "container"
	some each in input.container.mounts
	each.type == "tmpfs"
	not each.nodev == true
}
