# METADATA
# title: Secrets are files of the host that a role has
# description: |
#   A secret comes as one read-only file, from the one directory of the host that site data name, to the place where
#   programs look for it. The gate looks at the file on the host, at create and at every start: what another user could
#   write, replace or link is no secret of the site.
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
#     docker: "--mount type=bind,source=/run/airlock/secrets/NAME,target=/run/secrets/NAME,readonly"
#     compose: "secrets: {NAME: {file: /run/airlock/secrets/NAME}}"
package airlock.rules.secrets.files

import future.keywords.not

import data.airlock.lib.mount
import data.airlock.lib.role
import data.airlock.lib.secret
import data.airlock.lib.violation

# METADATA
# description: a secret of the role, where programs look for it
deny contains violation.with_value(mount.field(each), asked(each), wanted) if {
	input.subject == "container"
	some each in input.container.mounts
	each.type == "bind"
	is_string(each.source)
	startswith(each.source, secret.inside)
	not asked(each) in wanted
}

# METADATA
# description: nobody writes to it through the mount
deny contains violation.with_value(mount.field(each), {"readonly": violation.member(each, "readonly")}, {"readonly": true}) if {
	input.subject == "container"
	some each in input.container.mounts
	each.type == "bind"
	is_string(each.source)
	startswith(each.source, secret.inside)
	not each.readonly == true
}

# METADATA
# description: |
#   Nothing changes how it is mounted. Engines from 25.0 on store ReadOnlyNonRecursive with what clients older than API 1.44
#   ask for (moby, postContainersCreate); a file has nothing mounted below it that could be left writable.
deny contains violation.with_value(mount.field(each), {"options": violation.member(each, "options")}, {"options": []}) if {
	input.subject == "container"
	some each in input.container.mounts
	each.type == "bind"
	is_string(each.source)
	startswith(each.source, secret.inside)
	not each.options in {[], ["ReadOnlyNonRecursive"]}
}

# METADATA
# description: root's own file, behind directories only root can change
deny contains violation.with_value(mount.field(each), {"file": violation.member(each, "file")}, sound) if {
	input.subject == "container"
	some each in input.container.mounts
	each.type == "bind"
	is_string(each.source)
	startswith(each.source, secret.inside)
	not {
		each.file.kind == "regular"
		each.file.direct == true
		each.file.sealed == true
		each.file.uid == 0
		each.file.mode in modes
	}
}

asked(each) := {"source": violation.member(each, "source"), "target": violation.member(each, "target")}

wanted := [{"source": concat("", [secret.inside, name]), "target": concat("/", [secret.target, name])} | some name in role.secrets]

# Nobody but root may write, nobody may run it.
modes := {"0400", "0440", "0444", "0600", "0640", "0644"}

sound := {"file": {"kind": "regular", "direct": true, "sealed": true, "uid": 0, "mode": modes}}
