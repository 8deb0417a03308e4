# METADATA
# title: Volumes are the engine's own
# description: |
#   Another driver is the code of a plugin, and what it mounts may lie on another host. A volume that exists is judged
#   as it is, whatever the request says of it.
# related_resources:
#   - ref: https://docs.docker.com/reference/api/engine/
#     description: Docker Engine API, no benchmark covers this field
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: []
#     pss: []
#   fix:
#     docker: "docker volume create NAME, without --driver"
#     compose: "volumes: {NAME: {}}, without driver"
package airlock.rules.filesystem["volume-driver"]

import future.keywords.not

import data.airlock.lib.mount
import data.airlock.lib.violation

# METADATA
# description: the mount asks for no other driver
deny contains violation.with_value(mount.field(each), {"driver": violation.member(each, "driver")}, {"driver": "local"}) if {
	input.subject == "container"
	some each in input.container.mounts
	each.type == "volume"
	not each.source == ""
	not each.driver in {"", "local"}
}

# METADATA
# description: the volume it gets has no other driver
deny contains violation.with_value(mount.field(each), found(violation.member(each, "source"), violation.member(each, "volume")), local) if {
	input.subject == "container"
	some each in input.container.mounts
	each.type == "volume"
	not each.source == ""
	not each.volume.exists == false
	not {
		each.volume.driver == "local"
		each.volume.scope == "local"
	}
}

# METADATA
# description: a new volume asks for no other driver
deny contains violation.at("Driver", ["volume", "driver"], "local") if {
	input.subject == "volume"
	not input.volume.driver == "local"
}

# METADATA
# description: a new volume belongs to this host alone
deny contains violation.at("ClusterVolumeSpec", ["volume", "cluster"], false) if {
	input.subject == "volume"
	not input.volume.cluster == false
}

# METADATA
# description: the volume that has the name already has no other driver
deny contains violation.with_value("Name", found(object.get(input, ["volume", "name"], null), object.get(input, ["volume", "live"], null)), local) if {
	input.subject == "volume"
	not input.volume.live.exists == false
	not {
		input.volume.live.driver == "local"
		input.volume.live.scope == "local"
	}
}

local := {"driver": "local", "scope": "local"}

found(name, live) := {"volume": name, "driver": violation.member(live, "driver"), "scope": violation.member(live, "scope")}
