# METADATA
# title: The decision
# description: |
#   Collects what every rule under data.airlock.rules reports. Nobody edits this file to add a rule: the rule's id is
#   its path. A request is allowed only if the input is well formed for its operation and no rule reports anything.
# entrypoint: true
# schemas:
#   - input: schema.input
package airlock.main

import future.keywords.not

import data.airlock.lib.operation
import data.airlock.lib.waiver

# METADATA
# description: what a caller asks for, all parts from one evaluation of the rules
decision := {"allow": allow, "violations": violations, "waived": waived}

default allow := false

# Most requests break no rule, and then nobody has to look for waivers.
allow if {
	operation.well_formed
	count(judged) == 0
}

allow if {
	operation.well_formed
	count(violations) == 0
}

# METADATA
# description: what keeps a request from being admitted
violations contains found if {
	some found in judged
	not found.waivers
}

# METADATA
# description: what a rule reports and somebody has set aside, with who, why and until when
waived contains found if {
	some found in judged
	found.waivers
}

# METADATA
# description: operations that callers can be given and the glass can be broken for
openable := sort(object.keys(operation.opens))

# METADATA
# description: rules that no exception sets aside, with the reason
unwaivable := waiver.never

# METADATA
# description: everything reported, with the id of its rule and what sets it aside; rules of category api judge every operation
judged contains waiver.judged(concat("/", ["api", rule]), found) if {
	some rule
	some found in data.airlock.rules.api[rule].deny
}

# METADATA
# description: rules of every other category judge a subject, so an operation without one need not ask them
judged contains waiver.judged(concat("/", [category, rule]), found) if {
	not input.subject == "none"
	not operation.narrowed[input.operation]
	not operation.closed
	some category, rule
	some found in data.airlock.rules[category][rule].deny
}

# METADATA
# description: some operations are judged by a few rules only
judged contains waiver.judged(id, found) if {
	some id in operation.narrowed[input.operation]
	not operation.closed
	[category, rule] := split(id, "/")
	some found in data.airlock.rules[category][rule].deny
}
