# METADATA
# title: Configurations are those of the role
# description: |
#   A configuration is shown to whoever may read configurations, and can be mounted over any file of the image. It is for the
#   role it is named for, in a place for files that are brought along, and never where secrets stand.
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
#     docker: "--config source=NAME,target=/run/NAME,mode=0444 with a configuration of the role (roles in site.yaml)"
#     compose: "configs: [{source: NAME, target: /run/NAME, mode: 0444}]"
package airlock.rules.swarm.configs

import future.keywords.not

import data.airlock.lib.mount
import data.airlock.lib.role
import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: named for the role of the image
deny contains violation.with_value(place(file), violation.member(file, "name"), "a configuration of the role of the image") if {
	input.service.specified == true
	some file in configs
	not file.name in role.current.configs
}

# METADATA
# description: the swarm has it under that name
deny contains violation.with_value(place(file), violation.member(file, "stored"), "the name of the configuration the reference's ID stands for") if {
	input.service.specified == true
	some file in configs
	not {
		is_string(file.stored)
		not file.stored == ""
		file.stored == file.name
	}
}

# METADATA
# description: its content is the one stored
deny contains violation.with_value(place(file), violation.member(file, "templating"), "a configuration without template") if {
	input.service.specified == true
	some file in configs
	not file.templating == ""
}

# METADATA
# description: where files may be brought along, and not among the secrets
deny contains violation.with_value(concat(".", [place(file), "File.Name"]), violation.member(file, "destination"), want) if {
	input.service.specified == true
	some file in configs
	not {
		is_string(file.destination)
		strings.any_prefix_match(file.destination, mount.below)
		not startswith(concat("", [file.destination, "/"]), concat("", [site.secrets.target, "/"]))
	}
	want := sprintf("a file below %v, not among the secrets", [concat(", ", sort(mount.roots))])
}

# METADATA
# description: read only
deny contains violation.with_value(concat(".", [place(file), "File.Mode"]), violation.member(file, "mode"), "0400, 0440 or 0444") if {
	input.service.specified == true
	some file in configs
	not file.mode in {"0400", "0440", "0444"}
}

configs contains file if {
	some file in input.service.files
	file.kind == "config"
}

default place(_) := "TaskTemplate.ContainerSpec.Configs"

place(file) := file.field if is_string(file.field)
