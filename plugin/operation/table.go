package operation

import (
	"slices"
	"strings"
)

// Route is one row of the table: what the engine registers for a method and a path, and what it reads there.
type Route struct {
	Operation  Operation
	Method     string      // "" for any method
	Pattern    string      // as the engine registers it, without the version prefix: "/containers/{name:.*}/json"
	Versioned  bool        // the engine serves it under /v1.41 too
	Vars       []string    // path variables in order
	Parameters []Parameter // query parameters any known engine or document has here, sorted by name
	Body       Body
}

// Parameter is a query parameter of an endpoint.
type Parameter struct {
	Name string
	List bool // the engine takes every value; of any other parameter it takes the first
}

// Table answers which operation a request names. It is read-only after NewTable and safe for concurrent use.
type Table struct {
	routes []route
	index  map[key][]*route
}

// key narrows the routes to look at. An empty method stands for any, an empty segment for any path.
type key struct{ method, segment string }

// NewTable builds the table of every endpoint that engines from 20.10 to API 1.56 serve.
func NewTable() *Table {
	t := &Table{index: make(map[key][]*route)}
	for _, e := range endpoints {
		r := Route{
			Operation:  e.operation,
			Method:     e.method,
			Pattern:    e.pattern,
			Versioned:  e.method != anyMethod, // the routes for any method are the older debug routes, served unversioned only
			Parameters: parameters(e.query),
			Body:       e.body,
		}
		t.routes = append(t.routes, compile(r))
	}
	for i := range t.routes {
		r := &t.routes[i]
		k := key{r.Method, r.segment()}
		t.index[k] = append(t.index[k], r)
	}
	return t
}

// Routes returns the rows in the engine's order of registration.
func (t *Table) Routes() []Route {
	routes := make([]Route, len(t.routes))
	for i, r := range t.routes {
		routes[i] = r.Route
		routes[i].Vars = slices.Clone(r.Vars)
		routes[i].Parameters = slices.Clone(r.Parameters)
	}
	return routes
}

