# METADATA
# title: The role of a container
# description: |
#   A role is earned by the image repository and by nothing a client can choose freely (name, label, network). An image
#   that two roles claim has none, and a container without a role has the least rights.
# schemas:
#   - input: schema.input
package airlock.lib.role

import future.keywords.not

import data.airlock.lib.image
import data.airlock.lib.site

# METADATA
# description: every role that claims the image
names contains name if {
	some name, role in site.roles
	some prefix in role.images
	image.under(image.current.repository, prefix)
}

# METADATA
# description: the one role of the container, or nothing
default current := {}

current := site.roles[name] if {
	count(names) == 1
	some name in names
}

# METADATA
# description: capabilities the role may add
default capabilities := []

capabilities := current.capabilities if is_array(current.capabilities)

# METADATA
# description: kernel parameters the role may set, with their values
default sysctls := {}

sysctls := current.sysctls if is_object(current.sysctls)
