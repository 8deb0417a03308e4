# METADATA
# title: Process runs as the site's user
# description: |
#   Only a numeric uid:gid is independent of the image's passwd and group files: a name may map to 0, and a bare uid
#   takes gid 0.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 4.1
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, restricted, check runAsNonRoot
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards, restricted, check runAsUser
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["4.1"]
#     pss: ["runAsNonRoot", "runAsUser"]
#   fix:
#     docker: "--user 1001:1001"
#     compose: "user: \"1001:1001\""
package airlock.rules.hardening.user

import future.keywords.not

import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: the canonical uid:gid of the site, never root
deny contains violation.container("Config.User", ["user", "given"], identity) if {
	input.subject == "container"
	not {
		input.container.user.form == "uid:gid"
		input.container.user.uid == data.site.identity.uid
		input.container.user.gid == data.site.identity.gid
		input.container.user.uid > 0
		input.container.user.gid > 0
	}
}

identity := sprintf("%v:%v", [object.get(site.identity, "uid", null), object.get(site.identity, "gid", null)])
