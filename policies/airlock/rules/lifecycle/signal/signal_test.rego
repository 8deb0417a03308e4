package airlock.rules.lifecycle.signal_test

import data.airlock.lib.example
import data.airlock.rules.lifecycle.signal as rule

query(value) := [example.set("/request/query", {"signal": value})]

found(got) := {["query signal", got]}

own(signal, given) := array.concat([example.set("/container/process/stop_signal", signal)], query([given]))

cases := {
	"absent is admitted": {"patch": [], "found": set()},
	"empty is admitted": {"patch": query([""]), "found": set()},
	"a name is admitted": {"patch": query(["SIGTERM"]), "found": set()},
	"a short name is admitted": {"patch": query(["kill"]), "found": set()},
	"a number is admitted": {"patch": query(["9"]), "found": set()},
	"a new size of the terminal is admitted": {"patch": query(["SIGWINCH"]), "found": set()},
	"the container's own is admitted": {"patch": own("SIGUSR1", "usr1"), "found": set()},
	"another than the container's own is denied": {"patch": own("SIGUSR1", "SIGUSR2"), "found": found(["SIGUSR2"])},
	"a container that says nothing has none": {"patch": array.concat([example.set("/container/process", null)], query(["SIGUSR2"])), "found": found(["SIGUSR2"])},
	"freezing is denied": {"patch": query(["SIGSTOP"]), "found": found(["SIGSTOP"])},
	"waking is denied": {"patch": query(["18"]), "found": found(["18"])},
	"a real-time signal is denied": {"patch": query(["RTMIN+3"]), "found": found(["RTMIN+3"])},
	"an odd number is denied": {"patch": query(["09"]), "found": found(["09"])},
	"two are denied": {"patch": query(["TERM", "USR1"]), "found": found(["TERM", "USR1"])},
	"null is denied": {"patch": query(null), "found": found(null)},
	"wrong type is denied": {"patch": query("TERM"), "found": found("TERM")},
	"a value of a wrong type is denied": {"patch": query([9]), "found": found([9])},
	"an absent query is denied": {"patch": [example.without("/request/query")], "found": found(null)},
}

test_signal[name] if {
	some name, case in cases
	some operation in ["container.stop", "container.kill"]
	document := json.patch(example.stop, array.concat([example.set("/operation", operation)], case.patch))
	reported := rule.deny with input as document with data.site as example.site
	{[violation.field, violation.got] | some violation in reported} == case.found
}

test_whole_violation if {
	reported := rule.deny with input as json.patch(example.stop, query(["STOP"])) with data.site as example.site
	reported == {{"field": "query signal", "got": ["STOP"], "want": "TERM, INT, QUIT, HUP, KILL, WINCH, or the container's own stop signal"}}
}

test_twin[operation] if {
	some operation, document in {"container.kill": example.stop, "container.stop": example.stop, "container.restart": example.start}
	changed := array.concat([example.set("/operation", operation)], query(["STOP"]))
	example.fired(json.patch(document, changed)) == {"lifecycle/signal"}
	example.admitted(json.patch(document, changed)) == false
	example.admitted(json.patch(document, [example.set("/operation", operation)]))
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
