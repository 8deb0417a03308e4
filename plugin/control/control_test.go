package control_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/plugin/breakglass"
	"github.com/airlock-gate/airlock/plugin/control"
)

// glass is one that opens network.prune.
func glass(tb testing.TB) *breakglass.Glass {
	tb.Helper()
	g, err := breakglass.New(breakglass.Options{
		ID: func() string { return "id" }, Openable: func() []string { return []string{"network.prune"} },
	})
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

// serve answers on a socket of its own for a user.
func serve(tb testing.TB, g *breakglass.Glass, uid uint32, refused func(uint32)) (socket string) {
	tb.Helper()
	dir, err := os.MkdirTemp("", "control") // a short path: sockets have room for 107 bytes
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { os.RemoveAll(dir) })
	socket = filepath.Join(dir, "control.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		tb.Fatal(err)
	}
	server, err := control.New(control.Options{Glass: g, UID: uid, Refused: refused})
	if err != nil {
		tb.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()
	tb.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			tb.Error(err)
		}
	})
	return socket
}

func me() uint32 { return uint32(os.Geteuid()) }

func TestBreakglass(t *testing.T) {
	g := glass(t)
	client := control.Dial(serve(t, g, me(), nil))
	ctx := t.Context()
	if state, err := client.Breakglass(ctx); err != nil || state.Open {
		t.Errorf("got %+v, %v; want closed", state, err)
	}
	asked := control.Opening{Operations: []string{"network.prune"}, Seconds: 60, Reason: "why", Ticket: "OPS-1"}
	state, err := client.Open(ctx, asked)
	if err != nil || !state.Open || state.ID != "id" || state.Until.Sub(state.Opened) != time.Minute || state.Ticket != "OPS-1" {
		t.Errorf("got %+v, %v; want it open", state, err)
	}
	if g.Breakglass() == nil {
		t.Error("nothing is open")
	}
	if _, err := client.Open(ctx, asked); err == nil || !strings.Contains(err.Error(), "something is open already") {
		t.Errorf("opened twice: %v", err)
	}
	if state, err := client.Breakglass(ctx); err != nil || !state.Open || state.Reason != "why" {
		t.Errorf("got %+v, %v; want it open", state, err)
	}
	if state, err := client.Close(ctx); err != nil || state.ID != "id" || g.Breakglass() != nil {
		t.Errorf("got %+v, %v; want it closed", state, err)
	}
	asked.Operations = []string{"build.run"}
	if _, err := client.Open(ctx, asked); err == nil || !strings.Contains(err.Error(), `"build.run" is no operation that can be opened`) {
		t.Errorf("opened a refused operation: %v", err)
	}
}

// TestPeer: whoever the kernel does not name as the one user is turned away, whatever the socket's mode.
func TestPeer(t *testing.T) {
	g := glass(t)
	refused := make(chan uint32, 8)
	client := control.Dial(serve(t, g, me()+1, func(uid uint32) { refused <- uid }))
	for _, call := range []func() (breakglass.State, error){
		func() (breakglass.State, error) { return client.Breakglass(t.Context()) },
		func() (breakglass.State, error) { return client.Close(t.Context()) },
		func() (breakglass.State, error) {
			return client.Open(t.Context(), control.Opening{Operations: []string{"network.prune"}, Seconds: 60, Reason: "why"})
		},
	} {
		if _, err := call(); err == nil || err.Error() != "gate: only root may use the control socket" {
			t.Errorf("got %v, want a refusal", err)
		}
		if uid := <-refused; uid != me() {
			t.Errorf("told of user %d", uid)
		}
	}
	if g.Breakglass() != nil {
		t.Error("opened")
	}
}

