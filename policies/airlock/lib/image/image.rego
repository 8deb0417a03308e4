# METADATA
# title: The image a request names
# description: One image, whether a container is to run it or the engine is to pull it.
# schemas:
#   - input: schema.input
package airlock.lib.image

import future.keywords.not

# METADATA
# description: the image view of the subject; undefined when there is none
current := input.container.image if input.subject == "container"

current := input.image if input.subject == "image"

# METADATA
# description: where the request names it
default field := "Image"

field := "query fromImage" if input.operation == "image.pull"

field := "path name" if input.operation == "distribution.inspect"

# METADATA
# description: the reference as given, or null
default reference := null

reference := current.reference

# METADATA
# description: |
#   Whole path segments: registry.internal/openclaw covers registry.internal/openclaw/worker and neither
#   registry.internal/openclaw-evil nor registry.internal.evil/openclaw.
under(repository, prefix) if {
	is_string(repository)
	is_string(prefix)
	not prefix == ""
	startswith(concat("", [repository, "/"]), concat("", [prefix, "/"]))
}

# METADATA
# description: the engine's own platform, in the words of an image index
architectures := {
	"x86_64": "amd64",
	"amd64": "amd64",
	"aarch64": "arm64",
	"arm64": "arm64",
	"armv7l": "arm",
	"ppc64le": "ppc64le",
	"s390x": "s390x",
	"riscv64": "riscv64",
	"loongarch64": "loong64",
}

# METADATA
# description: the platform the engine runs by itself; null without engine facts
default platform := null

platform := concat("/", [input.engine.os_type, architectures[input.engine.architecture]])
