package engine

import (
	"context"
	"fmt"
	"os"
	"time"
)

// Guarded is an engine with a gate before it.
type Guarded struct {
	*Engine
	Gate *Gate
}

// Guard starts an engine without gate, pulls images by the docker command, then puts a gate before it by reload. The
// gate's name is made from the purpose, and its address is the engine's.
func Guard(ctx context.Context, v Version, purpose string, images []string, o Options, gate GateOptions) (*Guarded, error) {
	e, err := Start(ctx, v, o)
	if err != nil {
		return nil, err
	}
	for _, image := range images {
		if r, err := e.Docker(ctx, "pull", "--quiet", image); err != nil || r.Code != 0 {
			e.Stop()
			return nil, fmt.Errorf("pull %s: %w: %s", image, err, r.Stderr)
		}
	}
	gate.Name, gate.Engine = fmt.Sprintf("airlock-%s-%s-%d", purpose, v, os.Getpid()), e.URL()
	process, err := StartGate(ctx, gate)
	if err != nil {
		e.Stop()
		return nil, err
	}
	g := &Guarded{Engine: e, Gate: process}
	if err := g.Enable(ctx); err != nil {
		g.Stop()
		return nil, err
	}
	return g, nil
}

// Stop ends the engine, then the gate: an engine without its gate would wait for it.
func (g *Guarded) Stop() {
	g.Engine.Stop()
	g.Gate.Stop()
}

// Enable puts the gate into the running engine by SIGHUP and waits until it decides.
func (g *Guarded) Enable(ctx context.Context) error {
	if err := g.Configure(g.Gate.Name); err != nil {
		return err
	}
	return g.reload(ctx, true)
}

// Disable takes the gate out: for what was there before the gate.
func (g *Guarded) Disable(ctx context.Context) error {
	if err := g.Configure(); err != nil {
		return err
	}
	return g.reload(ctx, false)
}

func (g *Guarded) reload(ctx context.Context, want bool) error {
	if err := g.Reload(); err != nil {
		return err
	}
	// A create that no policy admits tells whether the gate decides: 403 with it, 400 without.
	var status int
	for range 200 {
		var err error
		status, _, err = g.Call(ctx, "POST", "/v1.41/containers/create", map[string]any{})
		if err != nil {
			return err
		}
		if (status == 403) == want {
			return nil
		}
		time.Sleep(25 * time.Millisecond)
	}
	return fmt.Errorf("gate in force is not %v: status %d; gate:\n%s\nengine:\n%s", want, status, g.Gate.Tail(), g.Log())
}