// TestNoPeer: a connection that is no unix socket has no peer, and is nobody.
func TestNoPeer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, err := control.New(control.Options{Glass: glass(t), UID: me()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()
	response, err := http.Get("http://" + listener.Addr().String() + control.BreakglassPath)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("status %d", response.StatusCode)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

const good = `{"operations":["network.prune"],"seconds":60,"reason":"why","ticket":"","persist":false}`

func TestRequests(t *testing.T) {
	for _, tc := range []struct {
		name, method, path, kind, body string
		status                         int
		want                           string
	}{
		{"good", "POST", "", "application/json", good, 201, `"open":true`},
		{"with a charset", "POST", "", "application/json; charset=utf-8", good, 201, `"open":true`},
		{"without what may be absent", "POST", "", "application/json", `{"operations":["network.prune"],"seconds":60,"reason":"why"}`, 201, `"open":true`},
		{"another path", "GET", "/", "", "", 404, "no such path"},
		{"another method", "PUT", "", "", "", 405, "no such method"},
		{"a form", "POST", "", "application/x-www-form-urlencoded", "seconds=60", 415, "application/json"},
		{"no type", "POST", "", "", good, 415, "application/json"},
		{"no body", "POST", "", "application/json", "", 400, "api/malformed-body"},
		{"a list", "POST", "", "application/json", "[" + good + "]", 400, "api/malformed-body"},
		{"a key twice", "POST", "", "application/json", strings.Replace(good, `"seconds":60`, `"seconds":60,"seconds":3600`, 1), 400, "api/duplicate-key"},
		{"another spelling", "POST", "", "application/json", strings.Replace(good, "seconds", "Seconds", 1), 400, "api/case-variant-key"},
		{"an unknown key", "POST", "", "application/json", strings.Replace(good, "{", `{"force":true,`, 1), 400, "api/unknown-field"},
		{"something behind", "POST", "", "application/json", good + "{}", 400, "api/malformed-body"},
		{"a text for a number", "POST", "", "application/json", strings.Replace(good, "60", `"60"`, 1), 400, "api/malformed-body"},
		{"no time", "POST", "", "application/json", strings.Replace(good, "60", "0", 1), 400, "seconds: 0"},
		{"more time than there is", "POST", "", "application/json", strings.Replace(good, "60", "9223372036854775807", 1), 400, "seconds: "},
		{"more than allowed", "POST", "", "application/json", strings.Replace(good, "60", "3601", 1), 400, "want at most 1h0m0s"},
		{"no reason", "POST", "", "application/json", strings.Replace(good, "why", "", 1), 400, "no reason"},
		{"too large", "POST", "", "application/json", strings.Replace(good, "why", strings.Repeat("x", 17<<10), 1), 400, "at most 16384 bytes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := glass(t)
			status, text := send(t, serve(t, g, me(), nil), tc.method, tc.path, tc.kind, tc.body)
			if status != tc.status || !strings.Contains(text, tc.want) {
				t.Errorf("got %d %s, want %d %s", status, text, tc.status, tc.want)
			}
			if (g.Breakglass() != nil) != (tc.status == 201) {
				t.Errorf("open: %+v", g.Breakglass())
			}
		})
	}
}

func send(tb testing.TB, socket, method, path, kind, body string) (int, string) {
	tb.Helper()
	client := http.Client{Timeout: time.Minute, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
	if path == "" {
		path = control.BreakglassPath
	}
	request, err := http.NewRequestWithContext(tb.Context(), method, "http://gate"+path, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	response, err := client.Do(request)
	if err != nil {
		tb.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// FuzzOpening holds that whatever body is taken says one thing only, and opens that.
func FuzzOpening(f *testing.F) {
	for _, seed := range []string{good, good + " ", `{}`, `null`, `{"operations":["network.prune"],"SECONDS":60}`,
		`{"operations":["network.prune"],"seconds":1e3,"reason":"x"}`, `{"operations":["network.prune"],"seconds":60,"reason":"\u0000"}`,
		`{"operations":["network.prune"],"seconds":60,"reason":"x","reason":"y"}`} {
		f.Add([]byte(seed))
	}
	g := glass(f)
	socket := serve(f, g, me(), nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		g.Close()
		status, text := send(t, socket, "POST", "", "application/json", string(body))
		open := g.Breakglass()
		if (status == http.StatusCreated) != (open != nil) {
			t.Fatalf("status %d, open %+v", status, open)
		}
		if open == nil {
			return
		}
		var asked control.Opening
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&asked); err != nil {
			t.Fatalf("took %q: %v", body, err)
		}
		state := g.State()
		if len(open.Operations) != 1 || open.Operations[0] != "network.prune" || open.Reason != asked.Reason || asked.Reason == "" ||
			state.Until.Sub(state.Opened) != time.Duration(asked.Seconds)*time.Second || state.Until.Sub(state.Opened) > time.Hour {
			t.Errorf("%q opened %+v: %s", body, state, text)
		}
	})
}
