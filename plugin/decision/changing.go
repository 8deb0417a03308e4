package decision

import (
	"context"
	"errors"
	"strconv"

	"github.com/moby/moby/api/types/container"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/body"
	"github.com/airlock-gate/airlock/plugin/operation"
	"github.com/airlock-gate/airlock/plugin/refusal"
	"github.com/airlock-gate/airlock/plugin/view"
)

// matter is one request that may change who is attached where, on its way to a decision.
type matter struct {
	call    *Call
	request *operation.Request
	in      *view.Input
	clock   *clock
	reading *reading // of a changing operation; nil otherwise
	site    *bundle.Site
	pending []func() error          // look-ups that run beside the step: each waits for one and fills in what it found
	update  *container.UpdateConfig // what a stored container is to be changed by; nil otherwise
}

// await leaves something to be waited for after the step.
func (m *matter) await(found func() error) { m.pending = append(m.pending, found) }

// settled waits for everything that runs beside the step.
func (m *matter) settled() error {
	for _, found := range m.pending {
		if err := found(); err != nil {
			return err
		}
	}
	return nil
}

// beside begins the look-ups about the container of the input that wait for nobody: what is behind its mounts, and what
// the registry holds about its image.
func (g *Gate) beside(ctx context.Context, m *matter) {
	g.mounts(ctx, m)
	g.vouch(ctx, m, &m.in.Container.Image, m.in.Engine)
}

// steps is the table of the operations whose input needs more than the request line: body, view and facts. A changing
// step sees every change under way and returns what the request adds to who is attached where, for the decisions that
// come while it is under way itself. A judging step waits for nobody.
type steps struct {
	changing map[operation.Operation]func(context.Context, *matter) (view.Change, error)
	judging  map[operation.Operation]func(context.Context, *matter) error
}

func (g *Gate) table() steps {
	return steps{
		changing: map[operation.Operation]func(context.Context, *matter) (view.Change, error){
			operation.ContainerCreate:   g.create,
			operation.ContainerStart:    g.start,
			operation.ContainerRestart:  g.start,
			operation.ContainerUnpause:  g.start,
			operation.NetworkConnect:    g.connect,
			operation.NetworkDisconnect: g.disconnect,
			operation.NetworkCreate:     g.createNetwork,
			operation.NetworkRemove:     g.removeNetwork,
		},
		judging: map[operation.Operation]func(context.Context, *matter) error{
			operation.ImagePull:            g.pull,
			operation.DistributionInspect:  g.manifest,
			operation.ContainerArchiveGet:  g.target,
			operation.ContainerArchiveStat: g.target,
			operation.ContainerAttach:      g.target,
			operation.ContainerAttachWS:    g.target,
			operation.ContainerExport:      g.target,
			operation.ContainerKill:        g.target,
			operation.ContainerLogs:        g.target,
			operation.ContainerPause:       g.target,
			operation.ContainerRemove:      g.target,
			operation.ContainerRename:      g.rename,
			operation.ContainerStop:        g.target,
			operation.VolumeCreate:         g.createVolume,
			operation.VolumeRemove:         g.removeVolume,
			operation.ContainerUpdate:      g.update,
			operation.ExecCreate:           g.execCreate,
			operation.ExecResize:           g.execStart,
			operation.ExecStart:            g.execStart,
			operation.ServiceCreate:        g.makeService,
			operation.ServiceUpdate:        g.changeService,
			operation.ServiceRemove:        g.findService,
			operation.ServiceLogs:          g.findService,
			operation.SecretCreate:         strictly(g, body.DecodeSecret),
			operation.SecretUpdate:         strictly(g, body.DecodeSecret),
			operation.ConfigCreate:         strictly(g, body.DecodeConfig),
			operation.ConfigUpdate:         strictly(g, body.DecodeConfig),
			operation.NodeUpdate:           strictly(g, body.DecodeNode),
			operation.SwarmInit:            strictly(g, body.DecodeSwarmInit),
			operation.SwarmUnlock:          strictly(g, body.DecodeSwarmUnlock),
		},
	}
}

