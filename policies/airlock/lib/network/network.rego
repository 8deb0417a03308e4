# METADATA
# title: Networks
# description: |
#   What kind of network each one is, by the live object and never by what a request says of it, and which kinds a role
#   may be in. A network the site names is egress or a segment; every other one is airgap class, from which nothing but
#   its own members can be reached, or it is none and nobody joins it.
# schemas:
#   - input: schema.input
package airlock.lib.network

import future.keywords.not

import data.airlock.lib.role
import data.airlock.lib.site

# METADATA
# description: names of the networks exits use
default egress := []

egress := data.site.networks.egress if is_array(data.site.networks.egress)

# METADATA
# description: names of the networks for those who read what comes out of the airgap
default segments := []

segments := data.site.networks.segments if is_array(data.site.networks.segments)

# METADATA
# description: what a network of this name has to be
class(name) := "egress" if {
	name in egress
} else := "segment" if {
	name in segments
} else := "airgap"

# METADATA
# description: every network that may exist has these properties
plain := {
	"driver": "bridge",
	"scope": "local",
	"ipv6": false,
	"attachable": false,
	"ingress": false,
	"config_only": false,
	"config_from": "",
}

# METADATA
# description: |
#   An internal network is not routed. That alone is no airgap, since the host still answers at the bridge's address:
#   see isolating.
closed := object.union(plain, {"internal": true})

# METADATA
# description: the properties a network of a class has
properties("airgap") := closed

properties("egress") := plain

properties("segment") := plain

# METADATA
# description: addresses come from the engine
addresses := {"driver": "default", "options": [], "auxiliary": []}

# METADATA
# description: the network is what its name demands
conforms(network) if shaped(class(network.name), network)

conforms(network) if {
	class(network.name) == "segment"
	shaped("airgap", network)
}

# METADATA
# description: the network has every property of the class, whatever its name
shaped(kind, network) if {
	is_string(network.name)
	required := properties(kind)
	object.filter(network, required) == required
	is_object(network.ipam)
	object.filter(network.ipam, addresses) == addresses
	options(kind, network.options)
}

options("airgap", given) if {
	given[inhibit] == "true"
	every name, value in given {
		isolating[name] == value
	}
}

options(kind, given) if {
	kind in {"egress", "segment"}
	is_object(given)
	every name, value in given {
		tuning(name, value)
	}
}

# METADATA
# description: the option that takes the bridge's address away, on every engine
inhibit := "com.docker.network.bridge.inhibit_ipv4"

# METADATA
# description: the options an airgap network may carry; older engines show the isolated ones and ignore them
isolating := {
	inhibit: "true",
	"com.docker.network.bridge.gateway_mode_ipv4": "isolated",
	"com.docker.network.bridge.gateway_mode_ipv6": "isolated",
}

# METADATA
# description: the options any other network may carry
tuning("com.docker.network.bridge.enable_icc", value) if value in {"false", "true"}

tuning("com.docker.network.driver.mtu", value) if {
	is_string(value)
	regex.match(`^[1-9][0-9]{1,4}$`, value)
}

# METADATA
# description: |
#   What keeps a network from being what its name demands, each with the option to make it with. Empty for one that
#   conforms.
flaws(network) := set() if {
	conforms(network)
} else := union({name_flaws(network), shape_flaws(network), address_flaws(network), option_flaws(network)})

name_flaws(network) := {{"property": "name", "field": "Name", "got": object.get(network, "name", null), "want": "a name"} |
	not is_string(network.name)
}

shape_flaws(network) := {flaw |
	some property, good in properties(kind(network))
	not network[property] == good
	[field, want] := remedies[property]
	flaw := {"property": property, "field": field, "got": object.get(network, property, null), "want": want}
}

address_flaws(network) := {flaw |
	some key, good in addresses
	not network.ipam[key] == good
	[field, want] := address_remedies[key]
	flaw := {"property": "addresses", "field": field, "got": object.get(network, ["ipam", key], null), "want": want}
}

remedies := {
	"driver": ["Driver", "bridge (--driver bridge)"],
	"scope": ["Scope", "local (without --scope)"],
	"internal": ["Internal", "true (--internal)"],
	"ipv6": ["EnableIPv6", "false (without --ipv6 and without an IPv6 --subnet)"],
	"attachable": ["Attachable", "false (without --attachable)"],
	"ingress": ["Ingress", "false (without --ingress)"],
	"config_only": ["ConfigOnly", "false (without --config-only)"],
	"config_from": ["ConfigFrom.Network", "none (without --config-from)"],
}

address_remedies := {
	"driver": ["IPAM.Driver", "default (without --ipam-driver)"],
	"options": ["IPAM.Options", "none (without --ipam-opt)"],
	"auxiliary": ["IPAM.Config.AuxiliaryAddresses", "none (without --aux-address)"],
}

