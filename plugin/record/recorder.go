package record

import (
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rs/zerolog"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/decision"
)

// maxText bounds every text of a line that a request or a library chose.
const maxText = 512

// Recorder records decisions. It is safe for concurrent use.
type Recorder struct {
	log     zerolog.Logger
	metrics *Metrics
}

// New returns a Recorder that writes to log and counts in metrics; metrics may be nil.
func New(log zerolog.Logger, metrics *Metrics) *Recorder {
	return &Recorder{log: log, metrics: metrics}
}

// Started notes that a decision is under way. One Record follows each Started.
func (r *Recorder) Started() {
	if r.metrics != nil {
		r.metrics.inFlight.Inc()
	}
}

// Record writes the line of a decision: info when it allowed, warn when it denied, error when there was none. A call
// that was not understood is nil.
func (r *Recorder) Record(call *decision.Call, outcome decision.Outcome) {
	if r.metrics != nil {
		r.metrics.inFlight.Dec()
		r.metrics.observe(&outcome)
	}

	event := r.log.Error()
	verdict := decision.Fault
	switch outcome.Verdict {
	case decision.Allow:
		event, verdict = r.log.Info(), decision.Allow
		if len(outcome.Waived) > 0 {
			event = r.log.Warn() // admitted beyond the rules
		}
		if outcome.Operation == decision.OwnLookUp {
			event = r.log.Debug() // the gate asking the engine belongs to the decision that asks
		}
	case decision.Deny:
		event, verdict = r.log.Warn(), decision.Deny
	}
	if event == nil {
		return // the level is off
	}
	event.Str("decision", outcome.ID).
		Str("operation", operationLabel(&outcome)).
		Str("verdict", string(verdict)).
		Bool("admitted", outcome.Admits()).
		Str("mode", string(modeLabel(outcome.Mode)))
	if call != nil {
		path, version := place(call.Target)
		event.Str("method", bound(call.Method)).Str("path", path)
		if version != "" {
			event.Str("api_version", version)
		}
		if call.User != "" {
			event.Str("caller", bound(call.User)).Str("caller_auth", bound(call.UserAuth))
		}
	}
	if outcome.Subject != "" {
		event.Str("subject", bound(outcome.Subject))
	}
	if len(outcome.Violations) > 0 {
		event.Strs("rules", rules(&outcome))
	}
	if outcome.Breakglass != "" {
		event.Str("breakglass", bound(outcome.Breakglass))
	}
	if len(outcome.Waived) > 0 {
		event.Array("waived", waived(outcome.Waived)).Int("waived_total", len(outcome.Waived))
	}
	if outcome.Fault != nil {
		event.Str("fault", string(outcome.Fault.Code))
		if outcome.Fault.Cause != nil {
			event.Str("cause", bound(outcome.Fault.Cause.Error()))
		}
	}
	if len(outcome.Stages) > 0 {
		stages := zerolog.Dict()
		for _, stage := range outcome.Stages {
			stages.Dur(stage.Name, stage.Took)
		}
		event.Dict("stages", stages)
	}
	event.Str("revision", outcome.Revision).Dur("took", outcome.Took).Msg("decision")
}

// maxWaived bounds how many violations that were set aside a line lists; it says how many there are.
const maxWaived = 32

// waived writes each violation that was set aside, with everything that did so.
func waived(list []bundle.Waived) *zerolog.Array {
	out := zerolog.Arr()
	for i := range list[:min(len(list), maxWaived)] {
		for _, w := range list[i].Waivers {
			entry := zerolog.Dict().Str("rule", bound(list[i].Rule)).Str("field", bound(list[i].Field)).
				Str("by", w.By).Str("name", bound(w.Name))
			if w.By != bundle.ByCaller {
				entry.Str("reason", bound(w.Reason)).Str("ticket", bound(w.Ticket)).
					Str("until", time.Unix(w.Until, 0).UTC().Format(time.RFC3339))
			}
			out.Dict(entry)
		}
	}
	return out
}

// rules returns the broken rules, each once, in order.
func rules(outcome *decision.Outcome) []string {
	seen := make(map[string]bool, len(outcome.Violations))
	ids := make([]string, 0, len(outcome.Violations))
	for i := range outcome.Violations {
		if id := outcome.Violations[i].Rule; !seen[id] {
			seen[id] = true
			ids = append(ids, bound(id))
		}
	}
	return ids
}

// unreserved are the characters of a path that stand for themselves in a URL, as in nearly all of them.
const unreserved = "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// place returns path and API version of a request target. Query values and the user information of a target in
// absolute form may hold secrets and are left out, and so is a target that cannot be split.
func place(target string) (path, version string) {
	path, _, _ = strings.Cut(target, "?")
	if !strings.HasPrefix(path, "/") || strings.Trim(path, unreserved) != "" || !plain(target) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return "(malformed)", ""
		}
		path = u.EscapedPath()
	}
	if rest, prefixed := strings.CutPrefix(path, "/v"); prefixed { // the engine's router takes /v[0-9.]+ in front
		number, _, nested := strings.Cut(rest, "/")
		if nested && number != "" && strings.Trim(number, "0123456789.") == "" {
			return bound(rest[len(number):]), bound(number)
		}
	}
	return bound(path), ""
}

// bound shortens text and takes out what could change how a log line is shown: terminals read logs too.
func bound(text string) string {
	if len(text) <= maxText && plain(text) {
		return text
	}
	if len(text) > maxText {
		cut := maxText
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "..."
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

// plain tells whether text is printable ASCII, as nearly all of it is.
func plain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

func operationLabel(outcome *decision.Outcome) string {
	if outcome.Operation == "" {
		return "unknown"
	}
	return string(outcome.Operation)
}

func modeLabel(mode decision.Mode) decision.Mode {
	if mode == "" {
		return decision.Enforce
	}
	return mode
}
