package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/evidence"
	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/view"
)

// parallel is how many containers are judged at once: enough to hide the engine's answering time, too few to be a load.
const parallel = 4

// Operations an object is judged by, as package operation names them.
const (
	starting = "container.start"
	making   = "network.create"
	keeping  = "volume.create"
)

// Source is where live state is read; *facts.Engine is one. Absence is facts.ErrNotFound; every other error means that
// nothing is known. Answers are shared and must not be changed.
type Source interface {
	Daemon(ctx context.Context) (*view.Engine, error)
	Topology(ctx context.Context) (*view.Topology, error)
	Container(ctx context.Context, nameOrID string) (json.RawMessage, error)
	Image(ctx context.Context, reference string) (*view.ImageFacts, error)
	Volumes(ctx context.Context) ([]facts.Volume, error)
	File(path string) *view.File
}

// Options configure an audit. Source and Policies are required.
type Options struct {
	Source   Source
	Policies *bundle.Snapshot
	Evidence evidence.Witness      // nil: nothing is known of any image
	Clock    func() time.Time      // by which exceptions expire; nil is the system's
	Progress func(done, total int) // called after each container, network and volume, one call at a time; may be nil
}

// auditor is one audit under way.
type auditor struct {
	Options
	now      time.Time
	engine   *view.Engine
	topology *view.Topology
	volumes  []facts.Volume

	mu    sync.Mutex
	done  int
	total int
	gone  int
}

// Run audits an engine. The error means that the engine could not be read or the time is up; a single object that could
// not be judged is a fault in the report instead.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Source == nil || o.Policies == nil {
		return nil, errors.New("audit: no source or no policies")
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	a := &auditor{Options: o, now: o.Clock()}
	reading, within := errgroup.WithContext(ctx)
	reading.Go(func() (err error) { a.engine, err = o.Source.Daemon(within); return err })
	reading.Go(func() (err error) { a.topology, err = o.Source.Topology(within); return err })
	reading.Go(func() (err error) { a.volumes, err = o.Source.Volumes(within); return err })
	if err := reading.Wait(); err != nil {
		return nil, fmt.Errorf("read engine: %w", err)
	}
	r := &Report{
		Version: ReportVersion, Policies: o.Policies.Revision(),
		Expired: append([]bundle.Exception{}, o.Policies.Expired(a.now)...),
		Engine:  Engine{Version: a.engine.Version, APIVersion: a.engine.APIVersion},
	}
	var err error
	switch r.description, err = o.Policies.Describe(ctx, a.topology); {
	case errors.Is(err, bundle.ErrUndescribed): // policies of somebody else's; the verdicts stand without it
	case err != nil:
		return nil, err
	}
	if r.Objects, err = a.judge(ctx); err != nil {
		return nil, err
	}
	r.Counts.Gone = a.gone
	r.describe()
	r.finish()
	return r, nil
}

// judge judges every container, network and volume.
func (a *auditor) judge(ctx context.Context) ([]Object, error) {
	networks := make([]*view.LiveNetwork, 0, len(a.topology.Networks))
	for i := range a.topology.Networks {
		if n := &a.topology.Networks[i]; !predefined(n) || a.joined(n) {
			networks = append(networks, n)
		}
	}
	a.total = len(a.topology.Containers) + len(networks) + len(a.volumes)
	containers := make([]*Object, len(a.topology.Containers))
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i := range a.topology.Containers {
		group.Go(func() error {
			containers[i] = a.container(within, &a.topology.Containers[i])
			a.progress()
			return within.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("judge containers: %w", err)
	}
	objects := make([]Object, 0, a.total)
	for _, o := range containers {
		if o != nil {
			objects = append(objects, *o)
		}
	}
	for _, n := range networks {
		objects = append(objects, a.network(ctx, n))
		a.progress()
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("judge networks: %w", err)
		}
	}
	for i := range a.volumes {
		objects = append(objects, a.volume(ctx, &a.volumes[i]))
		a.progress()
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("judge volumes: %w", err)
		}
	}
	return objects, nil
}

func (a *auditor) progress() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.done++
	if a.Progress != nil {
		a.Progress(a.done, a.total)
	}
}

// container judges a container as its start would be. It is nil when the container has been removed.
func (a *auditor) container(ctx context.Context, member *view.Member) *Object {
	object := blank(KindContainer, member.ID, member.Name)
	object.Running, object.Mode, object.Networks = member.Running, member.Mode, slices.Clone(member.Networks)
	input, err := a.stored(ctx, member.ID)
	if errors.Is(err, facts.ErrNotFound) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.gone++
		return nil
	}
	if err != nil {
		object.Fault = err.Error()
		return &object
	}
	a.decide(ctx, &object, input)
	return &object
}

