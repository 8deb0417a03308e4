# METADATA
# title: Logs stay on the host
# description: |
#   A remote driver makes the engine itself send what a container prints out of the airgap; options that copy
#   environment or labels put secrets into the log.
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
#     docker: "--log-driver json-file --log-opt max-size=10m"
#     compose: "logging: {driver: json-file, options: {max-size: 10m}}"
package airlock.rules.airgap["logging-driver"]

import future.keywords.not

import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: a driver the site names
deny contains violation.container("HostConfig.LogConfig.Type", ["logging", "driver"], site.logging_drivers) if {
	input.subject == "container"
	not input.container.logging.driver in data.site.logging.drivers
}

# METADATA
# description: the list itself is there
deny contains violation.container("HostConfig.LogConfig.Config", ["logging", "options"], allowed) if {
	input.subject == "container"
	not is_array(input.container.logging.options)
}

# METADATA
# description: options about size and buffering only
deny contains violation.with_value("HostConfig.LogConfig.Config", option, allowed) if {
	input.subject == "container"
	some option in input.container.logging.options
	not option in allowed
}

# Options that neither name a destination nor copy values of the container into the log.
allowed := {"compress", "max-buffer-size", "max-file", "max-size", "mode"}
