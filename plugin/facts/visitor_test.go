package facts_test

import (
	"io"
	"net"
	"net/http"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/view"
)

// visited is an engine that nobody asks tickets for. It fails the test when one is shown.
func visited(t *testing.T, volumes string) *facts.Engine {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "docker.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Airlock-Ticket") != "" {
			t.Errorf("%s %s carries a ticket", r.Method, r.RequestURI)
		}
		w.Header().Set("Api-Version", "1.56")
		switch r.RequestURI {
		case "/_ping":
		case "/volumes":
			io.WriteString(w, volumes)
		case "/networks", "/containers/json?all=1":
			io.WriteString(w, "[]")
		case "/v1.56/info":
			io.WriteString(w, `{"ServerVersion":"29.3.1","OSType":"linux"}`)
		case "/v1.56/version":
			io.WriteString(w, `{"Version":"29.3.1","ApiVersion":"1.56"}`)
		case "/v1.56/containers/web/json":
			io.WriteString(w, `{"Id":"`+container+`"}`)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	e, err := facts.NewVisitor(facts.Options{Host: "unix://" + socket})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

func TestVisitorShowsNoTicket(t *testing.T) {
	e := visited(t, `{"Volumes":[]}`)
	if _, err := e.Daemon(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := e.Container(t.Context(), "web"); err != nil {
		t.Error(err)
	}
	if _, err := e.Topology(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := e.Volumes(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := facts.NewVisitor(facts.Options{Host: "tcp://127.0.0.1:1"}); err == nil {
		t.Error("a visitor of a TCP address was made")
	}
}

func TestVolumes(t *testing.T) {
	for _, tc := range []struct {
		name, answer string
		want         []facts.Volume
		problem      string
	}{
		{"none", `{"Volumes":[],"Warnings":null}`, []facts.Volume{}, ""},
		{"null", `{"Volumes":null}`, []facts.Volume{}, ""},
		{"two", `{"Volumes":[{"Name":"z","Driver":"local","Scope":"local","Options":{"type":"tmpfs"}},{"Name":"a","Driver":"x"}]}`,
			[]facts.Volume{
				{Name: "a", LiveVolume: view.LiveVolume{Exists: true, Driver: "x", Scope: "local", Kind: "other", Options: []string{}}},
				{Name: "z", LiveVolume: view.LiveVolume{Exists: true, Driver: "local", Scope: "local", Kind: "other", Options: []string{"type=tmpfs"}}},
			}, ""},
		{"nameless", `{"Volumes":[{"Driver":"local"}]}`, nil, "without name or driver"},
		{"driverless", `{"Volumes":[{"Name":"a"}]}`, nil, "without name or driver"},
		{"no JSON", `<html>`, nil, "read volumes"},
		{"too large", `{"Volumes":[],"Warnings":["` + strings.Repeat("x", 9<<20) + `"]}`, nil, "too large"},
	} {
		got, err := visited(t, tc.answer).Volumes(t.Context())
		if !reflect.DeepEqual(got, tc.want) || (err == nil) != (tc.problem == "") || err != nil && !strings.Contains(err.Error(), tc.problem) {
			t.Errorf("%s: Volumes = %+v, %v", tc.name, got, err)
		}
	}
}
