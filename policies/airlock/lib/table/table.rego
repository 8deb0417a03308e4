# METADATA
# title: The table of operations
# description: |
#   Every operation with its treatment, in words for people: what `airlock rules` and the documentation show. It decides
#   nothing; lib.operation does.
package airlock.lib.table

import future.keywords.not

import data.airlock.lib.operation

# METADATA
# description: all of them, as a list
rows := [entry | some entry in entries]

# METADATA
# description: an operation without a subject is admitted for the reason given
entries contains row(name, "granted", why, "none") if {
	operation.subjects[name] == "none"
	why := object.get(operation.granted, name, "")
}

# METADATA
# description: one with a subject is admitted when no rule about that subject objects
entries contains row(name, "judged", sprintf("as %v", [subject]), subject) if {
	subject := operation.subjects[name]
	not subject == "none"
}

# METADATA
# description: some are denied to whoever was not given them
entries contains row(name, "openable", why, "") if some name, why in operation.openable

# METADATA
# description: the others are denied to everybody
entries contains row(name, "refused", why, "") if some name, why in operation.refused

# Narrowed: the rules that alone judge it; null when those of its subject do.
row(name, treatment, why, subject) := {
	"operation": name, "treatment": treatment, "why": why, "subject": subject,
	"narrowed": narrowed(name),
}

default narrowed(_) := null

narrowed(name) := [id | some id in operation.narrowed[name]] if operation.narrowed[name]
