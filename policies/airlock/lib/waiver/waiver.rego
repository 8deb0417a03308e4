# METADATA
# title: Waivers
# description: |
#   What sets a violation aside: an exception of the site, the right of a caller, or the broken glass. Asked only about
#   what a rule has reported, so a request that breaks no rule never comes here. A waived violation is no reason to deny;
#   it stays in the decision with who set it aside.
# schemas:
#   - input: schema.input
package airlock.lib.waiver

import future.keywords.not

import data.airlock.lib.image
import data.airlock.lib.operation
import data.airlock.lib.site

# METADATA
# description: |
#   What a rule has reported, with the rule's id, with what sets it aside (waivers) or did so until it expired (lapsed),
#   and with what root on the host can do where it helps (breakglass).
judged(rule, found) := object.union(found, {"rule": rule}) if {
	not waived
} else := object.union_n([found, {"rule": rule}, hint(rule), remarks(rule, found)])

# Whether anything at all may set a violation aside. Mostly nothing does, and then nobody looks for it.
waived if count(site.exceptions) > 0

waived if operation.opens[input.operation]

default hint(_) := {}

hint(rule) := {"breakglass": concat(" ", ["airlock breakglass --for 15m --reason WHY", input.operation])} if {
	rule in operation.opens[input.operation]
}

default remarks(_, _) := {}

remarks(rule, found) := {"waivers": sort(waivers)} if {
	waivers := of(rule, found)
	not waivers == set()
} else := {"lapsed": told(matching(rule, found)[0])}

# METADATA
# description: everything that sets the violation aside now
of(rule, found) := ({exception |
	some entry in matching(rule, found)
	unexpired(entry)
	exception := told(entry)
} | rights(rule)) | glass(rule)

# METADATA
# description: |
#   Rules that no exception sets aside, with the reason. Those of category api are not listed: what they find was not
#   understood, so nobody can know what an exception would let in.
never := {
	"hardening/privileged": "a privileged container is root on the host, whatever else is asked of it",
	"filesystem/mount-propagation": "mounts made inside would appear on the host",
	"swarm/runtime": "a service of another runtime installs a plugin, which is root on every node of the swarm",
}

# METADATA
# description: an exception may set the rule aside
waivable(rule) if {
	not startswith(rule, "api/")
	not never[rule]
}

# Exceptions for the rule and for what the violation is about, in the order of the site data.
matching(rule, found) := [entry |
	some entry in site.exceptions
	entry.rule == rule
	waivable(rule)
	entry.subject in subjects(found)
]

# An exception ends even where the time is lost.
unexpired(entry) if {
	is_number(entry.expires)
	is_number(input.time)
	input.time > 0
	input.time < entry.expires
}

told(entry) := {
	"by": "exception",
	"name": entry.subject,
	"reason": entry.reason,
	"ticket": entry.ticket,
	"until": entry.expires,
}

# METADATA
# description: |
#   What a violation is about, by names a client does not choose freely: the image of a container, with its digest; the
#   network, volume or service the request makes or removes; and a network or volume that what the rule got names.
subjects(found) := about | {subject |
	some kind in ["network", "volume"]
	subject := named(kind, object.get(found, ["got", kind], null))
}

about contains sprintf("image:%v@%v", [image.current.repository, image.current.digest]) if {
	not image.current.digest == ""
}

about contains named(kind, object.get(input, [kind, "name"], null)) if some kind in ["network", "service", "volume"]

named(kind, name) := concat(":", [kind, name]) if is_string(name)

# The right of a caller whom the engine knows by a certificate. Whoever comes by the socket has no name.
rights(rule) := {right |
	rule in operation.opens[input.operation]
	input.caller.auth == "TLS"
	some name, caller in site.callers
	input.caller.name in caller.tls
	input.operation in caller.operations
	right := {"by": "caller", "name": name, "reason": "", "ticket": "", "until": 0}
}

# The gate says whether the glass is broken at this moment; it alone keeps the time for it.
glass(rule) := {broken |
	input.operation in input.breakglass.operations
	rule in operation.opens[input.operation]
	broken := {
		"by": "breakglass",
		"name": input.breakglass.id,
		"reason": input.breakglass.reason,
		"ticket": input.breakglass.ticket,
		"until": input.breakglass.until,
	}
}