// create judges a container that does not exist yet.
//
// An image the engine does not have is no fault: the engine answers 404, clients then pull and ask again, and start
// judges the container with its image. What is looked up here may change before the engine acts; start decides again.
func (g *Gate) create(ctx context.Context, m *matter) (none view.Change, err error) {
	asked, err := body.DecodeContainerCreate(m.call.Body)
	m.clock.lap("body")
	if err != nil {
		return none, err
	}
	looking, cancel := context.WithTimeout(ctx, factsBudget)
	defer cancel()
	image, engine, err := g.lookUp(looking, asked.Image)
	if err != nil {
		return none, err
	}
	if err := understood(m.request, engine); err != nil {
		return none, err
	}
	m.in.Subject, m.in.Engine = view.SubjectContainer, engine
	m.in.Container = view.Create(asked, view.Params{
		Name: m.request.Query.Get("name"), Platform: m.request.Query.Get("platform"), APIVersion: m.in.Request.APIVersion,
	}, image, engine)
	g.beside(ctx, m)
	return g.attach(ctx, looking, m, false)
}

// start judges a container as the engine has stored it, just before it runs again.
func (g *Gate) start(ctx context.Context, m *matter) (none view.Change, err error) {
	// 20.10 reads a whole HostConfig from the body of a start at old API versions (daemon/start.go).
	if err := body.Empty(m.call.Body); err != nil {
		return none, err
	}
	looking, cancel := context.WithTimeout(ctx, factsBudget)
	defer cancel()
	if err := g.stored(looking, m, m.request.Vars["name"], "path name"); err != nil {
		return none, err
	}
	g.beside(ctx, m)
	return g.attach(ctx, looking, m, true)
}

// attach resolves the networks of the container that m is about. One that is in none costs no look-up and waits for no
// turn: its topology is empty.
func (g *Gate) attach(ctx, looking context.Context, m *matter, running bool) (view.Change, error) {
	if m.in.Container.Unattached() {
		m.in.Topology = &view.Topology{Networks: []view.LiveNetwork{}, Containers: []view.Member{}}
		return view.Change{}, nil
	}
	changes, err := g.settle(ctx, looking, m)
	if err != nil {
		return view.Change{}, err
	}
	m.in.Container.Attach(m.in.Topology)
	change := view.Change{Member: m.in.Container.Member(running)}
	m.in.Container.Expect(m.in.Topology, changes)
	return change, nil
}

// connect judges a stored container with one network more. The engine takes the network of the path, but an ID in the
// endpoint configuration goes before it.
func (g *Gate) connect(ctx context.Context, m *matter) (none view.Change, err error) {
	asked, err := body.DecodeNetworkConnect(m.call.Body)
	m.clock.lap("body")
	if err != nil {
		return none, err
	}
	changes, err := g.move(ctx, m, asked.Container)
	if err != nil {
		return none, err
	}
	g.beside(ctx, m)
	m.in.Container.Connect(m.in.Topology, m.request.Vars["id"], asked.EndpointConfig)
	change := view.Change{Member: m.in.Container.Member(false)}
	m.in.Container.Expect(m.in.Topology, changes)
	return change, nil
}

// disconnect judges a stored container that is to leave a network. That adds nothing.
func (g *Gate) disconnect(ctx context.Context, m *matter) (none view.Change, err error) {
	asked, err := body.DecodeNetworkDisconnect(m.call.Body)
	m.clock.lap("body")
	if err != nil {
		return none, err
	}
	changes, err := g.move(ctx, m, asked.Container)
	if err != nil {
		return none, err
	}
	m.in.Container.Expect(m.in.Topology, changes)
	return none, nil
}

