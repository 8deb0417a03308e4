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
# description: where scratch space and volumes may stand, these directories themselves and anything below
roots := {
	"/app/tmp", "/cache", "/data", "/dev/shm", "/home", "/run", "/state", "/telemetry", "/tmp", "/var/cache", "/var/lib",
	"/var/run", "/var/tmp", "/work", "/workspace",
}

# METADATA
# description: the same as prefixes of what stands below
below := {
	"/app/tmp/", "/cache/", "/data/", "/dev/shm/", "/home/", "/run/", "/state/", "/telemetry/", "/tmp/", "/var/cache/",
	"/var/lib/", "/var/run/", "/var/tmp/", "/work/", "/workspace/",
}

# METADATA
# description: a clean path is a directory or below it, by whole segments
within(path, directory) if startswith(concat("", [path, "/"]), concat("", [directory, "/"]))
