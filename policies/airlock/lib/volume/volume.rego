# METADATA
# title: Volumes of roles
# description: Which volumes the site's roles have. Nobody else may make or mount one.
package airlock.lib.volume

import future.keywords.not

import data.airlock.lib.site

# METADATA
# description: the volumes of each role the site names, with the access it has
of_role[role] := volumes if {
	some role, rights in site.roles
	volumes := rights.volumes
	is_object(volumes)
}

# METADATA
# description: the roles whose containers are never cut off, and whose volumes stay
protected contains role if {
	some role, _ in of_role
	not site.roles[role].protected == false
}
