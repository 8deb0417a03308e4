package operation_test

import (
	"bufio"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"github.com/airlock-gate/airlock/plugin/operation"
)

// engine routes requests with gorilla/mux as dockerd does, and remembers where the last one went.
type engine struct {
	name   string
	router *mux.Router
	hit    *hit
}

// hit is the route an engine chose.
type hit struct {
	Method  string
	Pattern string
	Version string
	Vars    map[string]string
}

// route sends the request through the HTTP server's parser and the router. It returns nil when no handler would run.
func (e *engine) route(t *testing.T, method, target string) *hit {
	t.Helper()
	wire := method + " " + target + " HTTP/1.1\r\nHost: docker\r\n\r\n"
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(wire)))
	if err != nil {
		return nil
	}
	e.hit = nil
	e.router.ServeHTTP(httptest.NewRecorder(), r)
	return e.hit
}

func (e *engine) handler(method, pattern string) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		vars := maps.Clone(mux.Vars(r))
		version := vars["version"]
		delete(vars, "version")
		e.hit = &hit{Method: method, Pattern: pattern, Version: version, Vars: vars}
	}
}

// newEngine registers routes ("GET /path") in the order given, and then those without a method or version, as
// CreateMux does.
func newEngine(name, routes, unversioned string) *engine {
	e := &engine{name: name, router: mux.NewRouter()}
	const version = "/v{version:[0-9.]+}"
	for method, pattern := range lines(routes) {
		e.router.Path(version + pattern).Methods(method).Handler(e.handler(method, pattern))
		e.router.Path(pattern).Methods(method).Handler(e.handler(method, pattern))
	}
	for _, pattern := range strings.Fields(unversioned) {
		e.router.Path(pattern).Handler(e.handler("", pattern))
	}
	missing := func(http.ResponseWriter, *http.Request) {}
	e.router.HandleFunc(version+"/{path:.*}", missing)
	e.router.NotFoundHandler = http.HandlerFunc(missing)
	e.router.MethodNotAllowedHandler = http.HandlerFunc(missing)
	return e
}

func lines(routes string) func(yield func(method, pattern string) bool) {
	return func(yield func(string, string) bool) {
		for line := range strings.Lines(routes) {
			if method, pattern, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !yield(method, pattern) {
				return
			}
		}
	}
}

func engines() []*engine {
	return []*engine{
		newEngine("20.10.24", routes2010, debug2010),
		newEngine("29.7", routes297, ""),
	}
}

// TestRoutesAreTheEngines holds the table against what the engines register, row by row.
func TestRoutesAreTheEngines(t *testing.T) {
	want := map[string]bool{}
	for method, pattern := range lines(routes2010) {
		want[method+" "+pattern] = true
	}
	for method, pattern := range lines(routes297) {
		want[method+" "+pattern] = true
	}
	for _, pattern := range strings.Fields(debug2010) {
		want[" "+pattern] = true
	}
	got := map[string]bool{}
	for _, r := range operation.NewTable().Routes() {
		got[r.Method+" "+r.Pattern] = true
		if r.Versioned != (r.Method != "") {
			t.Errorf("%q %s: got versioned %v", r.Method, r.Pattern, r.Versioned)
		}
	}
	for r := range want {
		if !got[r] {
			t.Errorf("an engine serves %s, the table does not have it", r)
		}
	}
	for r := range got {
		if !want[r] {
			t.Errorf("the table has %s, no engine serves it", r)
		}
	}
}

