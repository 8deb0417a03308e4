# METADATA
# title: Files are copied out of containers without secrets only
# description: |
#   Whoever copies a file out of a container reads it as root, mounted secrets included. What the container itself was
#   given as scratch space holds none.
# related_resources:
#   - ref: https://docs.docker.com/reference/api/engine/
#     description: Docker Engine API, no benchmark covers this field
# schemas:
#   - input: schema.input
# custom:
#   severity: high
#   controls:
#     cis_docker_1_6_0: []
#     pss: []
#   fix:
#     docker: "docker cp from a container that has tmpfs mounts only"
#     compose: "copy from a service that has tmpfs mounts only"
package airlock.rules.lifecycle.archive

import future.keywords.not

import data.airlock.lib.mount
import data.airlock.lib.violation

# METADATA
# description: every mount is scratch space, apart from where secrets stand
deny contains violation.with_value(mount.field(entry), violation.member(entry, "destination"), want) if {
	input.operation in {"container.archive.get", "container.archive.stat", "container.export"}
	some entry in input.container.mounts
	not scratch(entry)
}

# METADATA
# description: the list of them is there
deny contains violation.container("HostConfig.Mounts", ["mounts"], []) if {
	input.operation in {"container.archive.get", "container.archive.stat", "container.export"}
	not is_array(input.container.mounts)
}

# METADATA
# description: no task of a swarm service, whose secrets no inspect shows
deny contains violation.container("Config.Labels", ["labels"], "a container that is no task of a swarm") if {
	input.operation in {"container.archive.get", "container.archive.stat", "container.export"}
	not single
}

want := "a tmpfs, not below the directory of secrets (secrets.target)"

scratch(entry) if {
	entry.type == "tmpfs"
	is_string(entry.destination)
	is_string(data.site.secrets.target)
	not mount.within(entry.destination, data.site.secrets.target)
}

single if {
	is_array(input.container.labels)
	every label in input.container.labels {
		not label.name == "com.docker.swarm.task.id"
	}
}
