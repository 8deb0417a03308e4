# METADATA
# title: Mounts
# description: Where a mount may stand, and how a mount is named in a violation.
package airlock.lib.mount

import future.keywords.not

# METADATA
# description: the place of a mount in the request
default field(_) := "HostConfig.Mounts"

field(mount) := mount.field if is_string(mount.field)

# METADATA
# description: where scratch space may stand, these directories themselves and anything below
roots := {
	"/app/tmp", "/cache", "/data", "/dev/shm", "/home", "/run", "/state", "/tmp", "/var/cache", "/var/lib", "/var/run",
	"/var/tmp", "/work", "/workspace",
}

# METADATA
# description: a destination at or below a root, and not at or below the place where secrets will stand
placed(destination) if destination in roots

placed(destination) if {
	is_string(destination)
	strings.any_prefix_match(destination, below)
	not strings.any_prefix_match(concat("", [destination, "/"]), ["/run/secrets/", "/var/run/secrets/"])
}

below := {
	"/app/tmp/", "/cache/", "/data/", "/dev/shm/", "/home/", "/run/", "/state/", "/tmp/", "/var/cache/", "/var/lib/",
	"/var/run/", "/var/tmp/", "/work/", "/workspace/",
}
