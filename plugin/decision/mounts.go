package decision

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/airlock-gate/airlock/plugin/body"
	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/view"
)

// mounted is what was found behind the mounts of a container.
type mounted struct {
	volumes map[string]*view.LiveVolume
	files   map[string]*view.File
	err     error
}

// mounts begins to look up what is behind the mounts of the container that m is about: live volumes, and files below the
// site's directory of secrets. Nothing else of the host is ever looked at on a client's word. The look-ups run beside
// the others of the step; decide waits for them. A container that mounts neither costs nothing.
func (g *Gate) mounts(ctx context.Context, m *matter) {
	volumes, files := m.in.Container.VolumeNames(), m.in.Container.BindsBelow(m.site.SecretsDir())
	if len(volumes) == 0 && len(files) == 0 {
		return
	}
	looking, cancel := context.WithTimeout(ctx, factsBudget)
	done := make(chan mounted, 1)
	go func() { done <- g.behind(looking, volumes, files) }()
	m.await(func() error {
		defer cancel()
		select {
		case found := <-done:
			if found.err != nil {
				return &Failure{CodeFacts, found.err}
			}
			m.in.Container.Mounted(found.volumes, found.files)
			return nil
		case <-looking.Done(): // a file system may keep whoever looks at it waiting for good
			return &Failure{CodeFacts, fmt.Errorf("look up mounts: %w", looking.Err())}
		}
	})
}

// behind looks up volumes by name and files by path, all at the same time.
func (g *Gate) behind(ctx context.Context, volumes, files []string) mounted {
	lives, held := make([]*view.LiveVolume, len(volumes)), make([]*view.File, len(files))
	looking, ctx := errgroup.WithContext(ctx)
	for i, name := range volumes {
		looking.Go(func() (err error) {
			defer recovered(&err)
			lives[i], err = g.volume(ctx, name)
			return err
		})
	}
	looking.Go(func() (err error) {
		defer recovered(&err)
		for i, path := range files {
			held[i] = g.facts.File(path)
		}
		return nil
	})
	found := mounted{volumes: map[string]*view.LiveVolume{}, files: map[string]*view.File{}, err: looking.Wait()}
	for i, name := range volumes {
		found.volumes[name] = lives[i]
	}
	for i, path := range files {
		found.files[path] = held[i]
	}
	return found
}

// volume looks up a volume; that there is none is an answer.
func (g *Gate) volume(ctx context.Context, name string) (*view.LiveVolume, error) {
	live, err := g.facts.Volume(ctx, name)
	switch {
	case errors.Is(err, facts.ErrNotFound):
		return view.NoVolume(), nil
	case err != nil:
		return nil, err
	case live == nil:
		return nil, errors.New("look up volume: no answer and no error")
	}
	return live, nil
}

// recovered turns a defect of a look-up into its error.
func recovered(err *error) {
	if defect := recover(); defect != nil {
		*err = &Failure{CodePanic, panicked(defect)}
	}
}

// createVolume judges a volume that is to be made, and what there is under its name already.
func (g *Gate) createVolume(ctx context.Context, m *matter) error {
	asked, err := body.DecodeVolumeCreate(m.call.Body)
	m.clock.lap("body")
	if err != nil {
		return err
	}
	looking, cancel := context.WithTimeout(ctx, factsBudget)
	defer cancel()
	if m.in.Engine, err = g.daemon(looking); err != nil {
		return err
	}
	if err := understood(m.request, m.in.Engine); err != nil {
		return err
	}
	live, err := g.volume(looking, asked.Name)
	if err != nil {
		return &Failure{CodeFacts, err}
	}
	m.in.Subject, m.in.Volume = view.SubjectVolume, view.VolumeCreate(asked, live)
	return nil
}

// removeVolume judges the end of a volume. One that is not there is no fault: the engine finds a volume by its whole name
// alone (moby daemon/volume/service), so nothing but this name can be meant.
func (g *Gate) removeVolume(ctx context.Context, m *matter) error {
	looking, cancel := context.WithTimeout(ctx, factsBudget)
	defer cancel()
	name := m.request.Vars["name"]
	live, err := g.volume(looking, name)
	if err != nil {
		return &Failure{CodeFacts, err}
	}
	m.in.Subject, m.in.Volume = view.SubjectVolume, view.VolumeOf(name, live)
	return nil
}
