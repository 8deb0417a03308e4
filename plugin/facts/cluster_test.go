package facts_test

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/view"
)

func TestSwarm(t *testing.T) {
	e, d := open(t, "1.44", time.Second)
	d.answer("/services/agent", `{"ID":"svc1","Spec":{"Name":"agent","TaskTemplate":{"ContainerSpec":{"Image":"r.io/a/b:1"}}}}`)
	d.answer("/secrets/s1", `{"ID":"s1","Spec":{"Name":"key","Labels":{},"Templating":{"Name":"golang"}}}`)
	d.answer("/secrets/s", `{"ID":"s1","Spec":{"Name":"key"}}`)
	d.answer("/configs/c1", `{"ID":"c1","Spec":{"Name":"settings","Labels":{},"Data":"Y2FuYXJ5"}}`)
	service := func(ctx context.Context, name string) (any, error) { return e.Service(ctx, name) }
	secret := func(ctx context.Context, id string) (any, error) { return e.Secret(ctx, id) }
	config := func(ctx context.Context, id string) (any, error) { return e.Config(ctx, id) }
	for _, tc := range []struct {
		name string
		ask  func(context.Context, string) (any, error)
		want any
	}{
		{"agent", service, &view.LiveService{ID: "svc1", Name: "agent", Repository: "r.io/a/b"}},
		{"gone", service, nil},
		{"../info", service, nil},
		{"", service, nil},
		{"s1", secret, &view.LiveFile{Name: "key", Templating: "golang"}},
		{"s", secret, nil}, // of another one
		{"s/1", secret, nil},
		{"c1", config, &view.LiveFile{Name: "settings"}},
		{"c2", config, nil},
	} {
		got, err := tc.ask(t.Context(), tc.name)
		if tc.want == nil {
			if !errors.Is(err, facts.ErrNotFound) {
				t.Errorf("%q: got %v, %v", tc.name, got, err)
			}
		} else if err != nil || !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%q: got %+v, %v, want %+v", tc.name, got, err, tc.want)
		}
	}
	if slices.ContainsFunc(d.targets(), func(target string) bool { return target == "GET /v1.44/info" }) {
		t.Errorf("a name changed the path: %v", d.targets())
	}
	d.set(0, http.StatusServiceUnavailable) // no manager of a swarm
	if _, err := e.Service(t.Context(), "agent"); !errors.Is(err, facts.ErrNotFound) {
		t.Errorf("no swarm: %v", err)
	}
	d.set(0, http.StatusInternalServerError)
	if _, err := e.Secret(t.Context(), "s1"); err == nil || errors.Is(err, facts.ErrNotFound) {
		t.Errorf("a fault is no absence: %v", err)
	}
}
