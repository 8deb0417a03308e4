package bundle

// Decision is what the policies said. The zero value denies.
type Decision struct {
	Allow      bool
	Violations []Violation
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
}

// Fix tells how to mend a violation.
type Fix struct {
	Docker  string `json:"docker"`  // docker CLI
	Compose string `json:"compose"` // compose file
}

// Unexplained is the rule of a denial for which the policies named no rule: they found the input not well formed.
const Unexplained = "api/unexplained"