// Names returns every operation, sorted.
func Names() []Operation {
	names := []Operation{imageImport}
	for _, e := range endpoints {
		names = append(names, e.operation)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// find returns the route the engine would choose for the path, with the values of its variables.
func (t *Table) find(method, path string, versioned bool) (*route, [maxVars]string, bool) {
	segment := path[1:]
	if i := strings.IndexByte(segment, '/'); i >= 0 {
		segment = segment[:i]
	}
	// Engines register the route for OPTIONS on anything before the debug routes for any method.
	for _, k := range [...]key{{method, segment}, {method, ""}, {anyMethod, segment}} {
		for _, r := range t.index[k] {
			if versioned && !r.Versioned {
				continue
			}
			if values, ok := r.match(path); ok {
				return r, values, true
			}
		}
	}
	return nil, [maxVars]string{}, false
}

// methods returns the methods the engine routes for the path, sorted; OPTIONS, which it routes for any, left out.
func (t *Table) methods(path string, versioned bool) []string {
	var methods []string
	for i := range t.routes {
		r := &t.routes[i]
		if r.Method == anyMethod || r.Operation == systemOptions || versioned && !r.Versioned {
			continue
		}
		if _, ok := r.match(path); ok {
			methods = append(methods, r.Method)
		}
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

func parameters(query string) []Parameter {
	var ps []Parameter
	for _, field := range strings.Fields(query) {
		name, list := strings.CutSuffix(field, "...")
		ps = append(ps, Parameter{Name: name, List: list})
	}
	slices.SortFunc(ps, func(a, b Parameter) int { return strings.Compare(a.Name, b.Name) })
	return ps
}

// Operations this package itself has to tell apart.
const (
	imageImport   Operation = "image.import"
	systemOptions Operation = "system.options"
)

// anyMethod marks routes that the engine registers without a method.
const anyMethod = ""

const (
	logParameters    = "details follow since stderr stdout tail timestamps"
	attachParameters = "detachKeys logs stderr stdin stdout stream"
	swarmParameters  = "rotateManagerToken rotateManagerUnlockKey rotateWorkerToken version"
	pprofParameters  = "debug gc seconds"
	buildParameters  = "buildargs buildid cachefrom cgroupparent cpuperiod cpuquota cpusetcpus cpusetmems cpushares " +
		"dockerfile extrahosts... forcerm isolation labels memory memswap networkmode nocache outputs platform pull q " +
		"remote rm securityopt... session shmsize squash t... target ulimits version"
)

type endpoint struct {
	operation Operation
	method    string
	pattern   string
	body      Body
	query     string // names; those ending in "..." are lists
}

// endpoints holds the routes in the order in which dockerd registers them (buildRouters in daemon/command/daemon.go and
// daemon/server/router/*; before 29 initRouter in cmd/dockerd/daemon.go and api/server/router/*). 20.10 and the newest
// engine use one order, so the rows that only one of them has stand where that one registers them. Parameters are the
// union over engines 20.10 to 29 and the API documents.
var endpoints = []endpoint{
	// checkpoint: before the container routes, or the DELETE would be taken for a container.
	{"checkpoint.list", "GET", "/containers/{name:.*}/checkpoints", NoBody, "dir"},
	{"checkpoint.create", "POST", "/containers/{name:.*}/checkpoints", JSONBody, ""},
	{"checkpoint.remove", "DELETE", "/containers/{name}/checkpoints/{checkpoint}", NoBody, "dir"},

	{"container.archive.stat", "HEAD", "/containers/{name:.*}/archive", NoBody, "path"},
	// trunc_cmd is read by no engine; docker-py sends it with every list.
	{"container.list", "GET", "/containers/json", NoBody, "all before filters limit since size trunc_cmd"},
	{"container.export", "GET", "/containers/{name:.*}/export", NoBody, ""},
	{"container.changes", "GET", "/containers/{name:.*}/changes", NoBody, ""},
	{"container.inspect", "GET", "/containers/{name:.*}/json", NoBody, "size"},
	{"container.top", "GET", "/containers/{name:.*}/top", NoBody, "ps_args"},
	{"container.logs", "GET", "/containers/{name:.*}/logs", NoBody, logParameters + " format until"},
	{"container.stats", "GET", "/containers/{name:.*}/stats", NoBody, "one-shot stream"},
	{"container.attach.ws", "GET", "/containers/{name:.*}/attach/ws", StreamBody, attachParameters},
	{"exec.inspect", "GET", "/exec/{id:.*}/json", NoBody, ""},
	{"container.archive.get", "GET", "/containers/{name:.*}/archive", NoBody, "path"},
	{ContainerCreate, "POST", "/containers/create", JSONBody, "name platform"},
	{"container.kill", "POST", "/containers/{name:.*}/kill", NoBody, "signal"},
	{"container.pause", "POST", "/containers/{name:.*}/pause", NoBody, ""},
	{ContainerUnpause, "POST", "/containers/{name:.*}/unpause", NoBody, ""},
	{ContainerRestart, "POST", "/containers/{name:.*}/restart", NoBody, "signal t"},
	// A body is a HostConfig, which engines up to 24 apply for API versions below 1.24 and refuse above.
	{ContainerStart, "POST", "/containers/{name:.*}/start", NoBody, "checkpoint checkpoint-dir detachKeys"},
	{"container.stop", "POST", "/containers/{name:.*}/stop", NoBody, "signal t"},
	{"container.wait", "POST", "/containers/{name:.*}/wait", NoBody, "condition"},
	{"container.resize", "POST", "/containers/{name:.*}/resize", NoBody, "h w"},
	{"container.attach", "POST", "/containers/{name:.*}/attach", StreamBody, attachParameters},
	{"container.copy", "POST", "/containers/{name:.*}/copy", JSONBody, ""}, // engines up to 24; gone from the API since 1.24
	{"exec.create", "POST", "/containers/{name:.*}/exec", JSONBody, ""},
	{"exec.start", "POST", "/exec/{name:.*}/start", OptionalJSON, ""},
	{"exec.resize", "POST", "/exec/{name:.*}/resize", NoBody, "h w"},
	{"container.rename", "POST", "/containers/{name:.*}/rename", NoBody, "name"},
	{"container.update", "POST", "/containers/{name:.*}/update", JSONBody, ""},
	{"container.prune", "POST", "/containers/prune", NoBody, "filters"},
	{"container.commit", "POST", "/commit", OptionalJSON, "author changes... comment container pause repo tag"},
	{"container.archive.put", "PUT", "/containers/{name:.*}/archive", StreamBody, "copyUIDGID noOverwriteDirNonDir path"},
	{"container.remove", "DELETE", "/containers/{name:.*}", NoBody, "force link v"},

	// only_ids is read by no engine; docker-py sends it with every list.
	{"image.list", "GET", "/images/json", NoBody, "all digests filter filters identity manifests only_ids shared-size"},
	{"image.search", "GET", "/images/search", NoBody, "filters limit term"},
	{"image.export", "GET", "/images/get", NoBody, "names... platform..."},
	{"image.export", "GET", "/images/{name:.*}/get", NoBody, "names... platform..."},
	{"image.history", "GET", "/images/{name:.*}/history", NoBody, "platform"},
	{"image.inspect", "GET", "/images/{name:.*}/json", NoBody, "manifests platform"},
	{"image.attestations", "GET", "/images/{name:.*}/attestations", NoBody, "platform statement type..."},
	{"image.load", "POST", "/images/load", StreamBody, "platform... quiet"},
	{ImagePull, "POST", "/images/create", NoBody, "changes... fromImage fromSrc message platform repo tag"},
	{"image.push", "POST", "/images/{name:.*}/push", NoBody, "platform tag"},
	{"image.tag", "POST", "/images/{name:.*}/tag", NoBody, "repo tag"},
	{"image.prune", "POST", "/images/prune", NoBody, "filters"},
	{"image.remove", "DELETE", "/images/{name:.*}", NoBody, "force noprune platforms..."},

	{systemOptions, "OPTIONS", "/{anyroute:.*}", NoBody, ""},
	{Ping, "GET", "/_ping", NoBody, ""},
	{Ping, "HEAD", "/_ping", NoBody, ""},
	{"system.events", "GET", "/events", NoBody, "filters since until"},
	{"system.info", "GET", "/info", NoBody, ""},
	{"system.version", "GET", "/version", NoBody, ""},
	{"system.df", "GET", "/system/df", NoBody, "type... verbose"},
	// The body holds credentials, and for that reason no engine shows it to a plugin (sendBody in
	// daemon/pkg/authorization).
	{"system.auth", "POST", "/auth", StreamBody, ""},

	{"volume.list", "GET", "/volumes", NoBody, "filters"},
	{"volume.inspect", "GET", "/volumes/{name:.*}", NoBody, ""},
	{"volume.create", "POST", "/volumes/create", JSONBody, ""},
	{"volume.prune", "POST", "/volumes/prune", NoBody, "filters"},
	{"volume.update", "PUT", "/volumes/{name:.*}", JSONBody, "version"},
	{"volume.remove", "DELETE", "/volumes/{name:.*}", NoBody, "force"},

	{"build.run", "POST", "/build", StreamBody, buildParameters},
	{"build.prune", "POST", "/build/prune", NoBody, "all filters keep-storage max-used-space min-free-space reserved-space"},
	{"build.cancel", "POST", "/build/cancel", NoBody, "id"},

	{"session.open", "POST", "/session", StreamBody, ""},

	{SwarmInit, "POST", "/swarm/init", JSONBody, ""},
	{"swarm.join", "POST", "/swarm/join", JSONBody, ""},
	{"swarm.leave", "POST", "/swarm/leave", NoBody, "force"},
	{"swarm.inspect", "GET", "/swarm", NoBody, ""},
	{"swarm.unlockkey", "GET", "/swarm/unlockkey", NoBody, ""},
	{"swarm.update", "POST", "/swarm/update", JSONBody, swarmParameters},
	{SwarmUnlock, "POST", "/swarm/unlock", JSONBody, ""},
	{"service.list", "GET", "/services", NoBody, "filters status"},
	{"service.inspect", "GET", "/services/{id}", NoBody, "insertDefaults"},
	{ServiceCreate, "POST", "/services/create", JSONBody, ""},
	{ServiceUpdate, "POST", "/services/{id}/update", JSONBody, "registryAuthFrom rollback version"},
	{ServiceRemove, "DELETE", "/services/{id}", NoBody, ""},
	{ServiceLogs, "GET", "/services/{id}/logs", NoBody, logParameters},
	{"node.list", "GET", "/nodes", NoBody, "filters"},
	{"node.inspect", "GET", "/nodes/{id}", NoBody, ""},
	{"node.remove", "DELETE", "/nodes/{id}", NoBody, "force"},
	{NodeUpdate, "POST", "/nodes/{id}/update", JSONBody, "version"},
	{"task.list", "GET", "/tasks", NoBody, "filters"},
	{"task.inspect", "GET", "/tasks/{id}", NoBody, ""},
	{"task.logs", "GET", "/tasks/{id}/logs", NoBody, logParameters},
	{"secret.list", "GET", "/secrets", NoBody, "filters"},
	{SecretCreate, "POST", "/secrets/create", JSONBody, ""},
	{"secret.remove", "DELETE", "/secrets/{id}", NoBody, ""},
	{"secret.inspect", "GET", "/secrets/{id}", NoBody, ""},
	{SecretUpdate, "POST", "/secrets/{id}/update", JSONBody, "version"},
	{"config.list", "GET", "/configs", NoBody, "filters"},
	{ConfigCreate, "POST", "/configs/create", JSONBody, ""},
	{"config.remove", "DELETE", "/configs/{id}", NoBody, ""},
	{"config.inspect", "GET", "/configs/{id}", NoBody, ""},
	{ConfigUpdate, "POST", "/configs/{id}/update", JSONBody, "version"},

	{"plugin.list", "GET", "/plugins", NoBody, "filters"},
	{"plugin.inspect", "GET", "/plugins/{name:.*}/json", NoBody, ""},
	{"plugin.privileges", "GET", "/plugins/privileges", NoBody, "name remote"},
	{"plugin.remove", "DELETE", "/plugins/{name:.*}", NoBody, "force"},
	{"plugin.enable", "POST", "/plugins/{name:.*}/enable", NoBody, "timeout"},
	{"plugin.disable", "POST", "/plugins/{name:.*}/disable", NoBody, "force"},
	{"plugin.pull", "POST", "/plugins/pull", JSONBody, "name remote"},
	{"plugin.push", "POST", "/plugins/{name:.*}/push", NoBody, ""},
	{"plugin.upgrade", "POST", "/plugins/{name:.*}/upgrade", JSONBody, "remote"},
	{"plugin.set", "POST", "/plugins/{name:.*}/set", JSONBody, ""},
	{"plugin.create", "POST", "/plugins/create", StreamBody, "name"},

	{DistributionInspect, "GET", "/distribution/{name:.*}/json", NoBody, ""},

	{"network.list", "GET", "/networks", NoBody, "filters"},
	{"network.list", "GET", "/networks/", NoBody, "filters"},
	{"network.inspect", "GET", "/networks/{id:.+}", NoBody, "scope verbose"},
	{NetworkCreate, "POST", "/networks/create", JSONBody, ""},
	{NetworkConnect, "POST", "/networks/{id:.*}/connect", JSONBody, ""},
	{NetworkDisconnect, "POST", "/networks/{id:.*}/disconnect", JSONBody, ""},
	{"network.prune", "POST", "/networks/prune", NoBody, "filters"},
	{NetworkRemove, "DELETE", "/networks/{id:.*}", NoBody, ""},

	{"debug.read", "GET", "/debug/vars", NoBody, ""},
	{"debug.read", "GET", "/debug/pprof/", NoBody, pprofParameters},
	{"debug.read", "GET", "/debug/pprof/cmdline", NoBody, ""},
	{"debug.read", "GET", "/debug/pprof/profile", NoBody, pprofParameters},
	{"debug.read", "GET", "/debug/pprof/symbol", NoBody, ""},
	{"debug.read", "GET", "/debug/pprof/trace", NoBody, pprofParameters},
	{"debug.read", "GET", "/debug/pprof/{name}", NoBody, pprofParameters},

	{"session.grpc", "POST", "/grpc", StreamBody, ""},

	// Up to 27 the debug routes take any method, have no version prefix and are registered last (createMux in
	// api/server/server.go).
	{"debug.read", anyMethod, "/debug/vars", NoBody, ""},
	{"debug.read", anyMethod, "/debug/pprof/", NoBody, pprofParameters},
	{"debug.read", anyMethod, "/debug/pprof/cmdline", NoBody, ""},
	{"debug.read", anyMethod, "/debug/pprof/profile", NoBody, pprofParameters},
	{"debug.read", anyMethod, "/debug/pprof/symbol", NoBody, ""},
	{"debug.read", anyMethod, "/debug/pprof/trace", NoBody, pprofParameters},
	{"debug.read", anyMethod, "/debug/pprof/{name}", NoBody, pprofParameters},
}