// move fills in the stored container that a connect or a disconnect names, and the networks it has.
func (g *Gate) move(ctx context.Context, m *matter, reference string) ([]view.Change, error) {
	looking, cancel := context.WithTimeout(ctx, factsBudget)
	defer cancel()
	if err := g.stored(looking, m, reference, "Container"); err != nil {
		return nil, err
	}
	if err := understood(m.request, m.in.Engine); err != nil {
		return nil, err
	}
	changes, err := g.settle(ctx, looking, m)
	if err != nil {
		return nil, err
	}
	m.in.Container.Attach(m.in.Topology)
	_, err = network(m)
	return changes, err
}

// createNetwork judges a network that does not exist yet.
func (g *Gate) createNetwork(ctx context.Context, m *matter) (none view.Change, err error) {
	asked, err := body.DecodeNetworkCreate(m.call.Body)
	m.clock.lap("body")
	if err != nil {
		return none, err
	}
	looking, cancel := context.WithTimeout(ctx, factsBudget)
	defer cancel()
	if m.in.Engine, err = g.daemon(looking); err != nil {
		return none, err
	}
	if err := understood(m.request, m.in.Engine); err != nil {
		return none, err
	}
	if _, err := g.settle(ctx, looking, m); err != nil {
		return none, err
	}
	m.in.Subject, m.in.Network = view.SubjectNetwork, view.NetworkCreate(asked)
	return view.Change{Network: m.in.Network}, nil
}

// removeNetwork judges the end of a network. That adds nothing.
func (g *Gate) removeNetwork(ctx context.Context, m *matter) (none view.Change, err error) {
	looking, cancel := context.WithTimeout(ctx, factsBudget)
	defer cancel()
	if m.in.Engine, err = g.daemon(looking); err != nil {
		return none, err
	}
	if _, err := g.settle(ctx, looking, m); err != nil {
		return none, err
	}
	live, err := network(m)
	if err != nil {
		return none, err
	}
	m.in.Subject, m.in.Network = view.SubjectNetwork, live
	return none, nil
}

// settle looks up who is attached where, waits for the decision's turn, and fills in the topology with everything that
// is under way, which it returns. A step that only judges adds nothing, so it has no turn to wait for: what is under way
// was itself judged together with what is there.
func (g *Gate) settle(ctx, looking context.Context, m *matter) ([]view.Change, error) {
	live, err := g.facts.Topology(looking)
	if err != nil {
		return nil, &Failure{CodeFacts, err}
	}
	if live == nil {
		return nil, &Failure{CodeFacts, errors.New("look up topology: no answer and no error")}
	}
	if m.reading == nil {
		m.in.Topology = live
		return nil, nil
	}
	changes, err := m.reading.changes(ctx)
	if err != nil {
		return nil, &Failure{CodeBusy, err}
	}
	m.in.Topology = live.With(changes)
	return changes, nil
}

// daemon asks what the daemon is.
func (g *Gate) daemon(ctx context.Context) (*view.Engine, error) {
	engine, err := g.facts.Daemon(ctx)
	if err != nil {
		return nil, &Failure{CodeFacts, err}
	}
	if engine == nil {
		return nil, &Failure{CodeFacts, errors.New("ask daemon: no answer and no error")}
	}
	return engine, nil
}

// network finds the network of the path.
func network(m *matter) (*view.LiveNetwork, error) {
	live, matches := m.in.Topology.Resolve(m.request.Vars["id"])
	if live != nil {
		found := *live
		return &found, nil
	}
	got := "no such network"
	if matches > 0 {
		got = strconv.FormatInt(matches, 10) + " networks"
	}
	return nil, &refusal.Refusal{Rule: refusal.NoSuchNetwork, Field: "path id", Got: got,
		Want: "the name or ID of one network that exists"}
}

// understood refuses a body without a version on an engine that reads it by an API nobody here has read.
func understood(request *operation.Request, engine *view.Engine) error {
	newest, ok := operation.ParseVersion(engine.APIVersion)
	if request.Version != 0 || !ok || newest <= operation.MaxVersion {
		return nil
	}
	return &refusal.Refusal{Rule: refusal.UnsupportedVersion, Field: "path",
		Got:  "no version, so the engine would read it as " + newest.String(),
		Want: "a version of at most " + operation.MaxVersion.String()}
}
