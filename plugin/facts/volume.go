package facts

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/moby/moby/api/types/volume"
	"github.com/moby/moby/client"

	"github.com/airlock-gate/airlock/plugin/view"
)

// volumeName is what the local driver takes (moby daemon/names); of another driver's only such names can be asked about.
var volumeName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$`)

// Volume returns a volume by name, or ErrNotFound. It is never remembered. An engine that does not know the name asks
// its volume plugins, and waits for those that do not answer.
func (e *Engine) Volume(ctx context.Context, name string) (*view.LiveVolume, error) {
	if !volumeName.MatchString(name) {
		return nil, ErrNotFound
	}
	var found client.VolumeInspectResult
	err := e.ask(ctx, func(ctx context.Context, c *client.Client) (err error) {
		found, err = c.VolumeInspect(ctx, name, client.VolumeInspectOptions{})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("inspect volume: %w", err)
	}
	if found.Volume.Name != name || found.Volume.Driver == "" {
		return nil, errors.New("inspect volume: answer without its name or driver")
	}
	return view.VolumeFrom(found.Volume), nil
}

// Volume is a volume of a list.
type Volume struct {
	Name string
	view.LiveVolume
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
		volumes = append(volumes, Volume{Name: v.Name, LiveVolume: *view.VolumeFrom(v)})
	}
	slices.SortFunc(volumes, func(a, b Volume) int { return cmp.Compare(a.Name, b.Name) })
	return volumes, nil
}
