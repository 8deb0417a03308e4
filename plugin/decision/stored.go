package decision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/refusal"
	"github.com/airlock-gate/airlock/plugin/view"
)

// stored looks up a container, its image and the daemon, and fills them in.
func (g *Gate) stored(ctx context.Context, m *matter, name, field string) error {
	raw, image, err := g.inspect(ctx, name, field)
	if err != nil {
		return err
	}
	known, engine, err := g.lookUp(ctx, image)
	if err != nil {
		return err
	}
	return m.fill(raw, known, engine)
}

// target looks up the container an operation acts on, and nothing else: what is asked about it is what it is called,
// what it was made from and what it has mounted. No image and no daemon is asked about.
func (g *Gate) target(ctx context.Context, m *matter) error {
	ctx, cancel := context.WithTimeout(ctx, factsBudget)
	defer cancel()
	raw, _, err := g.inspect(ctx, m.request.Vars["name"], "path name")
	if err != nil {
		return err
	}
	return m.fill(raw, nil, nil)
}

// rename looks up the container that is to have another name, and gives it that name.
func (g *Gate) rename(ctx context.Context, m *matter) error {
	if err := g.target(ctx, m); err != nil {
		return err
	}
	m.in.Container.Rename(m.request.Query.Get("name"))
	return nil
}

// inspect looks up a container, and the image it names.
//
// The engine resolves the name once for the look-up and once more when it acts, and a container may be renamed or
// replaced in between. That is survivable: whatever takes the name was itself judged at create, and renaming is an
// operation the policies decide about. What must not happen is judging a container the request does not name.
func (g *Gate) inspect(ctx context.Context, name, field string) (raw json.RawMessage, image string, err error) {
	raw, err = g.facts.Container(ctx, name)
	if errors.Is(err, facts.ErrNotFound) {
		// Denied rather than passed on for the engine's own 404: a container made in the meantime would pass unjudged.
		return nil, "", &refusal.Refusal{Rule: refusal.NoSuchContainer, Field: field, Got: "no such container",
			Want: "the name or ID of a container that exists"}
	}
	if err != nil {
		return nil, "", &Failure{CodeFacts, err}
	}
	var found struct {
		ID     string `json:"Id"`
		Name   string
		Config struct{ Image string }
	}
	if err := json.Unmarshal(raw, &found); err != nil {
		return nil, "", &Failure{CodeFacts, fmt.Errorf("read stored container: %w", err)}
	}
	if !names(name, found.ID, found.Name) {
		return nil, "", &refusal.Refusal{Rule: refusal.OtherContainer, Field: field, Got: "another container",
			Want: "the container the engine finds under this name or ID"}
	}
	return raw, found.Config.Image, nil
}

// fill puts a container into the input, as the engine has it or as an update will leave it.
func (m *matter) fill(raw json.RawMessage, image *view.ImageFacts, engine *view.Engine) error {
	container, err := view.Updated(raw, m.update, image, engine)
	if err != nil {
		return &Failure{CodeFacts, fmt.Errorf("read stored container: %w", err)}
	}
	m.in.Subject, m.in.Engine, m.in.Container = view.SubjectContainer, engine, container
	return nil
}
