# METADATA
# title: Runtime is the engine's default or the site's
# description: |
#   A runtime is a program on the host that builds the container. Engines accept names of shims nobody configured.
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
#     docker: "remove --runtime"
#     compose: "remove runtime"
package airlock.rules.hardening.runtime

import future.keywords.not

import data.airlock.lib.site
import data.airlock.lib.violation

# METADATA
# description: the default of the engine, or trusted by the site
deny contains violation.container("HostConfig.Runtime", ["namespaces", "runtime"], array.concat([object.get(input, ["engine", "default_runtime"], null)], site.runtimes)) if {
	input.subject == "container"
	not {
		input.container.namespaces.runtime == input.engine.default_runtime
		is_string(input.container.namespaces.runtime)
		not input.container.namespaces.runtime == ""
	}
	not input.container.namespaces.runtime in site.runtimes
}
