package view

// Evidence is what the registry holds about an image by digest, verified with the site's keys. It states facts and no
// verdicts.
type Evidence struct {
	Origin     string      `json:"origin" enum:"registry,cache,stale,unreachable,unlisted,unpinned"` // "registry" and "cache": an answer young enough; "stale": an older one, the registry does not answer; "unreachable": none; "unlisted": not asked, the registry is not the site's; "unpinned": not asked, no digest
	Checked    int64       `json:"checked"`                                                          // unix seconds of the registry's answer; 0 = never
	Error      string      `json:"error"`                                                            // why the registry did not answer, in one word: "timeout", "connection", "tls", "unauthorized", "limit", "redirect", "answer"; "" otherwise
	Present    bool        `json:"present"`                                                          // the registry has the digest
	MediaType  string      `json:"media_type"`
	Index      bool        `json:"index"`  // the digest names an index of manifests
	Child      string      `json:"child"`  // of an index: digest of the platform's manifest; "" when it has none
	Config     string      `json:"config"` // digest of the image configuration
	Signatures []Signature `json:"signatures"`
	Scans      []Scan      `json:"scans"` // newest first
	Other      []Statement `json:"other"` // statements of other kinds by trusted keys
	Rejected   []Rejection `json:"rejected"`
}

// Signature is one signature of the digest by a release key of the site.
type Signature struct {
	Key         string            `json:"key"`    // ID of the key
	Format      string            `json:"format"` // "bundle", "simple-signing"
	Annotations map[string]string `json:"annotations"`
}

// Scan is one vulnerability attestation by a scanner key of the site.
type Scan struct {
	Key      string           `json:"key"`
	Subject  string           `json:"subject" enum:"request,platform"` // it is about the digest of the request, or the platform's manifest of that index
	Scanner  string           `json:"scanner"`                         // URI, as attested
	Finished int64            `json:"finished"`                        // unix seconds
	Results  int64            `json:"results"`                         // targets that were scanned
	OS       string           `json:"os"`                              // "debian 12.5"; "" when none was recognised
	EOSL     bool             `json:"eosl"`                            // the operating system gets no more security updates
	Counts   map[string]int64 `json:"counts"`                          // findings by severity: CRITICAL, HIGH, MEDIUM, LOW, UNKNOWN
	Fixable  int64            `json:"fixable"`
	Findings []Vulnerability  `json:"findings"` // the worst, at most 200; counts tells whether these are all
}

// Vulnerability is one finding of a scan.
type Vulnerability struct {
	ID       string `json:"id"` // "CVE-2024-3094"
	Severity string `json:"severity"`
	Package  string `json:"package"`
	Fixed    string `json:"fixed"` // version that mends it, "" when there is none
}

// Statement is a statement by a trusted key that is neither a signature nor a scan.
type Statement struct {
	Key           string `json:"key"`
	PredicateType string `json:"predicate_type"`
}

// Rejection is a document that was found and counts for nothing.
type Rejection struct {
	Place  string `json:"place"`  // digest of the manifest or layer that holds it
	Reason string `json:"reason"` // words of this program only
}
