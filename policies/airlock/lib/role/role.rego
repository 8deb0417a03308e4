# METADATA
# title: The role of a container
# description: |
#   A role is earned by the image, by its repository or by its digest, and by nothing a client can choose freely (name,
#   label, network). An image that two roles claim has none, and a container without a role has the least rights.
# schemas:
#   - input: schema.input
package airlock.lib.role

import future.keywords.not

import data.airlock.lib.image
import data.airlock.lib.site

# METADATA
# description: every role that claims the image
default names := set()

names := claiming(image.current.repository, image.current.digest)

# METADATA
# description: |
#   The roles that claim an image: those that have its repository under one of their prefixes, and those that have its
#   repository with this very digest.
claiming(repository, digest) := {name |
	some name, rights in site.roles
	claimed(rights, repository, digest)
}

claimed(rights, repository, _) if {
	some prefix in rights.images
	image.under(repository, prefix)
}

claimed(rights, repository, digest) if rights.pinned[repository][digest] == true

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
# description: volumes the role may mount, name to ro or rw
default volumes := {}

volumes := current.volumes if is_object(current.volumes)

# METADATA
# description: files of the site's directory of secrets the role may mount
default secrets := []

secrets := current.secrets if is_array(current.secrets)

# METADATA
# description: kernel parameters the role may set, with their values
default sysctls := {}

sysctls := current.sysctls if is_object(current.sysctls)
