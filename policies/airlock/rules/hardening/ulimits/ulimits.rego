# METADATA
# title: Resource limits stay within the site's
# description: |
#   A raised limit lets one process take the host's open files, processes or locked memory. Only nofile, nproc and
#   core may be set; core only to nothing, since a dump holds secrets.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.19
# schemas:
#   - input: schema.input
# custom:
#   severity: medium
#   controls:
#     cis_docker_1_6_0: ["5.19"]
#     pss: []
#   fix:
#     docker: "--ulimit nofile=1024:1024"
#     compose: "ulimits: {nofile: {soft: 1024, hard: 1024}}"
package airlock.rules.hardening.ulimits

import future.keywords.not

import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: the list itself is there
deny contains violation.container("HostConfig.Ulimits", ["resources", "ulimits"], []) if {
	input.subject == "container"
	not is_array(input.container.resources.ulimits)
}

# METADATA
# description: every entry is known and within its maximum
deny contains violation.with_value("HostConfig.Ulimits", ulimit, maxima) if {
	input.subject == "container"
	some ulimit in input.container.resources.ulimits
	not {
		ulimit.name == "nofile"
		ulimit.hard >= 0
		ulimit.hard <= data.site.limits.nofile
		is_number(data.site.limits.nofile)
		ulimit.soft >= 0
		ulimit.soft <= ulimit.hard
	}
	not {
		ulimit.name == "nproc"
		ulimit.hard >= 0
		ulimit.hard <= data.site.limits.nproc
		is_number(data.site.limits.nproc)
		ulimit.soft >= 0
		ulimit.soft <= ulimit.hard
	}
	not {
		ulimit.name == "core"
		ulimit.hard == 0
		ulimit.soft == 0
	}
}

maxima := {"core": 0, "nofile": site.limit("nofile"), "nproc": site.limit("nproc")}
