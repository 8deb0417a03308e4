package decision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/body"
	"github.com/airlock-gate/airlock/plugin/evidence"
	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/operation"
	"github.com/airlock-gate/airlock/plugin/refusal"
	"github.com/airlock-gate/airlock/plugin/view"
)

// OwnLookUp is the operation of an outcome that admits one of the gate's own look-ups. No request can name it.
const OwnLookUp operation.Operation = "gate.look-up"

// factsBudget bounds all look-ups of one decision together. It lies well below the deadline of a decision, so that an
// engine that does not answer is reported as what it is.
const factsBudget = 2 * time.Second

// Facts is what the gate may ask about the objects a request refers to. Absence is facts.ErrNotFound; every other error
// means that nothing is known. Answers are shared and must not be changed.
type Facts interface {
	// Recognise reports whether the call is a look-up of this very source; its error is a *refusal.Refusal.
	Recognise(method, target string, headers map[string]string, body []byte) (own bool, err error)
	Image(ctx context.Context, reference string) (*view.ImageFacts, error)
	Container(ctx context.Context, nameOrID string) (json.RawMessage, error)
	Exec(ctx context.Context, id string) (*container.ExecInspectResponse, error)
	Daemon(ctx context.Context) (*view.Engine, error)
	Said() *view.Engine // what Daemon would return without asking; nil when it would ask
	Topology(ctx context.Context) (*view.Topology, error)
	Volume(ctx context.Context, name string) (*view.LiveVolume, error)
	File(path string) *view.File
	Swarm
}

// Policies hands out the snapshot in force.
type Policies interface {
	Snapshot() *bundle.Snapshot
}

// Glass tells what root on the host has opened for a time.
type Glass interface {
	Breakglass() *view.Breakglass // nil when nothing is open; not to be changed
}

// Options configure a Gate. Policies and Facts are required; the zero Mode enforces, and without a Glass nothing is ever
// opened.
type Options struct {
	Policies Policies
	Facts    Facts
	Mode     Mode
	Evidence evidence.Witness // nil: nothing is known of any image
	Glass    Glass
	Clock    func() time.Time // by which exceptions expire; nil is the system's
}

// Gate is the pipeline: wire, operation, body, view, facts, policy, outcome. It denies at every step that does not
// succeed. It is safe for concurrent use.
type Gate struct {
	operations *operation.Table
	policies   Policies
	facts      Facts
	mode       Mode
	evidence   evidence.Witness
	glass      Glass
	clock      func() time.Time
	steps      steps
	underWay   *underWay
}

var _ Decider = (*Gate)(nil)