// routes2010 is what dockerd 20.10.24 registers, in its order.
const routes2010 = `
	GET /containers/{name:.*}/checkpoints
	POST /containers/{name:.*}/checkpoints
	DELETE /containers/{name}/checkpoints/{checkpoint}
	HEAD /containers/{name:.*}/archive
	GET /containers/json
	GET /containers/{name:.*}/export
	GET /containers/{name:.*}/changes
	GET /containers/{name:.*}/json
	GET /containers/{name:.*}/top
	GET /containers/{name:.*}/logs
	GET /containers/{name:.*}/stats
	GET /containers/{name:.*}/attach/ws
	GET /exec/{id:.*}/json
	GET /containers/{name:.*}/archive
	POST /containers/create
	POST /containers/{name:.*}/kill
	POST /containers/{name:.*}/pause
	POST /containers/{name:.*}/unpause
	POST /containers/{name:.*}/restart
	POST /containers/{name:.*}/start
	POST /containers/{name:.*}/stop
	POST /containers/{name:.*}/wait
	POST /containers/{name:.*}/resize
	POST /containers/{name:.*}/attach
	POST /containers/{name:.*}/copy
	POST /containers/{name:.*}/exec
	POST /exec/{name:.*}/start
	POST /exec/{name:.*}/resize
	POST /containers/{name:.*}/rename
	POST /containers/{name:.*}/update
	POST /containers/prune
	POST /commit
	PUT /containers/{name:.*}/archive
	DELETE /containers/{name:.*}
	GET /images/json
	GET /images/search
	GET /images/get
	GET /images/{name:.*}/get
	GET /images/{name:.*}/history
	GET /images/{name:.*}/json
	POST /images/load
	POST /images/create
	POST /images/{name:.*}/push
	POST /images/{name:.*}/tag
	POST /images/prune
	DELETE /images/{name:.*}
	OPTIONS /{anyroute:.*}
	GET /_ping
	HEAD /_ping
	GET /events
	GET /info
	GET /version
	GET /system/df
	POST /auth
	GET /volumes
	GET /volumes/{name:.*}
	POST /volumes/create
	POST /volumes/prune
	DELETE /volumes/{name:.*}
	POST /build
	POST /build/prune
	POST /build/cancel
	POST /session
	POST /swarm/init
	POST /swarm/join
	POST /swarm/leave
	GET /swarm
	GET /swarm/unlockkey
	POST /swarm/update
	POST /swarm/unlock
	GET /services
	GET /services/{id}
	POST /services/create
	POST /services/{id}/update
	DELETE /services/{id}
	GET /services/{id}/logs
	GET /nodes
	GET /nodes/{id}
	DELETE /nodes/{id}
	POST /nodes/{id}/update
	GET /tasks
	GET /tasks/{id}
	GET /tasks/{id}/logs
	GET /secrets
	POST /secrets/create
	DELETE /secrets/{id}
	GET /secrets/{id}
	POST /secrets/{id}/update
	GET /configs
	POST /configs/create
	DELETE /configs/{id}
	GET /configs/{id}
	POST /configs/{id}/update
	GET /plugins
	GET /plugins/{name:.*}/json
	GET /plugins/privileges
	DELETE /plugins/{name:.*}
	POST /plugins/{name:.*}/enable
	POST /plugins/{name:.*}/disable
	POST /plugins/pull
	POST /plugins/{name:.*}/push
	POST /plugins/{name:.*}/upgrade
	POST /plugins/{name:.*}/set
	POST /plugins/create
	GET /distribution/{name:.*}/json
	POST /grpc
	GET /networks
	GET /networks/
	GET /networks/{id:.+}
	POST /networks/create
	POST /networks/{id:.*}/connect
	POST /networks/{id:.*}/disconnect
	POST /networks/prune
	DELETE /networks/{id:.*}
`

// debug2010 is what dockerd up to 27 registers for any method and without a version.
const debug2010 = `
	/debug/vars
	/debug/pprof/
	/debug/pprof/cmdline
	/debug/pprof/profile
	/debug/pprof/symbol
	/debug/pprof/trace
	/debug/pprof/{name}
`

