package facts

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/airlock-gate/airlock/plugin/view"
)

// clusterName is what a swarm lets its objects be called, and the form of their IDs (swarmkit manager/controlapi,
// validateAnnotations and validateConfigOrSecretAnnotations). Anything else would change the path of the look-up.
var clusterName = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,126}[A-Za-z0-9])?$`)

// Service returns a service of the swarm by name or ID, or ErrNotFound. None of the answers about a swarm is remembered.
//
// An engine that is no manager, or whose swarm has no leader, answers that it is unavailable: it has no such object for
// anybody to act on.
func (e *Engine) Service(ctx context.Context, nameOrID string) (*view.LiveService, error) {
	var found client.ServiceInspectResult
	err := e.inspect(ctx, nameOrID, func(ctx context.Context, c *client.Client) (err error) {
		found, err = c.ServiceInspect(ctx, nameOrID, client.ServiceInspectOptions{})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("inspect service: %w", err)
	}
	if found.Service.ID == "" {
		return nil, errors.New("inspect service: answer without an ID")
	}
	return view.LiveServiceFrom(found.Service), nil
}

// Secret returns what the swarm says of a secret, never its value, or ErrNotFound.
func (e *Engine) Secret(ctx context.Context, id string) (*view.LiveFile, error) {
	var found client.SecretInspectResult
	err := e.inspect(ctx, id, func(ctx context.Context, c *client.Client) (err error) {
		found, err = c.SecretInspect(ctx, id, client.SecretInspectOptions{})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("inspect secret: %w", err)
	}
	if found.Secret.ID != id {
		return nil, ErrNotFound // of another one, whose name or prefix this is: the swarm takes whole IDs in references
	}
	return view.LiveSecret(found.Secret), nil
}

// Config returns what the swarm says of a configuration, or ErrNotFound. The engine sends the content along; it is
// dropped here.
func (e *Engine) Config(ctx context.Context, id string) (*view.LiveFile, error) {
	var found client.ConfigInspectResult
	err := e.inspect(ctx, id, func(ctx context.Context, c *client.Client) (err error) {
		found, err = c.ConfigInspect(ctx, id, client.ConfigInspectOptions{})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("inspect configuration: %w", err)
	}
	if found.Config.ID != id {
		return nil, ErrNotFound
	}
	return view.LiveConfig(found.Config), nil
}

// inspect asks about one object of the swarm.
func (e *Engine) inspect(ctx context.Context, name string, lookUp func(context.Context, *client.Client) error) error {
	if !clusterName.MatchString(name) {
		return ErrNotFound
	}
	err := e.ask(ctx, lookUp)
	if cerrdefs.IsUnavailable(err) {
		return ErrNotFound
	}
	return err
}