// New makes a Gate.
func New(o Options) (*Gate, error) {
	if o.Mode == "" {
		o.Mode = Enforce
	}
	switch {
	case o.Policies == nil || o.Policies.Snapshot() == nil:
		return nil, errors.New("make gate: no policies")
	case o.Facts == nil:
		return nil, errors.New("make gate: no source of facts")
	case o.Mode != Enforce && o.Mode != Audit:
		return nil, fmt.Errorf("make gate: mode %q: want %s or %s", o.Mode, Enforce, Audit)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	g := &Gate{
		operations: operation.NewTable(), policies: o.Policies, facts: o.Facts, mode: o.Mode, evidence: o.Evidence,
		glass: o.Glass, clock: o.Clock, underWay: newUnderWay(),
	}
	g.steps = g.table()
	return g, nil
}

// Decide decides about one call with the snapshot in force when it arrived.
func (g *Gate) Decide(ctx context.Context, call *Call) (out Outcome) {
	began := time.Now()
	snapshot := g.policies.Snapshot()
	out = Outcome{ID: call.ID, Mode: g.mode, Revision: snapshot.Revision()}
	defer func() {
		if defect := recover(); defect != nil {
			out.Violations, out.Waived = nil, nil
			out.fail(&Failure{CodePanic, panicked(defect)})
		}
		out.Took = time.Since(began)
	}()
	clock := &clock{last: began, stages: make([]Stage, 0, 4)}
	if err := g.decide(ctx, call, snapshot, &out, clock); err != nil {
		out.conclude(ctx, err)
	}
	out.Stages = clock.stages
	return out
}

// decide fills in out. An error is a *refusal.Refusal (denied) or anything else (no decision).
func (g *Gate) decide(ctx context.Context, call *Call, snapshot *bundle.Snapshot, out *Outcome, clock *clock) error {
	own, err := g.facts.Recognise(call.Method, call.Target, call.Headers, call.Body)
	if err != nil {
		return err
	}
	if own {
		// Answered before anything else, without facts and policies: deciding it would ask the engine again.
		out.Operation, out.Verdict = OwnLookUp, Allow
		return nil
	}
	request, err := g.operations.Parse(call.Method, call.Target)
	clock.lap("operation")
	if err != nil {
		return err
	}
	out.Operation = request.Operation
	if err := body.Presence(call.Method, request.Body, call.Headers, request.Query, call.Body); err != nil {
		return err
	}
	input := &view.Input{
		Version:   view.InputVersion,
		Operation: string(request.Operation),
		Subject:   view.SubjectNone,
		Request: view.Request{
			Method: request.Method, Path: request.Path, Query: request.Query, Vars: request.Vars,
			APIVersion: request.Version.String(),
		},
		Caller: view.Caller{Name: call.User, Auth: call.UserAuth},
	}
	if g.glass != nil {
		if input.Breakglass = g.glass.Breakglass(); input.Breakglass != nil {
			out.Breakglass = input.Breakglass.ID
		}
	}
	var change view.Change
	m := &matter{call: call, request: request, in: input, clock: clock, site: snapshot.Site()}
	changing := g.steps.changing[request.Operation]
	if changing != nil {
		m.reading = g.underWay.read()
		defer m.reading.close()
		change, err = changing(ctx, m)
	} else if judging := g.steps.judging[request.Operation]; judging != nil {
		err = judging(ctx, m)
	}
	if err == nil {
		err = m.settled()
	}
	clock.lap("facts")
	out.Subject = subject(request, input)
	if err != nil {
		return err
	}
	if input.Subject != view.SubjectNone {
		input.Time = g.clock().Unix()
	}
	decided, err := snapshot.Decide(ctx, input)
	clock.lap("policy")
	if err != nil {
		return &Failure{CodePolicy, err}
	}
	out.Verdict, out.Violations, out.Waived = Deny, decided.Violations, decided.Waived
	if decided.Allow && len(decided.Violations) == 0 {
		out.Verdict = Allow
	}
	if changing != nil && out.Admits() {
		if err := g.underWay.admit(errand{call.Method, call.Target}, change); err != nil {
			out.Violations, out.Waived = nil, nil
			return &Failure{CodeBusy, err}
		}
	}
	return nil
}

// Awaits tells whether the gate has admitted a request like this one and not heard of its end.
func (g *Gate) Awaits(method, target string) bool { return g.underWay.awaits(errand{method, target}) }

// Ended takes note that the engine is done with a request, whatever came of it.
func (g *Gate) Ended(method, target string) { g.underWay.answer(errand{method, target}) }

// names tells whether the engine would find the container under the name, by the engine's own order: full ID, name,
// prefix of an ID (moby daemon/container.go, GetContainer).
func names(name, id, stored string) bool {
	return name != "" && (strings.HasPrefix(id, name) || stored == "/"+name)
}

// pull judges an image that the engine is to fetch.
func (g *Gate) pull(ctx context.Context, m *matter) error {
	return g.fetched(ctx, m, view.Pull(m.request.Query))
}

// manifest judges an image whose manifest the engine is to fetch from a registry, which it reads from the path as it reads
// any other name (moby daemon/server/router/distribution).
func (g *Gate) manifest(ctx context.Context, m *matter) error {
	return g.fetched(ctx, m, view.ParseImage(m.request.Vars["name"]))
}

// fetched judges an image as a registry holds it.
func (g *Gate) fetched(ctx context.Context, m *matter, image view.Image) error {
	m.in.Subject, m.in.Image = view.SubjectImage, &image
	if g.evidence == nil || !m.site.Demands() {
		return nil
	}
	looking, cancel := context.WithTimeout(ctx, factsBudget)
	defer cancel()
	engine, err := g.daemon(looking)
	if err != nil {
		return err
	}
	g.vouch(ctx, m, &image, engine)
	return nil
}

// lookUp asks about an image and, unless it is remembered, about the daemon at the same time; neither answer helps without
// the other. The image is nil when the engine does not have it.
func (g *Gate) lookUp(ctx context.Context, reference string) (*view.ImageFacts, *view.Engine, error) {
	if engine := g.facts.Said(); engine != nil {
		image, err := g.image(ctx, reference)
		return image, engine, err
	}
	var engine *view.Engine
	var daemonErr error
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if defect := recover(); defect != nil {
				engine, daemonErr = nil, &Failure{CodePanic, panicked(defect)}
			}
		}()
		engine, daemonErr = g.daemon(ctx)
	}()
	image, err := func() (*view.ImageFacts, error) {
		defer func() { <-done }() // look-ups honour their context, so this ends
		return g.image(ctx, reference)
	}()
	if err == nil {
		err = daemonErr
	}
	return image, engine, err
}

