# METADATA
# title: Secrets that were found
# description: |
#   What the scanner reports: the place, the field and the pattern of each secret. A list that is not there counts as a
#   secret of every place, and one of an unknown place as an argument: nobody may go free because nobody can tell.
# schemas:
#   - input: schema.input
package airlock.lib.finding

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: |
#   the secrets of one place in what the input has under `holder`: "container", or "exec" for a further process in it;
#   `field` stands for a list that is not there
secrets(holder, wanted, field) := [{"field": violation.member(found, "field"), "pattern": violation.member(found, "pattern")} |
	some found in input[holder].findings
	place(holder, found) == wanted
] if {
	is_array(input[holder].findings)
} else := [{"field": field, "pattern": object.get(input, [holder, "findings"], null)}]

place(holder, found) := found.place if {
	found.place in places[holder]
} else := "arguments"

places := {"container": {"environment", "labels", "image"}, "exec": {"environment"}}
