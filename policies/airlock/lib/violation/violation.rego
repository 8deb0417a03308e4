# METADATA
# title: The shape of a violation
# description: |
#   Every function here is total. A head that refers to something undefined is dropped in silence, and the violation
#   with it; so a value that is not there becomes null instead.
package airlock.lib.violation

import future.keywords.not

# METADATA
# description: |
#   A violation at a field of the request. `path` is where the value stands below input.container; a value that is not
#   there is reported as null, so that a missing value never hides the violation.
container(field, path, want) := {
	"field": field,
	"got": object.get(input, array.concat(["container"], path), null),
	"want": want,
}

# METADATA
# description: the same for a value anywhere in the input
at(field, path, want) := {
	"field": field,
	"got": object.get(input, path, null),
	"want": want,
}

# METADATA
# description: a violation with a value the rule has at hand
with_value(field, got, want) := {"field": field, "got": got, "want": want}

# METADATA
# description: a member of a value the rule has at hand; null when there is none
default member(_, _) := null

member(value, key) := value[key]

# METADATA
# description: how a range is told to people
between(low, high) := sprintf("%v to %v", [low, high])