// routes297 is what dockerd 29.7 registers, in its order.
const routes297 = `
	GET /containers/{name:.*}/checkpoints
	POST /containers/{name:.*}/checkpoints
	DELETE /containers/{name}/checkpoints/{checkpoint}
	HEAD /containers/{name:.*}/archive
	GET /containers/json
	GET /containers/{name:.*}/export
	GET /containers/{name:.*}/changes
	GET /containers/{name:.*}/json
	GET /containers/{name:.*}/top
	GET /containers/{name:.*}/logs
	GET /containers/{name:.*}/stats
	GET /containers/{name:.*}/attach/ws
	GET /exec/{id:.*}/json
	GET /containers/{name:.*}/archive
	POST /containers/create
	POST /containers/{name:.*}/kill
	POST /containers/{name:.*}/pause
	POST /containers/{name:.*}/unpause
	POST /containers/{name:.*}/restart
	POST /containers/{name:.*}/start
	POST /containers/{name:.*}/stop
	POST /containers/{name:.*}/wait
	POST /containers/{name:.*}/resize
	POST /containers/{name:.*}/attach
	POST /containers/{name:.*}/exec
	POST /exec/{name:.*}/start
	POST /exec/{name:.*}/resize
	POST /containers/{name:.*}/rename
	POST /containers/{name:.*}/update
	POST /containers/prune
	POST /commit
	PUT /containers/{name:.*}/archive
	DELETE /containers/{name:.*}
	GET /images/json
	GET /images/search
	GET /images/get
	GET /images/{name:.*}/get
	GET /images/{name:.*}/history
	GET /images/{name:.*}/json
	GET /images/{name:.*}/attestations
	POST /images/load
	POST /images/create
	POST /images/{name:.*}/push
	POST /images/{name:.*}/tag
	POST /images/prune
	DELETE /images/{name:.*}
	OPTIONS /{anyroute:.*}
	GET /_ping
	HEAD /_ping
	GET /events
	GET /info
	GET /version
	GET /system/df
	POST /auth
	GET /volumes
	GET /volumes/{name:.*}
	POST /volumes/create
	POST /volumes/prune
	PUT /volumes/{name:.*}
	DELETE /volumes/{name:.*}
	POST /build
	POST /build/prune
	POST /build/cancel
	POST /session
	POST /swarm/init
	POST /swarm/join
	POST /swarm/leave
	GET /swarm
	GET /swarm/unlockkey
	POST /swarm/update
	POST /swarm/unlock
	GET /services
	GET /services/{id}
	POST /services/create
	POST /services/{id}/update
	DELETE /services/{id}
	GET /services/{id}/logs
	GET /nodes
	GET /nodes/{id}
	DELETE /nodes/{id}
	POST /nodes/{id}/update
	GET /tasks
	GET /tasks/{id}
	GET /tasks/{id}/logs
	GET /secrets
	POST /secrets/create
	DELETE /secrets/{id}
	GET /secrets/{id}
	POST /secrets/{id}/update
	GET /configs
	POST /configs/create
	DELETE /configs/{id}
	GET /configs/{id}
	POST /configs/{id}/update
	GET /plugins
	GET /plugins/{name:.*}/json
	GET /plugins/privileges
	DELETE /plugins/{name:.*}
	POST /plugins/{name:.*}/enable
	POST /plugins/{name:.*}/disable
	POST /plugins/pull
	POST /plugins/{name:.*}/push
	POST /plugins/{name:.*}/upgrade
	POST /plugins/{name:.*}/set
	POST /plugins/create
	GET /distribution/{name:.*}/json
	GET /networks
	GET /networks/
	GET /networks/{id:.+}
	POST /networks/create
	POST /networks/{id:.*}/connect
	POST /networks/{id:.*}/disconnect
	POST /networks/prune
	DELETE /networks/{id:.*}
	GET /debug/vars
	GET /debug/pprof/
	GET /debug/pprof/cmdline
	GET /debug/pprof/profile
	GET /debug/pprof/symbol
	GET /debug/pprof/trace
	GET /debug/pprof/{name}
	POST /grpc
`
