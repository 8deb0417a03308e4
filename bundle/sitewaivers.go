package bundle

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/distribution/reference"
)

// siteCaller is somebody the engine knows, and what that one may do beyond everybody else.
type siteCaller struct {
	TLS        []string `json:"tls"` // common names of client certificates
	Operations []string `json:"operations"`
}

// siteException is a rule set aside for one subject for a time.
type siteException struct {
	Rule    string `json:"rule"`
	Subject string `json:"subject"` // "image:registry.internal/openclaw/worker@sha256:…", "network:egress-2"
	Reason  string `json:"reason"`
	Ticket  string `json:"ticket"`
	Expires int64  `json:"expires"` // Unix seconds
}

// mention is a place where site data names something of the policies. Whether it is there shows when the two meet.
type mention struct {
	line  int
	field string
	rule  string // the id of a rule; "" for an operation
	name  string // of an operation
}

// maxExplanation bounds what is repeated in every record of a waiver.
const maxExplanation = 200

func (p *siteParser) callers(callers *element, to map[string]siteCaller) {
	owner := map[string]string{}
	for _, name := range callers.names() {
		e := callers.get(name)
		if !roleName.MatchString(name) {
			p.fail(e.line, e.path, "is no name of a caller; want lower-case letters, digits and dashes, as in ops")
		}
		caller := siteCaller{TLS: []string{}, Operations: []string{}}
		p.strings(e.get("tls"), &caller.TLS)
		p.strings(e.get("operations"), &caller.Operations)
		for _, item := range e.get("tls").list() {
			subject, ok := item.value.(string)
			if !ok || p.failed(item.path) {
				continue
			}
			if other, taken := owner[subject]; taken && other != name {
				p.fail(item.line, item.path, "%s is the certificate of caller %s already", quoted(subject), other)
				continue
			}
			owner[subject] = name
		}
		for _, item := range e.get("operations").list() {
			if operation, ok := item.value.(string); ok && operation != "" {
				p.mentions = append(p.mentions, mention{line: item.line, field: item.path, name: operation})
			}
		}
		to[name] = caller
	}
}

func (p *siteParser) exceptions(exceptions *element, to *[]siteException) {
	type key struct{ rule, subject string }
	seen := map[key]int{}
	for _, e := range exceptions.list() {
		var x siteException
		p.text(e.get("rule"), &x.Rule)
		p.text(e.get("subject"), &x.Subject)
		p.text(e.get("reason"), &x.Reason)
		p.text(e.get("ticket"), &x.Ticket)
		p.subject(e.get("subject"))
		p.expiry(e.get("expires"), &x.Expires)
		if rule := e.get("rule"); rule != nil && x.Rule != "" {
			p.mentions = append(p.mentions, mention{line: rule.line, field: rule.path, rule: x.Rule})
		}
		k := key{x.Rule, x.Subject}
		if line, twice := seen[k]; twice && x.Rule != "" && x.Subject != "" {
			p.fail(e.line, e.path, "sets aside %s for %s as line %d does already", quoted(x.Rule), quoted(x.Subject), line)
		}
		seen[k] = e.line
		*to = append(*to, x)
	}
}

// text reads a line of text.
func (p *siteParser) text(e *element, to *string) {
	if e == nil {
		return
	}
	text, ok := e.value.(string)
	if !ok || text == "" {
		return // the schema complains
	}
	switch {
	case text != strings.TrimSpace(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
		p.fail(e.line, e.path, "%s has white space around it or characters that cannot be shown in it", quoted(text))
	case len(text) > maxExplanation:
		p.fail(e.line, e.path, "has %d bytes; want at most %d", len(text), maxExplanation)
	}
	*to = text
}

// serviceName is what the engine accepts as the name of a service (moby swarmkit, controlapi isValidDNSName).
var serviceName = regexp.MustCompile(`^[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*$`)

// subject demands one thing by a name that stays its own. A container's name is none: whoever makes it chooses it.
func (p *siteParser) subject(e *element) {
	text, ok := e.scalar()
	if !ok || text == "" || p.failed(e.path) {
		return
	}
	kind, name, _ := strings.Cut(text, ":")
	switch kind {
	case "image":
		named, err := reference.ParseNormalizedNamed(name)
		digested, exact := named.(reference.Digested)
		switch {
		case err != nil || !exact || !strings.HasPrefix(digested.Digest().String(), "sha256:"):
			p.fail(e.line, e.path, "%s is no image with its digest; want image:REPOSITORY@sha256:DIGEST", quoted(text))
		case named.Name()+"@"+digested.Digest().String() != name:
			p.fail(e.line, e.path, "%s is read by the engine as image:%s; write that", quoted(text), named.Name()+"@"+digested.Digest().String())
		}
	case "network", "volume":
		if !objectName.MatchString(name) {
			p.fail(e.line, e.path, "%s names no %s; want %s:NAME", quoted(text), kind, kind)
		}
	case "service":
		if !serviceName.MatchString(name) {
			p.fail(e.line, e.path, "%s names no service; want service:NAME", quoted(text))
		}
	case "container":
		p.fail(e.line, e.path, "%s: a client chooses the names of its containers; name the image with its digest", quoted(text))
	default:
		p.fail(e.line, e.path, "%s is no subject; want image:REPOSITORY@sha256:DIGEST, network:NAME, volume:NAME or service:NAME", quoted(text))
	}
}

// expiry reads when an exception ends. A day ends it as it begins, so that nobody counts on its last hours.
func (p *siteParser) expiry(e *element, to *int64) {
	text, ok := e.scalar()
	if !ok {
		return
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil && at.Unix() > 0 {
			*to = at.Unix()
			return
		}
	}
	p.fail(e.line, e.path, "%s is no date; want 2027-01-31 or 2027-01-31T18:00:00Z", quoted(text))
}
