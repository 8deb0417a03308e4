package facts

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/moby/moby/api/types/volume"
)

// NewVisitor makes an Engine for a program that is not the gate. It carries no tickets, since a gate in front of the
// engine would take them for forged: its look-ups are reads like anybody's, which the policies admit.
func NewVisitor(o Options) (*Engine, error) {
	e, err := New(o)
	if err != nil {
		return nil, err
	}
	e.tickets.none = true
	return e, nil
}

// Volume is a volume as the engine has it. The values of options may be credentials.
type Volume struct {
	Name    string
	Driver  string
	Scope   string
	Options map[string]string
}

// Volumes lists every volume, sorted by name. It is never remembered. The engine asks each volume plugin, and waits for
// those that do not answer, so give it time.
func (e *Engine) Volumes(ctx context.Context) ([]Volume, error) {
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	raw, err := e.list(ctx, "/volumes")
	if err != nil {
		return nil, err
	}
	var answer volume.ListResponse
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, fmt.Errorf("read volumes: %w", err)
	}
	volumes := make([]Volume, 0, len(answer.Volumes))
	for _, v := range answer.Volumes {
		if v.Name == "" || v.Driver == "" {
			return nil, errors.New("read volumes: one without name or driver")
		}
		volumes = append(volumes, Volume{Name: v.Name, Driver: v.Driver, Scope: v.Scope, Options: v.Options})
	}
	slices.SortFunc(volumes, func(a, b Volume) int { return cmp.Compare(a.Name, b.Name) })
	return volumes, nil
}
