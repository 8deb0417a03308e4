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

# METADATA
# description: what a caller asks for, both parts from one evaluation of the rules
decision := {"allow": allow, "violations": violations}

default allow := false

allow if {
	operation.well_formed
	count(violations) == 0
}

# METADATA
# description: every violation with the id of its rule; rules of category api judge every operation
violations contains object.union(found, {"rule": concat("/", ["api", rule])}) if {
	some rule
	some found in data.airlock.rules.api[rule].deny
}

# METADATA
# description: rules of every other category judge a subject, so an operation without one need not ask them
violations contains object.union(found, {"rule": concat("/", [category, rule])}) if {
	not input.subject == "none"
	not operation.narrowed[input.operation]
	some category, rule
	some found in data.airlock.rules[category][rule].deny
}

# METADATA
# description: some operations are judged by a few rules only
violations contains object.union(found, {"rule": id}) if {
	some id in operation.narrowed[input.operation]
	[category, rule] := split(id, "/")
	some found in data.airlock.rules[category][rule].deny
}
