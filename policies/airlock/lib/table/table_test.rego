package airlock.lib.table_test

import data.airlock.lib.operation
import data.airlock.lib.table

row(name) := found if {
	some found in table.rows
	found.operation == name
}

test_every_granted_operation_says_why if {
	object.keys(operation.granted) == {name | some name, "none" in operation.subjects}
	every why in operation.granted {
		count(why) > 10
	}
}

test_granted if {
	row("system.ping") == {
		"operation": "system.ping", "treatment": "granted", "subject": "none",
		"why": "answers OK; clients negotiate the version by it", "narrowed": null,
	}
}

test_judged if {
	row("image.pull") == {
		"operation": "image.pull", "treatment": "judged", "subject": "image", "why": "as image", "narrowed": null,
	}
}

test_judged_by_few if row("network.disconnect").narrowed == ["airgap/disconnect"]

test_openable if row("image.remove").treatment == "openable"

test_refused if row("image.load").treatment == "refused"

test_each_operation_once if {
	tables := [operation.subjects, operation.openable, operation.refused]
	count(table.rows) == sum([count(each) | some each in tables])
}
