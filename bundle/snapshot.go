package bundle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/airlock-gate/airlock/bundle/sieve"
	"github.com/airlock-gate/airlock/plugin/view"
)

// ErrPolicy marks a fault of the policies: they failed, or what they said is no decision. It never admits.
var ErrPolicy = errors.New("no usable decision")

// ErrInput marks an input the policies cannot be asked about.
var ErrInput = errors.New("unusable input")

// Snapshot is one compiled set of policies with one set of site data. It never changes and is safe for concurrent use.
type Snapshot struct {
	*compiled
	site     *Site
	revision string
	memo     *memo // nil when the policies may answer differently over time

	store    storage.Store
	txn      storage.Transaction // open for the life of the snapshot, which alone knows the store
	base     topdown.BaseCache   // spares a query to read from the store
	builtins map[string]*topdown.Builtin

	sifter      *sieve.Sifter // nil without a screen
	unsuspected *sieve.Memory // what was admitted without a suspect; nil when that is to be asked every time

	openable   []string          // operations that can be given to callers or opened for a time, sorted
	unwaivable map[string]string // rules that no exception sets aside, with the reason
	exceptions []Exception
}

// Revision is the SHA-256 of the policies and the site data, in hexadecimal.
func (s *Snapshot) Revision() string { return s.revision }

// Site is the site data the snapshot decides with.
func (s *Snapshot) Site() *Site { return s.site }

// Size is how many rules the snapshot has.
func (s *Snapshot) Size() int { return len(s.rules) }

// Rules returns the rules of the snapshot in order of their ids. What those of the embedded policies say about themselves
// is read when it is first asked for, by this or by a denial.
func (s *Snapshot) Rules() []Rule {
	s.describe()
	rules := slices.Clone(s.rules)
	for i := range rules {
		rules[i].Unwaivable = s.whyUnwaivable(rules[i].ID)
	}
	return rules
}

// The query of every decision, and the variables of its single result. Policies that know waivers report
// in one set what is waived and what is not; others have violations alone.
const (
	decisionQuery = "data.airlock.main.allow = allow; data.airlock.main.violations = violations"
	judgedQuery   = "data.airlock.main.allow = allow; data.airlock.main.judged = violations"
	allowVar      = ast.Var("allow")
	violationsVar = ast.Var("violations")
)

func (c *compiled) prepare() error {
	query := decisionQuery
	if len(c.compiler.GetRules(mainRoot().Append(ast.StringTerm("judged")))) > 0 {
		query = judgedQuery
	}
	body, err := ast.ParseBody(query)
	if err != nil {
		return fmt.Errorf("parse decision query: %w", err)
	}
	for _, name := range []string{"allow", "violations"} {
		if len(c.compiler.GetRules(mainRoot().Append(ast.StringTerm(name)))) == 0 {
			return fmt.Errorf("policies define no data.airlock.main.%s", name)
		}
	}
	c.queries = c.compiler.QueryCompiler()
	if c.query, err = c.queries.Compile(body); err != nil {
		return fmt.Errorf("compile decision query: %w", err)
	}
	return nil
}

// selfTest asks what every policy must deny. An error instead of a denial is no better: such policies never decide.
func (s *Snapshot) selfTest(ctx context.Context) error {
	unknown := view.Input{Version: view.InputVersion, Operation: "unknown.operation", Subject: view.SubjectNone}
	unknown.Request.Query, unknown.Request.Vars = map[string][]string{}, map[string]string{}
	for _, probe := range []struct {
		what  string
		input view.Input
	}{
		{"a request without operation", view.Input{}},
		{"an operation nobody knows", unknown},
	} {
		said, err := s.evaluate(ctx, &probe.input)
		if err != nil {
			return fmt.Errorf("self-test with %s: %w", probe.what, err)
		}
		if said.admitted {
			return fmt.Errorf("self-test: policies admit %s", probe.what)
		}
	}
	return nil
}

