# METADATA
# title: Process runs as the site's user
# description: |
#   A process that joins a container as root reads and writes what the container's own process cannot.
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
#     docker: "docker exec without --user, or --user 1001:1001"
#     compose: "docker compose exec without --user, or --user 1001:1001"
package airlock.rules.lifecycle["exec-user"]

import future.keywords.not

import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: the canonical uid:gid of the site, given or the container's own
deny contains violation.at("User", ["exec", "user", "given"], identity) if {
	input.operation in {"exec.create", "exec.resize", "exec.start"}
	not {
		input.exec.user.form == "uid:gid"
		input.exec.user.uid == data.site.identity.uid
		input.exec.user.gid == data.site.identity.gid
		input.exec.user.uid > 0
		input.exec.user.gid > 0
	}
}

identity := sprintf("%v:%v", [object.get(site.identity, "uid", null), object.get(site.identity, "gid", null)])
