# METADATA
# title: Secrets are those of the role
# description: |
#   Only the role a secret is named for may read it, as a file of its own user directly in the place for secrets. A value that
#   is expanded on the node or fetched by a driver is not the one that was stored.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 7.4
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["7.4"]
#     pss: []
#   fix:
#     docker: "--secret source=NAME,target=NAME,uid=1001,gid=1001,mode=0400 with a secret of the role (roles in site.yaml)"
#     compose: "secrets: [{source: NAME, target: NAME, uid: \"1001\", gid: \"1001\", mode: 0400}]"
package airlock.rules.swarm.secrets

import future.keywords.not

import data.airlock.lib.role
import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: named for the role of the image
deny contains violation.with_value(place(file), violation.member(file, "name"), "a secret of the role of the image") if {
	input.service.specified == true
	some file in secrets
	not file.name in role.current.secrets
}

# METADATA
# description: the swarm has it under that name
deny contains violation.with_value(place(file), violation.member(file, "stored"), "the name of the secret the reference's ID stands for") if {
	input.service.specified == true
	some file in secrets
	not {
		is_string(file.stored)
		not file.stored == ""
		file.stored == file.name
	}
}

# METADATA
# description: its value is the one stored
deny contains violation.with_value(place(file), source(file), "a secret of the swarm's own store, without template") if {
	input.service.specified == true
	some file in secrets
	not {
		file.driver == ""
		file.templating == ""
	}
}

# METADATA
# description: directly in the site's place for secrets
deny contains violation.with_value(concat(".", [place(file), "File.Name"]), violation.member(file, "destination"), want) if {
	input.service.specified == true
	some file in secrets
	not file_name(file.destination)
	want := sprintf("a name directly below %v", [object.get(site.secrets, "target", "secrets.target of site.yaml")])
}

# METADATA
# description: the workload's own user and group
deny contains violation.with_value(concat(".", [place(file), "File.UID"]), got, want) if {
	input.service.specified == true
	some file in secrets
	got := {"UID": violation.member(file, "uid"), "GID": violation.member(file, "gid")}
	want := {"UID": text(object.get(site.identity, "uid", null)), "GID": text(object.get(site.identity, "gid", null))}
	not {
		is_number(site.identity.uid)
		is_number(site.identity.gid)
		got == want
	}
}

# METADATA
# description: read by nobody else
deny contains violation.with_value(concat(".", [place(file), "File.Mode"]), violation.member(file, "mode"), "0400 or 0440") if {
	input.service.specified == true
	some file in secrets
	not file.mode in {"0400", "0440"}
}

# METADATA
# description: the list of them is there
deny contains violation.at("TaskTemplate.ContainerSpec.Secrets", ["service", "files"], []) if {
	input.service.specified == true
	not is_array(input.service.files)
}

# What is no configuration is held to be a secret.
secrets contains file if {
	some file in input.service.files
	not file.kind == "config"
}

file_name(destination) if {
	is_string(destination)
	is_string(site.secrets.target)
	prefix := concat("", [site.secrets.target, "/"])
	startswith(destination, prefix)
	name := trim_prefix(destination, prefix)
	not name == ""
	not contains(name, "/")
}

source(file) := {"driver": violation.member(file, "driver"), "templating": violation.member(file, "templating")}

text(number) := sprintf("%v", [number])

default place(_) := "TaskTemplate.ContainerSpec.Secrets"

place(file) := file.field if is_string(file.field)