// stored builds the input of a start.
func (a *auditor) stored(ctx context.Context, id string) (*view.Input, error) {
	raw, err := a.Source.Container(ctx, id)
	if err != nil {
		return nil, err
	}
	var found struct {
		ID     string `json:"Id"`
		Config struct{ Image string }
	}
	if err := json.Unmarshal(raw, &found); err != nil {
		return nil, fmt.Errorf("read stored container: %w", err)
	}
	if found.ID != id {
		return nil, errors.New("read stored container: the engine answers with another one")
	}
	image, err := a.Source.Image(ctx, found.Config.Image)
	switch {
	case errors.Is(err, facts.ErrNotFound):
		image = nil // the rules judge that as well
	case err != nil:
		return nil, err
	}
	container, err := view.Stored(raw, image, a.engine)
	if err != nil {
		return nil, fmt.Errorf("read stored container: %w", err)
	}
	if a.Evidence != nil {
		container.Image.Evidence = a.Evidence.About(ctx, a.Policies.Site(), &container.Image, a.engine.Platform())
	}
	container.Attach(a.topology)
	a.mount(container)
	input := a.input(starting, view.SubjectContainer, "/containers/"+id+"/start", map[string]string{"name": id})
	input.Container, input.Topology = container, a.topology
	return input, nil
}

// mount fills in what is behind the mounts of a container.
func (a *auditor) mount(container *view.Container) {
	volumes, files := map[string]*view.LiveVolume{}, map[string]*view.File{}
	for _, name := range container.VolumeNames() {
		volumes[name] = view.NoVolume()
		for i := range a.volumes {
			if a.volumes[i].Name == name {
				volumes[name] = &a.volumes[i].LiveVolume
			}
		}
	}
	for _, path := range container.BindsBelow(a.Policies.Site().SecretsDir()) {
		files[path] = a.Source.File(path)
	}
	container.Mounted(volumes, files)
}

// volume judges a volume as making it would be, where there is none of its name yet.
func (a *auditor) volume(ctx context.Context, found *facts.Volume) Object {
	object := blank(KindVolume, found.Name, found.Name)
	wanted := view.VolumeOf(found.Name, &found.LiveVolume)
	wanted.Live = *view.NoVolume()
	input := a.input(keeping, view.SubjectVolume, "/volumes/create", map[string]string{})
	input.Volume = wanted
	a.decide(ctx, &object, input)
	return object
}

// network judges a network as making it would be: among all others, without itself.
func (a *auditor) network(ctx context.Context, live *view.LiveNetwork) Object {
	object := blank(KindNetwork, live.ID, live.Name)
	object.Internal = live.Internal
	wanted := *live
	wanted.ID = ""
	others := *a.topology
	others.Networks = slices.DeleteFunc(slices.Clone(others.Networks), func(n view.LiveNetwork) bool { return n.ID == live.ID })
	input := a.input(making, view.SubjectNetwork, "/networks/create", map[string]string{})
	input.Network, input.Topology = &wanted, &others
	a.decide(ctx, &object, input)
	return object
}

func (a *auditor) input(operation, subject, path string, vars map[string]string) *view.Input {
	return &view.Input{
		Version: view.InputVersion, Operation: operation, Subject: subject, Engine: a.engine,
		Time:    a.now.Unix(),
		Request: view.Request{Method: http.MethodPost, Path: path, Query: map[string][]string{}, Vars: vars},
	}
}

func (a *auditor) decide(ctx context.Context, object *Object, input *view.Input) {
	decided, err := a.Policies.Decide(ctx, input)
	if err != nil {
		object.Fault = err.Error()
		return
	}
	object.Violations = append(object.Violations, decided.Violations...)
	object.Waived = append(object.Waived, decided.Waived...)
	if !decided.Allow && len(decided.Violations) == 0 { // the snapshot gives a reason with every denial
		object.Fault = "denied without a reason"
	}
}

// joined tells whether any container is in the network.
func (a *auditor) joined(n *view.LiveNetwork) bool {
	return slices.ContainsFunc(a.topology.Containers, func(m view.Member) bool { return slices.Contains(m.Networks, n.ID) })
}

// predefined tells the networks that every engine has and nobody can remove. They break the rules for networks on every
// host; who joins one breaks those for containers.
func predefined(n *view.LiveNetwork) bool {
	switch n.Name {
	case "bridge", "host":
		return n.Driver == n.Name
	case "none":
		return n.Driver == "null"
	}
	return false
}

func (r *Report) describe() {
	if r.description == nil {
		return
	}
	for i := range r.Objects {
		switch o := &r.Objects[i]; o.Kind {
		case KindContainer:
			o.Role, o.Exit = r.description.Roles[o.ID], r.description.Exits[o.ID]
		case KindNetwork:
			o.Class = r.description.Classes[o.ID]
		}
	}
}

func blank(kind, id, name string) Object {
	return Object{Kind: kind, ID: id, Name: name, Networks: []string{}, Violations: []bundle.Violation{}, Waived: []bundle.Waived{}}
}
