package decision

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"time"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/operation"
)

// Verdict is the result of a decision. The zero value denies.
type Verdict string

// Verdicts. Fault means that no decision was reached; it denies, and is told apart from a policy denial.
const (
	Allow Verdict = "allow"
	Deny  Verdict = "deny"
	Fault Verdict = "fault"
)

// Mode says what becomes of a denial.
type Mode string

// Modes. The zero Mode enforces.
const (
	Enforce Mode = "enforce"
	Audit   Mode = "audit"
)

// Call is the decoded envelope of a request hook: what the engine says it was asked.
//
// Body may alias a pooled buffer: it is valid until Decide returns, so a Decider must not keep it or a slice of it.
type Call struct {
	ID       string            // decision id, minted by whoever received the call; Decide repeats it in the Outcome
	Method   string            // as sent
	Target   string            // raw request target: not decoded, may be in absolute form
	Headers  map[string]string // canonical names; of a repeated header the engine shows only the last value
	Body     []byte            // empty when the engine withheld it or there was none
	User     string            // common name of the TLS client certificate, "" on a unix socket
	UserAuth string            // "TLS" or ""
}

// Outcome is a decision with its reasons. The zero value denies.
type Outcome struct {
	ID         string              // decision id, see NewID
	Verdict    Verdict             // what the pipeline found, whatever the mode
	Operation  operation.Operation // unknown when the request was not understood
	Subject    string              // container id or name, image reference, …; safe to print
	Violations []bundle.Violation  // reasons of a denial, in the order they are to be shown
	Waived     []bundle.Waived     // what would be reasons of a denial without an exception, a caller's right or broken glass
	Breakglass string              // id of the opening while which it was decided, "" when nothing was open
	Fault      *Failure            // set when Verdict is Fault
	Mode       Mode                // mode in force when it was decided
	Revision   string              // policy revision that decided
	Took       time.Duration       // whole decision
	Stages     []Stage             // where the time went, in order; may be empty
}

// Admits tells whether the engine may go on. Audit mode turns denials into admissions; a fault never admits, because
// nothing is known about the request then.
func (o *Outcome) Admits() bool {
	return o.Verdict == Allow || (o.Verdict == Deny && o.Mode == Audit)
}

// Stage is the time one step of the pipeline took.
type Stage struct {
	Name string // "operation", "body", "facts", "policy"
	Took time.Duration
}

// Code names a kind of fault. Codes are stable: they appear in answers, records and metrics.
type Code string

// Codes of faults.
const (
	CodeEnvelope  Code = "envelope"   // the engine's own message was not understood
	CodeTooLarge  Code = "too-large"  // the engine's message is larger than any the engine makes
	CodeBusy      Code = "busy"       // too many requests of one kind at once
	CodeTimeout   Code = "timeout"    // the gate's own deadline expired
	CodeCancelled Code = "cancelled"  // the gate is stopping
	CodePanic     Code = "panic"      // a defect of the gate
	CodeNoVerdict Code = "no-verdict" // the decider came back without a verdict
	CodeFacts     Code = "facts"      // what the request refers to could not be looked up
	CodePolicy    Code = "policy"     // the policies could not be evaluated
)

// Failure says why no decision was reached. The caller sees the Code, the log also the Cause.
type Failure struct {
	Code  Code
	Cause error
}

// Error returns code and cause in one line.
func (f *Failure) Error() string {
	if f.Cause == nil {
		return string(f.Code)
	}
	return string(f.Code) + ": " + f.Cause.Error()
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// Failed returns the outcome of a decision that was not reached.
func Failed(id string, code Code, cause error) Outcome {
	return Outcome{ID: id, Verdict: Fault, Fault: &Failure{Code: code, Cause: cause}}
}

// Decider decides about calls. It honours the deadline of ctx and is safe for concurrent use.
type Decider interface {
	Decide(ctx context.Context, call *Call) Outcome
}

const crockford = "0123456789abcdefghjkmnpqrstvwxyz"

// NewID returns a decision id: 26 characters of Crockford's base 32, the first ten of them the time in milliseconds, so
// that ids sort by time as text, and 80 bits of randomness after it.
func NewID() string {
	var raw [16]byte
	_, _ = rand.Read(raw[6:]) // crypto/rand returns no error: it ends the process instead
	lo := binary.BigEndian.Uint64(raw[8:])
	hi := uint64(time.Now().UnixMilli())<<16 | uint64(raw[6])<<8 | uint64(raw[7])

	var id [26]byte
	for i := len(id) - 1; i >= 0; i-- {
		id[i] = crockford[lo&31]
		lo, hi = lo>>5|hi<<59, hi>>5
	}
	return string(id[:])
}
