package airlock.rules.image.vulnerabilities_test

import data.airlock.lib.example
import data.airlock.rules.image.vulnerabilities as rule

at(path) := concat("", ["/container/image/evidence", path])

finding(id) := {"id": id, "severity": "HIGH", "package": "openssl", "fixed": "3.0.15"}

# The example with findings of severity HIGH.
found(ids) := [
	example.set(at("/scans/0/counts/HIGH"), count(ids)),
	example.set(at("/scans/0/findings"), [finding(id) | some id in ids]),
]

many := [sprintf("CVE-2026-%d", [1000 + n]) | some n in numbers.range(1, 11)]

listed := "HIGH: 11 (CVE-2026-1001, CVE-2026-1002, CVE-2026-1003, CVE-2026-1004, CVE-2026-1005, CVE-2026-1006, CVE-2026-1007, CVE-2026-1008, CVE-2026-1009, CVE-2026-1010, ...)"

older := object.union(example.evidence.scans[0], {"finished": example.now - 172800})

cases := {
	"findings of other severities are admitted": {"patch": [], "found": set()},
	"a blocked severity is denied": {"patch": found(["CVE-2026-1"]), "found": {["Image", "HIGH: 1 (CVE-2026-1)"]}},
	"each severity is told": {
		"patch": array.concat(found(["CVE-2026-1"]), [example.set(at("/scans/0/counts/CRITICAL"), 2)]),
		"found": {["Image", "HIGH: 1 (CVE-2026-1)"], ["Image", "CRITICAL: 2 ()"]},
	},
	"many are cut short": {"patch": found(many), "found": {["Image", listed]}},
	"a clean scan of the same second does not help": {
		"patch": array.concat(found(["CVE-2026-1"]), [example.set(at("/scans/1"), example.evidence.scans[0])]),
		"found": {["Image", "HIGH: 1 (CVE-2026-1)"]},
	},
	"nor does one before it": {
		"patch": array.concat(found(["CVE-2026-1"]), [example.set(at("/scans/0"), example.evidence.scans[0])]),
		"found": {["Image", "HIGH: 1 (CVE-2026-1)"]},
	},
	"an older clean scan does not help": {
		"patch": array.concat(found(["CVE-2026-1"]), [example.set(at("/scans/1"), older)]),
		"found": {["Image", "HIGH: 1 (CVE-2026-1)"]},
	},
	"an older bad scan does not harm": {
		"patch": [example.set(at("/scans"), [
			example.evidence.scans[0],
			json.patch(older, [{"op": "replace", "path": "/counts/HIGH", "value": 3}]),
		])],
		"found": set(),
	},
	"a count below nothing is denied": {"patch": [example.set(at("/scans/0/counts/HIGH"), -1)], "found": {["Image", "HIGH: -1 ()"]}},
	"a count that is lost is denied": {"patch": [example.set(at("/scans/0/counts/HIGH"), null)], "found": {["Image", "HIGH: null ()"]}},
	"no scan is for another rule": {"patch": [example.set(at("/scans"), [])], "found": set()},
	"absent is for another rule": {"patch": [example.without("/container/image/evidence")], "found": set()},
	"null is for another rule": {"patch": [example.set("/container/image/evidence", null)], "found": set()},
}

test_vulnerabilities[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.create, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.create, found(["CVE-2026-1"]))
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "Image", "got": "HIGH: 1 (CVE-2026-1)", "want": "no finding of this severity"}}
}

test_twin if {
	document := json.patch(example.create, found(["CVE-2026-1"]))
	example.fired(document) == {"image/vulnerabilities"}
	example.admitted(document) == false
}

excepted(change) := json.patch(example.site, [example.set("/scan/exceptions", [object.union(
	{
		"image": "registry.internal/openclaw/worker",
		"vulnerability": "CVE-2026-1",
		"reason": "not reachable",
		"ticket": "OPS-1",
		"expires": example.now + 1,
	},
	change,
)])])

exceptions := {
	"of the repository": {"site": excepted({}), "found": set()},
	"of the digest": {
		"site": excepted({"image": concat("@", ["registry.internal/openclaw/worker", example.digest])}),
		"found": set(),
	},
	"of another digest": {
		"site": excepted({"image": "registry.internal/openclaw/worker@sha256:00"}),
		"found": {"HIGH: 1 (CVE-2026-1)"},
	},
	"of another repository": {"site": excepted({"image": "registry.internal/openclaw/work"}), "found": {"HIGH: 1 (CVE-2026-1)"}},
	"of another vulnerability": {"site": excepted({"vulnerability": "CVE-2026-12"}), "found": {"HIGH: 1 (CVE-2026-1)"}},
	"that has expired": {"site": excepted({"expires": example.now}), "found": {"HIGH: 1 (CVE-2026-1)"}},
}

test_exception[name] if {
	some name, case in exceptions
	reported := rule.deny with input as json.patch(example.create, found(["CVE-2026-1"])) with data.site as case.site
	{violation.got | some violation in reported} == case.found
}

test_a_finding_that_is_not_listed_cannot_be_excepted if {
	document := json.patch(example.create, array.concat(found(["CVE-2026-1"]), [example.set(at("/scans/0/counts/HIGH"), 2)]))
	reported := rule.deny with input as document with data.site as excepted({})
	{violation.got | some violation in reported} == {"HIGH: 1 ()"}
}

test_a_site_that_asks_for_none if {
	site := json.patch(example.site, [example.set("/scan/required", false)])
	rule.deny == set() with input as json.patch(example.create, found(["CVE-2026-1"])) with data.site as site
}

test_without_a_list_every_severity_is_blocked if {
	site := json.patch(example.site, [example.without("/scan/block")])
	reported := rule.deny with input as example.create with data.site as site
	{violation.got | some violation in reported} == {"MEDIUM: 2 (CVE-2026-0001, CVE-2026-0002)"}
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
}
