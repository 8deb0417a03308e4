# METADATA
# title: The shape of a violation
package airlock.lib.violation

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
# description: a violation with a value the rule has at hand
with_value(field, got, want) := {"field": field, "got": got, "want": want}
