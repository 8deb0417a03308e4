package refusal

import "slices"

// Rules about whom and what a request speaks of, rather than how it is spelled.
const (
	OwnCall         Rule = "api/own-call"          // claims to be the gate's own look-up
	NoSuchContainer Rule = "api/no-such-container" // names a container the engine does not have
	OtherContainer  Rule = "api/other-container"   // the engine answered about another container than the one named
	NoSuchExec      Rule = "api/no-such-exec"      // names a process of a container that the engine does not have
	NoSuchNetwork   Rule = "api/no-such-network"   // names no network the engine has, or more than one
)

// Explanation is what a reader is told about a rule: what it is for, how grave, how to mend a request that fell under it.
type Explanation struct {
	Rule        Rule
	Title       string // imperative or plain statement, constant, no value
	Severity    string // "critical", "high", "medium", "low"
	Description string // the threat
	Docker      string // remedy for users of the docker CLI
	Compose     string // remedy for users of compose
}

const (
	useClient = "Use an unmodified docker CLI or SDK; it never sends this."
	dropField = "Remove the field, or use an engine and a gate that both know it."
)

// explanations is a read-only table, one row a rule.
var explanations = []Explanation{
	{UnknownEndpoint, "Endpoint is known", "high",
		"What the gate cannot name it cannot judge: a new endpoint may do anything.",
		useClient, useClient},
	{UnsupportedVersion, "API version is supported", "high",
		"Older API versions read other fields, newer ones fields this gate does not know.",
		"Set DOCKER_API_VERSION to a version in the range named.", "Set DOCKER_API_VERSION to a version in the range named."},
	{MalformedTarget, "Request target has one reading", "critical",
		"A target that the engine and the gate could read differently would be judged as one thing and done as another.",
		useClient, useClient},
	{MalformedQuery, "Query has one reading", "critical",
		"Bad escapes and semicolons are dropped by some parsers and kept by others.",
		useClient, useClient},
	{AmbiguousQuery, "Query parameter is given once", "critical",
		"Of two values the engine uses one and a reader may see the other.",
		"Give the parameter once.", "Give the parameter once."},
	{UnknownParameter, "Query parameter is known", "high",
		"An unknown parameter may change what the request does on an engine that knows it.",
		dropField, dropField},
	{HiddenBody, "Body is shown to the gate", "critical",
		"Engines hide bodies that are not plain JSON from plugins, and still act on some of them; a form body overrides the query.",
		"Send JSON with one Content-Type: application/json, and no body where the endpoint takes none.",
		"Send JSON with one Content-Type: application/json, and no body where the endpoint takes none."},
	{AbsentBody, "Body is present", "critical",
		"Some engines withhold a body from plugins and act on it all the same (CVE-2024-41110, CVE-2026-34040).",
		"Send the JSON body; keep it below 1 MiB on engines older than 25.0.16 or 29.3.1.",
		"Send the JSON body; keep it below 1 MiB on engines older than 25.0.16 or 29.3.1."},
	{UnexpectedBody, "Body is absent where none is read", "high",
		"A body on an endpoint that takes none is read by some engine versions (a start could rewrite a whole container).",
		"Send no body.", "Send no body."},
	{MalformedBody, "Body is well-formed", "high",
		"JSON of the wrong shape is read leniently by some engines and not at all by others.",
		"Send the type the field wants.", "Write the value as the type the field wants."},
	{DuplicateKey, "JSON key is given once", "critical",
		"The engine merges or overwrites duplicate keys, so a reader may see a harmless one.",
		"Give each key once.", "Give each key once."},
	{CaseVariantKey, "JSON key has its exact spelling", "critical",
		"The engine matches keys without regard to case, so a variant spelling could slip past a reader.",
		"Spell the key as named.", "Spell the key as named."},
	{UnknownField, "Field is known", "high",
		"A field the gate does not know may grant anything on an engine that does.",
		dropField, dropField},
	{LegacyField, "Field is not obsolete", "high",
		"Old engines and API versions honour fields that newer ones ignore, so their effect depends on who reads them.",
		"Leave the obsolete field empty; set its successor.", "Leave the obsolete field empty; set its successor."},
	{BodyTooLarge, "Body is within the limits", "medium",
		"A huge or deeply nested body only serves to exhaust the gate.",
		"Send fewer elements or a smaller body.", "Use fewer entries."},
	{OwnCall, "Ticket of the gate is genuine", "critical",
		"The gate marks its own look-ups with a single-use ticket; a request that carries the mark and is none is a forgery.",
		"Remove the header.", "Remove the header."},
	{NoSuchContainer, "Container exists", "low",
		"The engine has no container of this name, so nothing could be judged; one made in the next moment would run unjudged.",
		"docker ps --all lists what exists.",
		"docker compose ps --all lists what exists; docker compose up creates before it starts."},
	{OtherContainer, "Container is the one named", "critical",
		"The container that the engine named is not the one the request named: it was renamed or replaced meanwhile.",
		"Try again with the container's full ID.", "Try again."},
	{NoSuchExec, "Process to start exists", "low",
		"The engine has no such process waiting in a container, so nothing could be judged.",
		"Run docker exec again, which makes a process and starts it.",
		"Run docker compose exec again, which makes a process and starts it."},
	{NoSuchNetwork, "Network exists and is meant alone", "low",
		"The engine has no network of this name or several, so nothing could be judged; one made in the next moment would be joined unjudged.",
		"Create the network first, or give its full ID (docker network ls --no-trunc lists what exists).",
		"Run docker compose up, which creates networks before it joins them."},
}

// Explain returns what is known about a rule. A rule without a row is explained by its name, as critical: losing a text
// must never lose a refusal.
func Explain(rule Rule) Explanation {
	for _, row := range explanations {
		if row.Rule == rule {
			return row
		}
	}
	return Explanation{Rule: rule, Title: string(rule), Severity: "critical"}
}

// Explanations returns every row, sorted by rule.
func Explanations() []Explanation {
	rows := slices.Clone(explanations)
	slices.SortFunc(rows, func(a, b Explanation) int {
		switch {
		case a.Rule < b.Rule:
			return -1
		case a.Rule > b.Rule:
			return 1
		}
		return 0
	})
	return rows
}
