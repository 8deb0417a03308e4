// Package refusal names what the gate refuses before any policy is asked: a request that was not understood.
//
// A Refusal reads like a policy violation (rule, field, got, want), so that one answer shows both. It is the only
// decision taken in Go; everything else is decided by Rego. The package imports nothing but the standard library.
package refusal

import "fmt"

// Rule identifies one reason for which a request cannot be understood. Identifiers are permanent.
type Rule string

// The rules of promise 1: nothing passes that was not understood.
const (
	UnknownEndpoint    Rule = "api/unknown-endpoint"    // no route of any known Engine API version
	UnsupportedVersion Rule = "api/unsupported-version" // malformed, older than the minimum, or newer than the table
	MalformedTarget    Rule = "api/malformed-target"    // request target the engine and the gate could read differently
	MalformedQuery     Rule = "api/malformed-query"     // bad escape, semicolon
	AmbiguousQuery     Rule = "api/ambiguous-query"     // a single-valued parameter given more than once
	UnknownParameter   Rule = "api/unknown-parameter"   // query parameter no known engine reads on this endpoint
	HiddenBody         Rule = "api/hidden-body"         // form body, duplicated or ambiguous header, wrong content type
	AbsentBody         Rule = "api/absent-body"         // the engine withheld the body, or there is none
	UnexpectedBody     Rule = "api/unexpected-body"     // a body where the endpoint takes none
	MalformedBody      Rule = "api/malformed-body"      // not one JSON value of the right type
	DuplicateKey       Rule = "api/duplicate-key"       // a key twice, after Unicode case folding
	CaseVariantKey     Rule = "api/case-variant-key"    // a known key in another spelling
	UnknownField       Rule = "api/unknown-field"       // a key no known engine reads
	LegacyField        Rule = "api/legacy-field"        // a field only older engines or API versions read, carrying a value
	BodyTooLarge       Rule = "api/body-too-large"      // bytes, elements or depth beyond the limits
)

// Refusal says which rule a request fell under and where. It never holds a value that may be secret: Got is a
// shape, a name or a bounded literal from a position that cannot hold one.
type Refusal struct {
	Rule  Rule
	Field string // place in the request: "HostConfig.Binds[2]", "query fromImage", "header Content-Type", "path"
	Got   string // what stood there, safe to print
	Want  string // what would have been accepted
}

// Error returns the refusal as one line.
func (r *Refusal) Error() string {
	return fmt.Sprintf("%s: %s: got %s, want %s", r.Rule, r.Field, r.Got, r.Want)
}
