# METADATA
# title: What the airgap map shows
# description: |
#   The words of the rules for every container and network of the topology, for those who draw it. Nothing is decided
#   here.
# schemas:
#   - input: schema.input
package airlock.lib.map

import future.keywords.not

import data.airlock.lib.network
import data.airlock.lib.role

# METADATA
# description: everything at once
described := {"roles": roles, "exits": exits, "classes": classes}

# METADATA
# description: the role each container has earned; "" without one
roles := {member.id: role_of(member.repository, member.digest) | some member in input.topology.containers}

# METADATA
# description: containers that no way leads on through
exits := {member.id: network.exit(member.repository, member.digest) |
	some member in input.topology.containers
	network.exit(member.repository, member.digest)
}

# METADATA
# description: the class of each network by the live object; "none" for one that nobody may join
classes := {live.id: class_of(live) | some live in input.topology.networks}

default role_of(_, _) := ""

role_of(repository, digest) := name if {
	names := role.claiming(repository, digest)
	count(names) == 1
	some name in names
}

default class_of(_) := "none"

class_of(live) := network.class(live.name) if network.conforms(live)
