package bundle

import "time"

// Decision is what the policies said. The zero value denies.
type Decision struct {
	Allow      bool
	Violations []Violation
	Waived     []Waived // what would be violations without their waivers
}

// Violation is one rule a request breaks, with everything needed to understand and mend it.
type Violation struct {
	Rule     string `json:"rule"`     // "hardening/readonly-rootfs"
	Title    string `json:"title"`    // from the rule's METADATA
	Severity string `json:"severity"` // "critical", "high", "medium", "low"; "" when the rule has no METADATA
	Field    string `json:"field"`    // place in the request: "HostConfig.ReadonlyRootfs"
	Got      any    `json:"got"`      // what stood there, never a secret
	Want     any    `json:"want"`     // the good value
	Fix      Fix    `json:"fix"`

	Breakglass string  `json:"breakglass"` // the command with which root on the host opens this for a time; "" where it cannot
	Lapsed     *Waiver `json:"lapsed"`     // the exception that set this aside until it expired; null without one
}

// Waived is a violation that is no reason to deny, because of its waivers.
type Waived struct {
	Violation
	Waivers []Waiver `json:"waivers"` // at least one
}

// What a waiver is given by.
const (
	ByException  = "exception"
	ByCaller     = "caller"
	ByBreakglass = "breakglass"
)

// Waiver is what sets a violation aside.
type Waiver struct {
	By     string `json:"by"`     // "exception", "caller", "breakglass"
	Name   string `json:"name"`   // the subject of the exception, the caller's name in the site data, the id of the opening
	Reason string `json:"reason"` // "" of a caller
	Ticket string `json:"ticket"`
	Until  int64  `json:"until"` // Unix seconds; 0 of a caller
}

// String words the waiver for people.
func (w Waiver) String() string {
	text := w.By + " " + w.Name
	if w.Until > 0 {
		text += " until " + time.Unix(w.Until, 0).UTC().Format(time.RFC3339)
	}
	if w.Reason != "" {
		text += ": " + w.Reason
	}
	if w.Ticket != "" {
		text += " (" + w.Ticket + ")"
	}
	return text
}

// Fix tells how to mend a violation.
type Fix struct {
	Docker  string `json:"docker"`  // docker CLI
	Compose string `json:"compose"` // compose file
}

// Unexplained is the rule of a denial for which the policies named no rule: they found the input not well formed.
const Unexplained = "api/unexplained"