// image asks about an image; it is nil when the engine does not have it.
func (g *Gate) image(ctx context.Context, reference string) (*view.ImageFacts, error) {
	image, err := g.facts.Image(ctx, reference)
	switch {
	case errors.Is(err, facts.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, &Failure{CodeFacts, err}
	case image == nil:
		return nil, &Failure{CodeFacts, errors.New("look up image: no answer and no error")}
	}
	return image, nil
}

// subject names what the request is about, for answers and records.
func subject(request *operation.Request, in *view.Input) string {
	switch {
	case in.Container != nil && in.Container.Name != "":
		return in.Container.Name
	case in.Container != nil:
		return in.Container.Image.Reference
	case in.Image != nil:
		return in.Image.Reference
	case in.Network != nil:
		return in.Network.Name
	case in.Volume != nil:
		return in.Volume.Name
	case in.Service != nil && in.Service.Live != nil:
		return in.Service.Live.Name
	}
	for _, variable := range [...]string{"name", "id"} {
		if value := request.Vars[variable]; value != "" {
			return value
		}
	}
	return ""
}

// conclude turns an error of the pipeline into a denial or a fault.
func (o *Outcome) conclude(ctx context.Context, err error) {
	var refused *refusal.Refusal
	if errors.As(err, &refused) {
		o.Verdict, o.Violations = Deny, []bundle.Violation{violation(refused)}
		return
	}
	// The decision's own end explains whatever failed because of it.
	switch failure := (*Failure)(nil); {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		o.fail(&Failure{CodeTimeout, err})
	case ctx.Err() != nil:
		o.fail(&Failure{CodeCancelled, err})
	case errors.As(err, &failure):
		o.fail(failure)
	default:
		o.fail(&Failure{CodePanic, err}) // no step returns any other error
	}
}

func (o *Outcome) fail(failure *Failure) {
	o.Verdict, o.Fault = Fault, failure
}

// violation words a refusal as the violation of a rule, so that one answer shows both kinds alike.
func violation(r *refusal.Refusal) bundle.Violation {
	explained := refusal.Explain(r.Rule)
	return bundle.Violation{
		Rule: string(r.Rule), Title: explained.Title, Severity: explained.Severity,
		Field: r.Field, Got: r.Got, Want: r.Want,
		Fix: bundle.Fix{Docker: explained.Docker, Compose: explained.Compose},
	}
}

// panicked words a defect for the log: its value and where it happened.
func panicked(defect any) error {
	return fmt.Errorf("%v\n%s", defect, debug.Stack())
}

// clock takes the time of each step.
type clock struct {
	last   time.Time
	stages []Stage
}

func (c *clock) lap(name string) {
	now := time.Now()
	c.stages = append(c.stages, Stage{Name: name, Took: now.Sub(c.last)})
	c.last = now
}
