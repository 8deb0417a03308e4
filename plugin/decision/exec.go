package decision

import (
	"context"
	"errors"

	"github.com/airlock-gate/airlock/plugin/body"
	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/refusal"
	"github.com/airlock-gate/airlock/plugin/view"
)

// execCreate judges a further process together with the container it is to run in.
func (g *Gate) execCreate(ctx context.Context, m *matter) error {
	asked, err := body.DecodeExecCreate(m.call.Body)
	m.clock.lap("body")
	if err != nil {
		return err
	}
	looking, cancel := context.WithTimeout(ctx, factsBudget)
	defer cancel()
	if err := g.judged(ctx, looking, m, m.request.Vars["name"]); err != nil {
		return err
	}
	m.in.Exec = view.ExecCreate(asked, m.in.Container)
	return nil
}

// execStart judges the same again, from what the engine has stored: policies, roles and the container may have changed
// since. A process that is resized was started, or is about to be.
func (g *Gate) execStart(ctx context.Context, m *matter) error {
	if len(m.call.Body) > 0 {
		_, err := body.DecodeExecStart(m.call.Body) // says how to listen, not what runs
		m.clock.lap("body")
		if err != nil {
			return err
		}
	}
	looking, cancel := context.WithTimeout(ctx, factsBudget)
	defer cancel()
	found, err := g.facts.Exec(looking, m.request.Vars["name"])
	switch {
	case errors.Is(err, facts.ErrNotFound):
		return &refusal.Refusal{Rule: refusal.NoSuchExec, Field: "path name", Got: "no such exec",
			Want: "the full ID that exec create answered"}
	case err != nil:
		return &Failure{CodeFacts, err}
	case found == nil:
		return &Failure{CodeFacts, errors.New("look up exec: no answer and no error")}
	}
	if err := g.judged(ctx, looking, m, found.ContainerID); err != nil {
		return err
	}
	m.in.Exec = view.ExecStored(found, m.in.Container)
	return nil
}

// judged fills in a stored container with everything its start would be judged by.
func (g *Gate) judged(ctx, looking context.Context, m *matter, name string) error {
	if err := g.stored(looking, m, name, "path name"); err != nil {
		return err
	}
	if err := understood(m.request, m.in.Engine); err != nil {
		return err
	}
	g.beside(ctx, m)
	_, err := g.attach(ctx, looking, m, true)
	return err
}

// update judges a stored container with the limits it is to have.
func (g *Gate) update(ctx context.Context, m *matter) error {
	asked, err := body.DecodeContainerUpdate(m.call.Body)
	m.clock.lap("body")
	if err != nil {
		return err
	}
	looking, cancel := context.WithTimeout(ctx, factsBudget)
	defer cancel()
	m.update = asked
	return g.judged(ctx, looking, m, m.request.Vars["name"])
}
