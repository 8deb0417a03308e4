# METADATA
# title: Who reaches whom
# description: |
#   Containers that share a network reach each other, and what they reach can be reached through them. Only a container
#   in two networks or more leads from one to another, so the graph has networks for nodes and such containers for
#   edges. It is the engine's answer to this request: the topology, without the container the request is about.
# schemas:
#   - input: schema.input
package airlock.lib.graph

import future.keywords.not

import data.airlock.lib.network

# METADATA
# description: the networks of the container's own side that it will be in; from here the walk starts
starts contains joined.id if {
	some joined in network.joined
	network.home(joined)
}

# METADATA
# description: |
#   The containers that lead from one network to another, or to the host; exits choose what passes. Most containers are
#   in one network, so they are found by a second one.
bridging contains member if {
	some member in candidates
	not member.id == input.container.id
	not network.exit(member.repository, member.digest)
}

candidates contains member if {
	some i
	input.topology.containers[i].networks[1]
	member := input.topology.containers[i]
}

# Counting the plain ones first spares a second look at each where all are.
candidates contains member if {
	containers := input.topology.containers
	count([1 | some member in containers; modes[member.mode]; is_array(member.networks)]) < count(containers)
	some member in containers
	not plain(member)
}

plain(member) if {
	modes[member.mode]
	is_array(member.networks)
}

# The modes in which a container's networks are all it reaches.
modes := {"bridge", "container", "network", "none"}

# METADATA
# description: the networks a container is in, by ID; the host is one of them for a container without namespace
nodes(member) := {id |
	some reference in member.networks
	some id in ids(reference)
} | {"the host" | not modes[member.mode]}

ids(reference) := {reference} if {
	live[reference]
} else := found if {
	found := {id | some id, candidate in live; candidate.name == reference}
	count(found) > 0
} else := {reference}

# METADATA
# description: live networks by ID
live[candidate.id] := candidate if some candidate in input.topology.networks

hops[from] contains to if {
	some member in bridging
	reach := nodes(member)
	some from in reach
	some to in reach
}

# METADATA
# description: every network the container reaches through others
reached := graph.reachable(hops, starts) if count(starts) > 0

# METADATA
# description: a reached network belongs to the container's own side
harmless(id) if network.home(live[id])

# METADATA
# description: what people call a network
label(id) := live[id].name if {
	is_string(live[id].name)
} else := id

# METADATA
# description: the containers that lead there
through(id) := {member.name |
	some member in bridging
	id in nodes(member)
}
