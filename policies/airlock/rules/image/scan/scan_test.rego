package airlock.rules.image.scan_test

import data.airlock.lib.example
import data.airlock.rules.image.scan as rule

at(path) := concat("", ["/container/image/evidence", path])

want := "a scan by a key of scan.keys, at most 168 hours old"

finished(age) := [example.set(at("/scans/0/finished"), example.now - age)]

future := "scanned in the future: the scanner's clock or this host's is wrong"

scan(key, age) := object.union(example.evidence.scans[0], {"key": key, "finished": example.now - age})

cases := {
	"a scan of yesterday is admitted": {"patch": [], "found": set()},
	"a scan of this second is admitted": {"patch": finished(0), "found": set()},
	"a clock that differs a little is admitted": {"patch": finished(-300), "found": set()},
	"a scan at the limit is admitted": {"patch": finished(604800), "found": set()},
	"a scan beyond the limit is denied": {"patch": finished(608401), "found": {["Image", "scanned 169 hours ago"]}},
	"a scan of the future is denied": {"patch": finished(-301), "found": {["Image", future]}},
	"a future scan beside a good one is denied": {
		"patch": [example.set(at("/scans"), [scan("scanner", 60), scan("scanner", -86400)])],
		"found": {["Image", future]},
	},
	"the newest of several is admitted, in any order": {
		"patch": [example.set(at("/scans"), [scan("scanner", 8640000), scan("scanner", 60)])],
		"found": set(),
	},
	"a newer scan by another key does not count": {
		"patch": [example.set(at("/scans"), [scan("release", 60), scan("scanner", 608401)])],
		"found": {["Image", "scanned 169 hours ago"]},
	},
	"no scan is denied": {"patch": [example.set(at("/scans"), [])], "found": {["Image", "none by a trusted key"]}},
	"a registry that does not answer is denied": {
		"patch": [example.set(at("/origin"), "unreachable"), example.set(at("/error"), "connection")],
		"found": {["Image", "the registry does not answer: connection"]},
	},
	"absent is denied": {"patch": [example.without(at("/scans"))], "found": {["Image", "none by a trusted key"]}},
	"null is denied": {"patch": [example.set("/container/image/evidence", null)], "found": {["Image", "nothing was looked up"]}},
	"wrong type is denied": {"patch": [example.set(at("/scans/0/finished"), "today")], "found": {["Image", "nothing that can be read"]}},
	"a time that is lost is denied": {"patch": [example.set(at("/scans/0/finished"), null)], "found": {["Image", "nothing that can be read"]}},
	"no time is denied": {"patch": [example.without("/time")], "found": {["Image", "nothing that can be read"]}},
}

test_scan[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, finished(608401))
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Image", "got": "scanned 169 hours ago", "want": want}}
}

test_twin if {
	document := json.patch(example.create, finished(608401))
	example.fired(document) == {"image/scan"}
	example.admitted(document) == false
}

test_a_site_that_asks_for_none if {
	site := json.patch(example.site, [example.set("/scan/required", false)])
	rule.deny == set() with input as json.patch(example.create, finished(608401)) with data.site as site
}

test_a_site_that_does_not_say_asks_for_one[name] if {
	some name, patch in {
		"no section": [example.without("/scan")],
		"no age": [example.without("/scan/max_age")],
		"an age of no kind": [example.set("/scan/max_age", null)],
		"null": [example.set("/scan/required", null)],
	}
	document := json.patch(example.create, finished(608401))
	reported := rule.deny with input as document with data.site as json.patch(example.site, patch)
	count(reported) == 1
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
