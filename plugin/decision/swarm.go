package decision

import (
	"context"
	"errors"

	"github.com/airlock-gate/airlock/plugin/body"
	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/view"
)

// Swarm is what the gate may ask about the objects of a swarm. Absence is facts.ErrNotFound, also on an engine that is
// in no swarm.
type Swarm interface {
	Service(ctx context.Context, nameOrID string) (*view.LiveService, error)
	Secret(ctx context.Context, id string) (*view.LiveFile, error)
	Config(ctx context.Context, id string) (*view.LiveFile, error)
}

// maxFiles bounds the look-ups one service costs. A reference beyond it counts as one to nothing.
const maxFiles = 32

// makeService judges a service that does not exist yet. The engine starts its tasks by itself and asks nobody again, so
// that what is looked up here is all that ever will be.
func (g *Gate) makeService(ctx context.Context, m *matter) error {
	looking, cancel := context.WithTimeout(ctx, factsBudget)
	defer cancel()
	if err := g.service(looking, m); err != nil {
		return err
	}
	g.beside(ctx, m)
	return nil
}

// changeService judges what a live service is to become, and whose it is.
func (g *Gate) changeService(ctx context.Context, m *matter) error {
	looking, cancel := context.WithTimeout(ctx, factsBudget)
	defer cancel()
	if err := g.service(looking, m); err != nil {
		return err
	}
	g.beside(ctx, m)
	return g.liveService(looking, m)
}

// findService fills in whose service a request is about that carries no specification.
func (g *Gate) findService(ctx context.Context, m *matter) error {
	looking, cancel := context.WithTimeout(ctx, factsBudget)
	defer cancel()
	m.in.Subject, m.in.Service = view.SubjectService, view.NoServiceSpec()
	return g.liveService(looking, m)
}

// service fills in the container of a service's tasks, and the rest of its specification.
func (g *Gate) service(ctx context.Context, m *matter) error {
	asked, err := body.DecodeService(m.call.Body)
	m.clock.lap("body")
	if err != nil {
		return err
	}
	image, engine, err := g.lookUp(ctx, asked.TaskTemplate.ContainerSpec.Image)
	if err != nil {
		return err
	}
	if err := understood(m.request, engine); err != nil {
		return err
	}
	live, err := g.facts.Topology(ctx)
	if err != nil {
		return &Failure{CodeFacts, err}
	}
	if live == nil {
		return &Failure{CodeFacts, errors.New("look up topology: no answer and no error")}
	}
	container := view.Task(asked, m.in.Request.APIVersion, image, engine)
	if len(asked.TaskTemplate.Networks) == 0 {
		container.Unbridge(live)
	}
	container.Attach(live)

	files := 0
	var failed error
	known := func(ask func(context.Context, string) (*view.LiveFile, error)) func(string) *view.LiveFile {
		return func(id string) *view.LiveFile {
			if files++; files > maxFiles || failed != nil {
				return nil
			}
			file, err := ask(ctx, id)
			if err != nil && !errors.Is(err, facts.ErrNotFound) {
				failed = &Failure{CodeFacts, err}
			}
			if err != nil {
				return nil
			}
			return file
		}
	}
	service := view.ServiceSpec(asked, known(g.facts.Secret), known(g.facts.Config))
	if failed != nil {
		return failed
	}
	m.in.Subject, m.in.Engine, m.in.Topology = view.SubjectContainer, engine, live
	m.in.Container, m.in.Service = container, service
	return nil
}

// liveService fills in the service of the path; one that is not there stays null.
func (g *Gate) liveService(ctx context.Context, m *matter) error {
	m.in.Service.Existing = true
	live, err := g.facts.Service(ctx, m.request.Vars["id"])
	switch {
	case errors.Is(err, facts.ErrNotFound):
	case err != nil:
		return &Failure{CodeFacts, err}
	case live == nil:
		return &Failure{CodeFacts, errors.New("look up service: no answer and no error")}
	default:
		m.in.Service.Live = live
		if !m.in.Service.Specified {
			m.in.Service.Name = live.Name
		}
	}
	return nil
}

// strictly judges a body that has no view: an operation that somebody may be given is given for bodies that are
// understood. What the body says is forgotten, as it may be a secret.
func strictly[T any](g *Gate, decode func([]byte) (*T, error)) func(context.Context, *matter) error {
	return func(ctx context.Context, m *matter) error {
		_, err := decode(m.call.Body)
		m.clock.lap("body")
		if err != nil || m.request.Version != 0 {
			return err
		}
		looking, cancel := context.WithTimeout(ctx, factsBudget)
		defer cancel()
		engine, err := g.daemon(looking)
		if err != nil {
			return err
		}
		return understood(m.request, engine)
	}
}