// Decide asks the policies about an input. It admits only on exactly one result with allow true and no violation. The
// error is ErrInput, ErrPolicy, or the context's own when its time is up; the decision beside it denies. The input is
// not changed and not kept.
func (s *Snapshot) Decide(ctx context.Context, in *view.Input) (Decision, error) {
	if in == nil {
		return Decision{}, fmt.Errorf("%w: none", ErrInput)
	}
	if in.Version != view.InputVersion {
		return Decision{}, fmt.Errorf("%w: version %d, want %d", ErrInput, in.Version, view.InputVersion)
	}
	if err := ctx.Err(); err != nil {
		return Decision{}, fmt.Errorf("evaluate policies: %w", err)
	}
	key, remember := s.memo.key(in)
	if remember {
		defer s.memo.release(key)
		if s.memo.holds(key) {
			return Decision{Allow: true}, nil
		}
	}
	said, err := s.evaluate(ctx, in)
	if err != nil {
		return Decision{}, err
	}
	decision, err := s.read(in, said)
	if err != nil {
		return Decision{}, err
	}
	if remember && decision.Allow && len(decision.Waived) == 0 { // a waiver has reasons to tell, every time
		s.memo.add(key)
	}
	return decision, nil
}

// result is what the policies said, not worded yet. The zero value admits nothing.
type result struct {
	admitted bool
	found    ast.Set // violations, waived ones too
}

// evaluate asks OPA, unless no rule is a suspect and OPA has admitted an input before that differs from this one in nothing
// that is read then.
func (s *Snapshot) evaluate(ctx context.Context, in *view.Input) (result, error) {
	if s.sifter == nil {
		return s.settle(ctx, s.encoder.term(reflect.ValueOf(in)))
	}
	apart := s.dissector.take(in)
	defer apart.release()
	caught := s.sifter.Suspects(in.Operation, apart)
	unsuspected := s.unsuspected != nil && len(caught) == 0
	var hash uint64
	if unsuspected {
		var known bool
		if hash, known = s.unsuspected.Holds(apart); known {
			return result{admitted: true, found: ast.NewSet()}, nil
		}
	}
	input := apart.term()
	said, err := s.settle(sieve.Suspecting(ctx, input.Value, caught), input)
	if err == nil && unsuspected && said.admitted && said.found.Len() == 0 {
		s.unsuspected.Keep(apart, hash)
	}
	return said, err
}

// settle has OPA evaluate the query.
func (s *Snapshot) settle(ctx context.Context, input *ast.Term) (result, error) {
	cancel := topdown.NewCancel()
	stop := context.AfterFunc(ctx, cancel.Cancel)
	defer stop()

	query := topdown.NewQuery(s.query).
		WithQueryCompiler(s.queries).
		WithCompiler(s.compiler).
		WithStore(s.store).
		WithTransaction(s.txn).
		WithBaseCache(s.base).
		WithBuiltins(s.builtins).
		WithStrictBuiltinErrors(true).
		WithMetrics(metrics.NoOp()).
		WithCancel(cancel).
		WithInput(input)
	var (
		results           int
		allow, violations *ast.Term
	)
	err := query.Iter(ctx, func(bound topdown.QueryResult) error {
		results++
		allow, violations = bound[allowVar], bound[violationsVar]
		return nil
	})
	if expired := ctx.Err(); expired != nil {
		return result{}, fmt.Errorf("evaluate policies: %w", expired)
	}
	if err != nil {
		return result{}, fmt.Errorf("%w: evaluate policies: %w", ErrPolicy, err)
	}
	if results != 1 {
		return result{}, fmt.Errorf("%w: %d results, want 1", ErrPolicy, results)
	}
	if allow == nil || violations == nil {
		return result{}, fmt.Errorf("%w: allow or violations is missing", ErrPolicy)
	}
	admitted, ok := allow.Value.(ast.Boolean)
	if !ok {
		return result{}, fmt.Errorf("%w: allow is of type %s, want boolean", ErrPolicy, ast.ValueName(allow.Value))
	}
	found, ok := violations.Value.(ast.Set)
	if !ok {
		return result{}, fmt.Errorf("%w: violations is of type %s, want set", ErrPolicy, ast.ValueName(violations.Value))
	}
	return result{admitted: bool(admitted), found: found}, nil
}