option_flaws(network) := union({lacking_options(network), strange_options(network), no_options(network)})

lacking_options(network) := {flaw |
	kind(network) == "airgap"
	not network.options[inhibit] == "true"
	flaw := {
		"property": "options",
		"field": concat(".", ["Options", inhibit]),
		"got": object.get(network, ["options", inhibit], null),
		"want": sprintf("true (--opt %s=true)", [inhibit]),
	}
}

strange_options(network) := {flaw |
	some name, value in network.options
	not option(kind(network), name, value)
	flaw := {
		"property": "options",
		"field": sprintf("Options.%v", [name]),
		"got": value,
		"want": sprintf("%s (without --opt %v)", [allowed[kind(network)], name]),
	}
}

no_options(network) := {flaw |
	not is_object(network.options)
	flaw := {
		"property": "options",
		"field": "Options",
		"got": object.get(network, "options", null),
		"want": allowed[kind(network)],
	}
}

kind(network) := class(object.get(network, "name", ""))

# Whether the inhibiting option has its value is asked apart, since it must be there.
option("airgap", name, _) if name == inhibit

option("airgap", name, value) if isolating[name] == value

option("egress", name, value) if tuning(name, value)

option("segment", name, value) if tuning(name, value)

allowed := {
	"airgap": "inhibit_ipv4 true and gateway modes isolated, nothing else",
	"egress": "enable_icc and mtu, nothing else",
	"segment": "enable_icc and mtu, nothing else",
}

# METADATA
# description: what is wrong with the network an operation is about
subject_flaws := flaws(input.network) if input.subject == "network"

# METADATA
# description: every live network the container will be in, each once
joined contains attachment.network if {
	some attachment in input.container.network.attached
	attachment.matches == 1
	is_object(attachment.network)
}

# METADATA
# description: the place of the request that names a network
default field(_) := "NetworkingConfig.EndpointsConfig"

field(network) := min(fields) if {
	fields := {attachment.field |
		some attachment in input.container.network.attached
		attachment.network == network
		is_string(attachment.field)
	}
	count(fields) > 0
}

# METADATA
# description: |
#   The live networks a reference of the request stands for: its own name or ID before the beginning of an ID, as the
#   engine reads it.
named(reference) := found if {
	found := {live |
		some live in joined
		reference in [live.name, live.id]
	}
	count(found) > 0
} else := {attachment.network |
	some attachment in input.container.network.attached
	attachment.matches == 1
	begins(attachment, reference)
}

begins(attachment, reference) if attachment.reference == reference

begins(attachment, reference) if {
	is_string(reference)
	not reference == ""
	is_string(attachment.network.id)
	startswith(attachment.network.id, reference)
}

# METADATA
# description: |
#   What the networks of a role make of it: an exit passes on what it chooses to, a reader stands outside of the airgap,
#   everyone else stands within. A role that would join exits to segments is none of them and may be in no network.
position(rights) := "exit" if {
	leads(rights, egress)
	not leads(rights, segments)
} else := "reader" if {
	leads(rights, segments)
	not leads(rights, egress)
} else := "within" if {
	not leads(rights, segments)
	not leads(rights, egress)
} else := "torn"

leads(rights, names) if {
	some name in rights.networks
	name in names
}

# METADATA
# description: where the container stands
subject_position := position(role.current)

# METADATA
# description: a container of this image passes on what it chooses to, so that no way leads on through it
exit(repository, digest) if {
	names := role.claiming(repository, digest)
	count(names) == 1
	some name in names
	position(site.roles[name]) == "exit"
}

# METADATA
# description: the container may be in a network of this name
permitted(name) if {
	subject_position in {"exit", "within"}
	class(name) == "airgap"
}

permitted(name) if {
	subject_position == "exit"
	class(name) == "egress"
	name in role.current.networks
}

permitted(name) if {
	subject_position == "reader"
	class(name) == "segment"
	name in role.current.networks
}

# METADATA
# description: |
#   The networks the container's own side consists of: for a reader its segments, for everyone else the airgap. From
#   there no other network may be reachable, but through an exit.
home(network) if {
	permitted(network.name)
	not class(network.name) == "egress"
	conforms(network)
}

# METADATA
# description: the roles that protect an image's containers
protecting(repository, digest) := {name |
	some name in role.claiming(repository, digest)
	not object.get(site.roles[name], "protected", false) == false
}

# METADATA
# description: no role that protects its containers claims the container's image
unprotected if {
	is_string(input.container.image.repository)
	count(protecting(input.container.image.repository, input.container.image.digest)) == 0
}
