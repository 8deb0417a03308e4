package plugin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docker/go-plugins-helpers/authorization"

	"github.com/airlock-gate/airlock/plugin"
	"github.com/airlock-gate/airlock/plugin/decision"
)

// TestSuccession replaces servers on one socket that outlives them, as systemd's does, under clients that keep
// connections as the engine does: two of them, and never repeating a call that may have arrived. No call fails, and none
// is decided twice or not at all.
func TestSuccession(t *testing.T) {
	t.Parallel()
	path := filepath.Join(socketDir(t), "s")
	held, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = held.Close() })
	descriptor, err := held.File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = descriptor.Close() })

	var decided, answered atomic.Int64
	generation := func(ctx context.Context) (served chan error) {
		listener, err := net.FileListener(descriptor)
		if err != nil {
			t.Fatal(err)
		}
		server, err := plugin.New(plugin.Options{Recorder: &kept{}, Settle: 300 * time.Millisecond,
			Decider: decide(func(context.Context, *decision.Call) decision.Outcome {
				decided.Add(1)
				return decision.Outcome{Verdict: decision.Allow}
			})})
		if err != nil {
			t.Fatal(err)
		}
		served = make(chan error, 1)
		go func() { served <- server.Serve(ctx, listener) }()
		return served
	}

	d := client(path)
	d.client.Transport.(*http.Transport).MaxIdleConnsPerHost = 2
	defer d.client.CloseIdleConnections()
	messages := [][]byte{ping(t), message(t, authorization.Request{ // one write of the client, and several
		RequestMethod: "POST", RequestURI: "/containers/create", RequestBody: make([]byte, 20<<10)})}
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for i := range 8 {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				response, err := d.client.Post("http://plugin"+plugin.RequestPath, "", bytes.NewReader(messages[i%2]))
				if err != nil {
					t.Errorf("call: %v", err)
					return
				}
				var got authorization.Response
				err = json.NewDecoder(response.Body).Decode(&got)
				_ = response.Body.Close()
				if err != nil || !got.Allow {
					t.Errorf("call: got %d %+v, %v, want an admission", response.StatusCode, got, err)
					return
				}
				answered.Add(1)
			}
		})
	}
	for range 6 {
		ctx, cancel := context.WithCancel(t.Context())
		before := answered.Load()
		served := generation(ctx)
		for answered.Load() < before+200 && !t.Failed() {
			time.Sleep(time.Millisecond)
		}
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := generation(ctx) // answers what waits
	close(stop)
	clients.Wait()
	cancel()
	if err := <-served; err != nil {
		t.Errorf("serve: %v", err)
	}
	if decided.Load() != answered.Load() {
		t.Errorf("got %d answers to %d decisions", answered.Load(), decided.Load())
	}
}

// TestLastCall holds that a call on a connection that is open when the server stops is answered, as the last one there.
func TestLastCall(t *testing.T) {
	t.Parallel()
	d, stop := serve(t, plugin.Options{Settle: time.Minute, Decider: verdict(decision.Outcome{Verdict: decision.Allow})})
	d.authorize(t, plugin.RequestPath, ping(t))
	fresh, err := net.Dial("unix", d.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = fresh.Close() }()
	d.authorize(t, plugin.RequestPath, ping(t)) // on the first connection: the other is accepted by now, or about to be
	stopped := d.stopping(stop)
	response, err := d.client.Post("http://plugin"+plugin.RequestPath, "", bytes.NewReader(ping(t)))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK || !response.Close {
		t.Errorf("got %d, close %v, want the last answer of its connection", response.StatusCode, response.Close)
	}
	_ = fresh.Close()
	if err := <-stopped; err != nil {
		t.Errorf("stop: %v", err)
	}
}

// TestIdleStop holds that connections nobody uses do not keep the server, used before or not.
func TestIdleStop(t *testing.T) {
	t.Parallel()
	d, stop := serve(t, plugin.Options{Drain: time.Minute, Decider: verdict(decision.Outcome{Verdict: decision.Allow})})
	unused, err := net.Dial("unix", d.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unused.Close() }()
	d.authorize(t, plugin.RequestPath, ping(t))
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	select {
	case err := <-stopped:
		if err != nil {
			t.Errorf("stop: %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("still waiting for idle connections")
	}
}