// read words a result. Only true beside a set without violations, waived ones aside, admits.
func (s *Snapshot) read(in *view.Input, said result) (Decision, error) {
	if said.found.Len() == 0 {
		if said.admitted {
			return Decision{Allow: true}, nil
		}
		return Decision{Violations: []Violation{unexplained(in)}}, nil
	}
	decision := Decision{Violations: make([]Violation, 0, said.found.Len())}
	for _, term := range said.found.Slice() {
		v, waivers, err := s.violation(term)
		if err != nil {
			return Decision{}, fmt.Errorf("%w: %w", ErrPolicy, err)
		}
		if len(waivers) > 0 {
			decision.Waived = append(decision.Waived, Waived{v, waivers})
		} else {
			decision.Violations = append(decision.Violations, v)
		}
	}
	if len(decision.Violations) == 0 && !said.admitted {
		decision.Violations = append(decision.Violations, unexplained(in))
	}
	decision.Allow = said.admitted && len(decision.Violations) == 0
	slices.SortStableFunc(decision.Waived, func(a, b Waived) int { return shown(&a.Violation, &b.Violation) })
	slices.SortStableFunc(decision.Violations, func(a, b Violation) int { return shown(&a, &b) })
	return decision, nil
}

// unexplained is the violation of a denial without one.
func unexplained(in *view.Input) Violation {
	return Violation{
		Rule:     Unexplained,
		Title:    "Request is not what the policies expect of its operation",
		Severity: "high",
		Field:    "request",
		Got:      in.Operation,
		Want:     "an operation with the subject its policies judge",
	}
}

// shown is the order in which violations are shown: the worst first.
func shown(a, b *Violation) int {
	return cmp.Or(
		cmp.Compare(severityRank(a.Severity), severityRank(b.Severity)),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.Field, b.Field),
	)
}

// violation joins what a rule found with what its METADATA says; none set it
// aside when there are no waivers. A rule without METADATA still denies.
func (s *Snapshot) violation(term *ast.Term) (v Violation, waivers []Waiver, err error) {
	object, ok := term.Value.(ast.Object)
	if !ok {
		return v, nil, fmt.Errorf("a violation is of type %s, want object", ast.ValueName(term.Value))
	}
	err = object.Iter(func(key, value *ast.Term) error {
		name, ok := key.Value.(ast.String)
		if !ok {
			return fmt.Errorf("a violation has a key of type %s, want string", ast.ValueName(key.Value))
		}
		var err error
		switch name {
		case "rule", "field":
			text, ok := value.Value.(ast.String)
			if !ok || text == "" {
				return fmt.Errorf("%s of a violation is %v, want a non-empty string", string(name), value)
			}
			if name == "rule" {
				v.Rule = string(text)
			} else {
				v.Field = string(text)
			}
		case "got":
			v.Got, err = ast.JSON(value.Value)
		case "want":
			v.Want, err = ast.JSON(value.Value)
		case "waivers":
			waivers, err = waiversOf(value)
		case "breakglass":
			err = ast.As(value.Value, &v.Breakglass)
		case "lapsed":
			v.Lapsed, err = waiverOf(value)
		default:
			return fmt.Errorf("a violation has an unknown key %q", string(name))
		}
		return err
	})
	if err != nil {
		return Violation{}, nil, err
	}
	if v.Rule == "" || v.Field == "" {
		return Violation{}, nil, fmt.Errorf("a violation names no rule or no field: %v", term)
	}
	s.describe()
	if rule, ok := s.byID[v.Rule]; ok {
		v.Title, v.Severity, v.Fix = rule.Title, rule.Severity, rule.Fix
	}
	return v, waivers, nil
}

func waiverOf(term *ast.Term) (*Waiver, error) {
	w := &Waiver{}
	if err := ast.As(term.Value, w); err != nil {
		return nil, fmt.Errorf("read waiver: %w", err)
	}
	if w.By != ByException && w.By != ByCaller && w.By != ByBreakglass {
		return nil, fmt.Errorf("a waiver is given by %q", w.By)
	}
	return w, nil
}

// waiversOf reads a list of at least one: a violation that nobody sets aside has no list.
func waiversOf(term *ast.Term) ([]Waiver, error) {
	list, ok := term.Value.(*ast.Array)
	if !ok || list.Len() == 0 {
		return nil, fmt.Errorf("waivers are %v, want a list of at least one", term)
	}
	waivers := make([]Waiver, 0, list.Len())
	for i := range list.Len() {
		w, err := waiverOf(list.Elem(i))
		if err != nil {
			return nil, err
		}
		waivers = append(waivers, *w)
	}
	return waivers, nil
}
