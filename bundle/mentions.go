package bundle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/airlock-gate/airlock/plugin/view"
)

// Exception is a rule the site data set aside for a subject for a time.
type Exception struct {
	Rule    string    `json:"rule"`
	Subject string    `json:"subject"`
	Reason  string    `json:"reason"`
	Ticket  string    `json:"ticket"`
	Expires time.Time `json:"expires"`
}

// String words the exception on one line.
func (e Exception) String() string {
	return fmt.Sprintf("exception from %s for %s at %s (%s)", e.Rule, e.Subject, e.Expires.Format(time.RFC3339), e.Ticket)
}

// Openable returns the operations that callers can be given and the glass can be broken for, sorted.
func (s *Snapshot) Openable() []string { return slices.Clone(s.openable) }

// Exceptions returns the exceptions of the site data in its order, those that have expired included.
func (s *Snapshot) Exceptions() []Exception { return slices.Clone(s.exceptions) }

// Expired returns the exceptions that have ended by a time: they set nothing aside, and ought to leave the site data.
func (s *Snapshot) Expired(now time.Time) []Exception {
	return slices.DeleteFunc(s.Exceptions(), func(e Exception) bool { return now.Before(e.Expires) })
}

// refer checks what the site data names of the policies: operations that can be given away, and rules that can be set
// aside. The error is SiteErrors when the site data is at fault.
func (s *Snapshot) refer(ctx context.Context, site *Site) error {
	if err := s.tell(ctx, "openable", &s.openable); err != nil {
		return err
	}
	slices.Sort(s.openable)
	if err := s.tell(ctx, "unwaivable", &s.unwaivable); err != nil {
		return err
	}
	for _, x := range site.document.Exceptions {
		s.exceptions = append(s.exceptions, Exception{x.Rule, x.Subject, x.Reason, x.Ticket, time.Unix(x.Expires, 0).UTC()})
	}
	p := &siteParser{file: site.name}
	for _, m := range site.mentions {
		switch {
		case m.rule == "":
			if !slices.Contains(s.openable, m.name) {
				p.fail(m.line, m.field, "%s is no operation that can be given to a caller%s", quoted(m.name), didYouMean(m.name, s.openable))
			}
		case s.whyUnwaivable(m.rule) != "":
			p.fail(m.line, m.field, "%s cannot be set aside: %s", quoted(m.rule), s.whyUnwaivable(m.rule))
		case s.byID[m.rule] == nil:
			ids := make([]string, len(s.rules))
			for i := range s.rules {
				ids[i] = s.rules[i].ID
			}
			p.fail(m.line, m.field, "%s is no rule%s; airlock rules lists them", quoted(m.rule), didYouMean(m.rule, ids))
		}
	}
	if len(p.errors) > 0 {
		return fmt.Errorf("site data and policies do not agree:\n%w", p.sorted())
	}
	return nil
}

// whyUnwaivable says why no exception sets a rule aside; "" when one can.
func (s *Snapshot) whyUnwaivable(rule string) string {
	if strings.HasPrefix(rule, "api/") {
		return UnwaivableAPI
	}
	return s.unwaivable[rule]
}

// tell asks the router for something it says of the policies as a whole. What it does not say leaves to as it is.
func (s *Snapshot) tell(ctx context.Context, name string, to any) error {
	path := mainRoot().Append(ast.StringTerm(name))
	if len(s.compiler.GetRules(path)) == 0 {
		return nil
	}
	told, err := s.ask(ctx, path.String()+" = answer", &view.Input{})
	if err == nil && told == nil {
		err = errors.New("undefined")
	}
	if err != nil {
		return fmt.Errorf("ask for %s: %w", path, err)
	}
	if err := ast.As(told.Value, to); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}
