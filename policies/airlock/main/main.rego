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

default allow := false

allow if {
	input.version == 1
	well_formed
	count(violations) == 0
}

# Every operation that is decided must carry its subject; a view that lost it must not pass for want of fields.
default well_formed := false

well_formed if {
	input.subject == "none"
}

well_formed if {
	input.subject == "container"
	is_object(input.container)
	is_object(input.engine)
}

well_formed if {
	input.subject == "image"
	is_object(input.image)
}

# METADATA
# description: every violation with the id of its rule
violations contains object.union(found, {"rule": concat("/", [category, rule])}) if {
	some category, rule
	some found in data.airlock.rules[category][rule].deny
}
