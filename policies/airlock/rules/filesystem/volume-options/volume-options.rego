# METADATA
# title: Volumes hold no path, disk or file server
# description: |
#   The local driver mounts whatever its options name: a directory of the host, a disk, NFS, CIFS, an overlay. Who
#   makes such a volume first and names it later brings the host's files into a container, or reaches a file server
#   past the airgap. Values of options are not shown, as they may be credentials.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.6
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["5.6"]
#     pss: []
#   fix:
#     docker: "docker volume create NAME, without --opt"
#     compose: "volumes: {NAME: {}}, without driver_opts"
package airlock.rules.filesystem["volume-options"]

import future.keywords.not

import data.airlock.lib.mount
import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: the mount brings no options along
deny contains violation.with_value(mount.field(each), {"driver_options": violation.member(each, "driver_options")}, {"driver_options": false}) if {
	input.subject == "container"
	some each in input.container.mounts
	each.type == "volume"
	not each.source == ""
	not each.driver_options == false
}

# METADATA
# description: the volume it gets was made without any
deny contains violation.with_value(mount.field(each), found(violation.member(each, "source"), violation.member(each, "volume")), wanted) if {
	input.subject == "container"
	some each in input.container.mounts
	each.type == "volume"
	not each.source == ""
	not each.volume.exists == false
	not each.volume.kind == "plain"
	not {
		each.volume.kind == "tmpfs"
		each.volume.size >= 1
		each.volume.size <= data.site.limits.tmpfs
		is_number(data.site.limits.tmpfs)
	}
}

# METADATA
# description: a new volume has none
deny contains violation.with_value("DriverOpts", found(object.get(input, ["volume", "name"], null), object.get(input, ["volume"], null)), wanted) if {
	input.subject == "volume"
	not input.volume.kind == "plain"
	not {
		input.volume.kind == "tmpfs"
		input.volume.size >= 1
		input.volume.size <= data.site.limits.tmpfs
		is_number(data.site.limits.tmpfs)
	}
}

# METADATA
# description: the volume that has the name already was made without any
deny contains violation.with_value("Name", found(object.get(input, ["volume", "name"], null), object.get(input, ["volume", "live"], null)), wanted) if {
	input.subject == "volume"
	not input.volume.live.exists == false
	not input.volume.live.kind == "plain"
	not {
		input.volume.live.kind == "tmpfs"
		input.volume.live.size >= 1
		input.volume.live.size <= data.site.limits.tmpfs
		is_number(data.site.limits.tmpfs)
	}
}

# A tmpfs of a size on which nothing is executed is memory within a limit; everything else mounts what it names.
wanted := sprintf("no options, or type=tmpfs, device=tmpfs, o=size=...,noexec,nosuid,nodev with a size of at most %v", [site.limit("tmpfs")])

found(name, given) := {
	"volume": name,
	"kind": violation.member(given, "kind"),
	"size": violation.member(given, "size"),
	"options": violation.member(given, "options"),
}
