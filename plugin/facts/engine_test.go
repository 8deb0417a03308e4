package facts_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/refusal"
)

const (
	digest    = "sha256:9b2c0f2e6a1d4c3b5a69788796a5b4c3d2e1f00112233445566778899aabbcc0"
	pinned    = "registry.internal/openclaw/worker@" + digest
	container = "4f1c3a9be0d24c0f9a7d6b5e3c2f1a0998877665544332211ffeeddccbbaa990"
)

// seen is one request as an engine would tell its plugins about it.
type seen struct {
	method, target string
	headers        map[string]string
}

// daemon is an engine on a unix socket that asks its plugin, the gate, about every request.
type daemon struct {
	*http.Server
	socket     string
	apiVersion string
	gate       atomic.Pointer[facts.Engine]

	mu      sync.Mutex
	calls   []seen
	answers map[string]string // target without version prefix to body; absent is 404
	delay   time.Duration
	status  int // when not zero, the status of every answer
	mute    int // so many lists of containers are answered with nothing
}

func startDaemon(t *testing.T, socket, apiVersion string) *daemon {
	t.Helper()
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	d := &daemon{socket: socket, apiVersion: apiVersion, answers: map[string]string{}}
	d.Server = &http.Server{Handler: d}
	go d.Serve(listener)
	t.Cleanup(func() { d.Close() })
	return d
}

func (d *daemon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := seen{r.Method, r.RequestURI, map[string]string{}}
	for name, values := range r.Header {
		call.headers[name] = values[len(values)-1]
	}
	d.mu.Lock()
	d.calls = append(d.calls, call)
	delay, status := d.delay, d.status
	d.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Api-Version", d.apiVersion)
	if strings.HasSuffix(r.URL.Path, "/_ping") {
		return // the policies judge it
	}
	own, err := d.gate.Load().Recognise(call.method, call.target, call.headers, nil)
	if !own || err != nil {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `{"message":"not recognised: %v"}`, err)
		return
	}
	prefix := "/v" + d.apiVersion
	if strings.HasPrefix(r.RequestURI, "/v") && !strings.HasPrefix(r.RequestURI, prefix) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"message":"client version is too new. Maximum supported API version is %s"}`, d.apiVersion)
		return
	}
	select {
	case <-time.After(delay):
	case <-r.Context().Done():
	}
	d.mu.Lock()
	body, ok := d.answers[strings.TrimPrefix(r.RequestURI, prefix)]
	if d.mute > 0 && strings.HasPrefix(r.RequestURI, "/containers/json") {
		d.mute--
		body = ""
	}
	d.mu.Unlock()
	switch {
	case status != 0:
		w.WriteHeader(status)
		fmt.Fprint(w, `{"message":"as told"}`)
	case !ok:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"message":"no such object"}`)
	default:
		fmt.Fprint(w, body)
	}
}

func (d *daemon) answer(target, body string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answers[target] = body
}

// introduce makes the daemon say which version it is.
func (d *daemon) introduce(version string) {
	d.answer("/info", `{"ServerVersion":"`+version+`","OSType":"linux"}`)
	d.answer("/version", `{"Version":"`+version+`","ApiVersion":"`+d.apiVersion+`"}`)
}

func (d *daemon) set(delay time.Duration, status int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.delay, d.status = delay, status
}

// targets lists what was asked, pings left out.
func (d *daemon) targets() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := []string{}
	for _, call := range d.calls {
		if !strings.HasSuffix(call.target, "/_ping") {
			list = append(list, call.method+" "+call.target)
		}
	}
	return list
}

func open(t *testing.T, apiVersion string, timeout time.Duration) (*facts.Engine, *daemon) {
	t.Helper()
	d := startDaemon(t, filepath.Join(t.TempDir(), "docker.sock"), apiVersion)
	e, err := facts.New(facts.Options{Host: "unix://" + d.socket, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	d.gate.Store(e)
	return e, d
}

func TestImage(t *testing.T) {
	e, d := open(t, "1.41", 0)
	d.answer("/images/"+pinned+"/json", `{"Id":"sha256:aa","Os":"linux","Config":{"User":"1001:1001"}}`)
	d.answer("/images/worker:1/json", `{"Id":"sha256:bb","Os":"linux","Config":{}}`)
	d.answer("/images/empty/json", `{}`)
	for range 2 {
		got, err := e.Image(t.Context(), pinned)
		if err != nil || got.ID != "sha256:aa" || got.User != "1001:1001" {
			t.Fatalf("Image(pinned) = %+v, %v", got, err)
		}
		if got, err := e.Image(t.Context(), "worker:1"); err != nil || got.ID != "sha256:bb" {
			t.Fatalf("Image(tag) = %+v, %v", got, err)
		}
		if _, err := e.Image(t.Context(), "gone@"+digest); !errors.Is(err, facts.ErrNotFound) {
			t.Fatalf("Image(gone) error = %v, want ErrNotFound", err)
		}
	}
	if _, err := e.Image(t.Context(), "empty"); err == nil || errors.Is(err, facts.ErrNotFound) {
		t.Errorf("Image(empty answer) error = %v, want a failure", err)
	}
	want := []string{ // the pinned image once; tags and absent images every time
		"GET /v1.41/images/" + pinned + "/json", "GET /v1.41/images/worker:1/json", "GET /v1.41/images/gone@" + digest + "/json",
		"GET /v1.41/images/worker:1/json", "GET /v1.41/images/gone@" + digest + "/json", "GET /v1.41/images/empty/json",
	}
	if got := d.targets(); !reflect.DeepEqual(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
}

func TestIndexIsNotRemembered(t *testing.T) {
	for _, tc := range []struct {
		mediaType string
		asked     int
	}{
		{"application/vnd.oci.image.manifest.v1+json", 1},
		{"application/vnd.docker.distribution.manifest.v2+json", 1},
		{"application/vnd.oci.image.index.v1+json", 2},
		{"application/vnd.docker.distribution.manifest.list.v2+json", 2},
		{"", 2},
	} {
		e, d := open(t, "1.56", 0)
		d.answer("/images/"+pinned+"/json", `{"Id":"sha256:aa","Descriptor":{"mediaType":"`+tc.mediaType+`"}}`)
		for range 2 {
			if _, err := e.Image(t.Context(), pinned); err != nil {
				t.Fatal(err)
			}
		}
		if got := len(d.targets()); got != tc.asked {
			t.Errorf("%q: asked %d times, want %d", tc.mediaType, got, tc.asked)
		}
	}
}

func TestNamesTheEngineCannotHoldAreNotAsked(t *testing.T) {
	e, d := open(t, "1.56", 0)
	for _, name := range []string{"", "../info", "a/../../info", "a//b", "x?y=1", "x#y", "x\x00", "a b", "/etc", "a/", "-x", "%2e%2e/info"} {
		if _, err := e.Image(t.Context(), name); !errors.Is(err, facts.ErrNotFound) {
			t.Errorf("Image(%q) error = %v, want ErrNotFound", name, err)
		}
		if _, err := e.Container(t.Context(), name); !errors.Is(err, facts.ErrNotFound) {
			t.Errorf("Container(%q) error = %v, want ErrNotFound", name, err)
		}
	}
	if got := d.targets(); len(got) != 0 {
		t.Errorf("asked %q", got)
	}
}

func TestNamesTheEngineCannotReadNameNoImage(t *testing.T) {
	e, d := open(t, "1.41", 0)
	d.set(0, http.StatusBadRequest)
	if _, err := e.Image(t.Context(), "Registry/worker"); !errors.Is(err, facts.ErrNotFound) {
		t.Errorf("Image error = %v, want ErrNotFound", err)
	}
	d.set(0, http.StatusInternalServerError)
	if _, err := e.Image(t.Context(), "Registry/worker"); err == nil || errors.Is(err, facts.ErrNotFound) {
		t.Errorf("Image error = %v, want one that is not ErrNotFound", err)
	}
}

func TestContainerIsAskedEveryTime(t *testing.T) {
	e, d := open(t, "1.41", 0)
	want := json.RawMessage(`{"Id":"` + container + `","Name":"/web","HostConfig":{"KernelMemory":7}}`)
	d.answer("/containers/web/json", string(want))
	for range 2 {
		got, err := e.Container(t.Context(), "web")
		if err != nil || string(got) != string(want) {
			t.Fatalf("Container = %s, %v", got, err)
		}
	}
	if _, err := e.Container(t.Context(), "gone"); !errors.Is(err, facts.ErrNotFound) {
		t.Errorf("Container(gone) error = %v, want ErrNotFound", err)
	}
	if got := len(d.targets()); got != 3 {
		t.Errorf("asked %d times, want 3", got)
	}
}

func TestDaemonIsAskedAgainAfterItsConnectionEnds(t *testing.T) {
	e, d := open(t, "1.56", 0)
	d.introduce("29.3.1")
	if got := e.Said(); got != nil {
		t.Fatalf("Said = %+v before the daemon was asked", got)
	}
	for range 3 {
		got, err := e.Daemon(t.Context())
		if err != nil || got.Version != "29.3.1" || got.APIVersion != "1.56" {
			t.Fatalf("Daemon = %+v, %v", got, err)
		}
		if said := e.Said(); said != got {
			t.Fatalf("Said = %+v, want what Daemon returned", said)
		}
	}
	if got, want := d.targets(), []string{"GET /v1.56/info", "GET /v1.56/version"}; !reflect.DeepEqual(got, want) {
		t.Fatalf("asked %q, want %q", got, want)
	}
	d.Close()
	older := startDaemon(t, d.socket, "1.41")
	older.gate.Store(e)
	older.introduce("20.10.24")
	for deadline := time.Now().Add(5 * time.Second); ; {
		got, err := e.Daemon(t.Context())
		if err == nil && got.Version == "20.10.24" && got.APIVersion == "1.41" {
			return // the version was agreed on anew as well
		}
		if time.Now().After(deadline) {
			t.Fatalf("Daemon = %+v, %v; want the new daemon's answer", got, err)
		}
	}
}

// What the daemon said is renewed while it still holds, so that callers go on without waiting.
func TestDaemonIsAskedAgainMeanwhile(t *testing.T) {
	t.Parallel()
	e, d := open(t, "1.56", 0)
	d.introduce("29.3.1")
	if _, err := e.Daemon(t.Context()); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); len(d.targets()) < 4; time.Sleep(10 * time.Millisecond) {
		if e.Said() == nil && len(d.targets()) < 4 {
			t.Fatal("what the daemon said is forgotten before it was asked again")
		}
		if time.Now().After(deadline) {
			t.Fatal("the daemon is not asked again")
		}
	}
	want := []string{"GET /v1.56/info", "GET /v1.56/version", "GET /v1.56/info", "GET /v1.56/version"}
	if got := d.targets(); !reflect.DeepEqual(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
}

func TestFailureIsNotAbsence(t *testing.T) {
	for _, tc := range []struct {
		name  string
		setUp func(*daemon)
	}{
		{"server error", func(d *daemon) { d.set(0, http.StatusInternalServerError) }},
		{"denied by another plugin", func(d *daemon) { d.set(0, http.StatusForbidden) }},
		{"redirect", func(d *daemon) { d.set(0, http.StatusMovedPermanently) }},
		{"too slow", func(d *daemon) { d.set(10*time.Second, 0) }},
		{"gone", func(d *daemon) { d.Close() }},
		{"not JSON", func(d *daemon) { everywhere(d, "<html>") }},
		{"cut off", func(d *daemon) { everywhere(d, `{"Id":"sha256:aa"`) }},
		{"empty", func(d *daemon) { everywhere(d, `{}`) }},
		{"too large", func(d *daemon) {
			everywhere(d, `{"Id":"sha256:aa","ServerVersion":"1","OSType":"linux","Name":"`+strings.Repeat("x", 9<<20)+`"}`)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e, d := open(t, "1.56", 500*time.Millisecond)
			tc.setUp(d)
			began := time.Now()
			if got, err := e.Image(t.Context(), pinned); err == nil || errors.Is(err, facts.ErrNotFound) {
				t.Errorf("Image = %+v, %v", got, err)
			}
			if got, err := e.Container(t.Context(), "web"); err == nil || errors.Is(err, facts.ErrNotFound) {
				t.Errorf("Container = %.40s, %v", got, err)
			}
			if got, err := e.Daemon(t.Context()); err == nil || errors.Is(err, facts.ErrNotFound) {
				t.Errorf("Daemon = %+v, %v", got, err)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func everywhere(d *daemon, body string) {
	for _, target := range []string{"/images/" + pinned + "/json", "/containers/web/json", "/info"} {
		d.answer(target, body)
	}
}

func TestCallersDeadlineHolds(t *testing.T) {
	e, d := open(t, "1.56", 0)
	d.introduce("29.3.1")
	d.set(300*time.Millisecond, 0)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := e.Daemon(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Daemon error = %v, want the caller's deadline", err)
	}
	if _, err := e.Container(ctx, "web"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Container error = %v, want the caller's deadline", err)
	}
	if got, err := e.Daemon(t.Context()); err != nil || got.Version != "29.3.1" {
		t.Errorf("Daemon for the patient = %+v, %v", got, err) // the impatient caller did not spoil the shared answer
	}
}

func TestAddress(t *testing.T) {
	for host, want := range map[string]string{
		"tcp://127.0.0.1:2375":  `read engine address "tcp://127.0.0.1:2375": want unix:///absolute/path`,
		"unix://docker.sock":    `read engine address "unix://docker.sock": want unix:///absolute/path`,
		"/var/run/docker.sock":  "read engine address \"/var/run/docker.sock\": unable to parse docker host `/var/run/docker.sock`",
		"npipe:////./pipe/x":    `read engine address "npipe:////./pipe/x": want unix:///absolute/path`,
		"unix:///run/dock.sock": "",
	} {
		_, err := facts.New(facts.Options{Host: host})
		if got := fmt.Sprint(err); (err != nil || want != "") && got != want {
			t.Errorf("New(%q) error = %s, want %s", host, got, want)
		}
	}
}

// TestTicket steals the ticket of a look-up that is under way and shows it in every wrong way.
func TestTicket(t *testing.T) {
	const name = "X-Airlock-Ticket"
	refused := func(got string) error {
		return &refusal.Refusal{Rule: refusal.OwnCall, Field: "header " + name, Got: got,
			Want: "no such header: only the gate itself sends it"}
	}
	noTicket, unknown, other := refused("a value that is no ticket"), refused("a ticket that is unknown, used or expired"),
		refused("a ticket made for another call")
	for _, tc := range []struct {
		name string
		show func(method, target, ticket string) (string, string, map[string]string, []byte)
		own  bool
		err  error
	}{
		{"exact", func(m, u, k string) (string, string, map[string]string, []byte) {
			return m, u, map[string]string{name: k}, nil
		}, true, nil},
		{"other spelling of the header", func(m, u, k string) (string, string, map[string]string, []byte) {
			return m, u, map[string]string{"x-airlock-ticket": k}, nil
		}, true, nil},
		{"no header", func(m, u, k string) (string, string, map[string]string, []byte) {
			return m, u, map[string]string{"X-Other": k}, nil
		}, false, nil},
		{"empty header", func(m, u, _ string) (string, string, map[string]string, []byte) {
			return m, u, map[string]string{name: ""}, nil
		}, false, noTicket},
		{"short", func(m, u, k string) (string, string, map[string]string, []byte) {
			return m, u, map[string]string{name: k[:62]}, nil
		}, false, noTicket},
		{"not hexadecimal", func(m, u, k string) (string, string, map[string]string, []byte) {
			return m, u, map[string]string{name: strings.Repeat("z", 64)}, nil
		}, false, noTicket},
		{"invented", func(m, u, _ string) (string, string, map[string]string, []byte) {
			return m, u, map[string]string{name: strings.Repeat("0", 64)}, nil
		}, false, unknown},
		{"other method", func(_, u, k string) (string, string, map[string]string, []byte) {
			return "POST", u, map[string]string{name: k}, nil
		}, false, other},
		{"lower-case method", func(_, u, k string) (string, string, map[string]string, []byte) {
			return "get", u, map[string]string{name: k}, nil
		}, false, other},
		{"HEAD", func(_, u, k string) (string, string, map[string]string, []byte) {
			return "HEAD", u, map[string]string{name: k}, nil
		}, false, other},
		{"other target", func(m, _, k string) (string, string, map[string]string, []byte) {
			return m, "/v1.56/containers/db/json", map[string]string{name: k}, nil
		}, false, other},
		{"more query", func(m, u, k string) (string, string, map[string]string, []byte) {
			return m, u + "?size=1", map[string]string{name: k}, nil
		}, false, other},
		{"other version", func(m, _, k string) (string, string, map[string]string, []byte) {
			return m, "/containers/web/json", map[string]string{name: k}, nil
		}, false, other},
		{"absolute form", func(m, u, k string) (string, string, map[string]string, []byte) {
			return m, "http://x" + u, map[string]string{name: k}, nil
		}, false, other},
		{"with a body", func(m, u, k string) (string, string, map[string]string, []byte) {
			return m, u, map[string]string{name: k}, []byte("{}")
		}, false, other},
	} {
		t.Run(tc.name, func(t *testing.T) {
			socket := filepath.Join(t.TempDir(), "docker.sock")
			listener, err := net.Listen("unix", socket)
			if err != nil {
				t.Fatal(err)
			}
			e, err := facts.New(facts.Options{Host: "unix://" + socket})
			if err != nil {
				t.Fatal(err)
			}
			server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodHead {
					if shown := r.Header.Get(name); shown != "" {
						t.Errorf("HEAD carries ticket %q", shown)
					}
					w.Header().Set("Api-Version", "1.56")
					return
				}
				method, target, headers, body := tc.show(r.Method, r.RequestURI, r.Header.Get(name))
				own, err := e.Recognise(method, target, headers, body)
				if own != tc.own || !reflect.DeepEqual(err, tc.err) {
					t.Errorf("Recognise = %v, %v, want %v, %v", own, err, tc.own, tc.err)
				}
				if _, shown := headers[name]; shown && len(headers[name]) == 64 {
					// Whatever it was shown for, it is used up now.
					if own, err := e.Recognise(method, target, headers, body); own || !reflect.DeepEqual(err, unknown) && !reflect.DeepEqual(err, noTicket) {
						t.Errorf("second Recognise = %v, %v, want a refusal", own, err)
					}
				}
				w.WriteHeader(http.StatusNotFound)
			})}
			go server.Serve(listener)
			defer server.Close()
			if _, err := e.Container(t.Context(), "web"); !errors.Is(err, facts.ErrNotFound) {
				t.Errorf("Container error = %v", err)
			}
		})
	}
}

// TestTicketDiesWithItsCall shows a ticket after the look-up it was made for has returned.
func TestTicketDiesWithItsCall(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "docker.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	e, err := facts.New(facts.Options{Host: "unix://" + socket})
	if err != nil {
		t.Fatal(err)
	}
	var target, shown string
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.56")
		if r.Method == http.MethodGet {
			target, shown = r.RequestURI, r.Header.Get("X-Airlock-Ticket")
			w.WriteHeader(http.StatusNotFound)
		}
	})}
	go server.Serve(listener)
	defer server.Close()
	if _, err := e.Container(t.Context(), "web"); !errors.Is(err, facts.ErrNotFound) {
		t.Fatal(err)
	}
	if len(shown) != 64 {
		t.Fatalf("ticket %q, want 256 bits", shown)
	}
	if own, err := e.Recognise("GET", target, map[string]string{"X-Airlock-Ticket": shown}, nil); own || err == nil {
		t.Errorf("Recognise = %v, %v, want a refusal", own, err)
	}
}

func FuzzRecognise(f *testing.F) {
	f.Add("GET", "/v1.56/info", "X-Airlock-Ticket", strings.Repeat("0", 64))
	f.Add("GET", "/info", "x-airlock-ticket", "")
	f.Add("POST", "/containers/create", "X-Airlock-Ticket ", "1")
	e, err := facts.New(facts.Options{Host: "unix:///nowhere.sock"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, method, target, name, value string) {
		own, err := e.Recognise(method, target, map[string]string{name: value}, nil)
		if own {
			t.Fatal("a call nobody made was recognised")
		}
		if marked := strings.EqualFold(name, "X-Airlock-Ticket") && len(name) == 16; marked != (err != nil) {
			t.Fatalf("header %q: error %v", name, err)
		}
	})
}

func TestManyLookUpsAtOnce(t *testing.T) {
	e, d := open(t, "1.56", 0)
	d.introduce("29.3.1")
	d.answer("/containers/web/json", `{"Id":"`+container+`"}`)
	var group sync.WaitGroup
	for range 60 {
		group.Go(func() {
			if _, err := e.Container(t.Context(), "web"); err != nil {
				t.Error(err)
			}
			if _, err := e.Daemon(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

const oneNetwork = `[{"Id":"` + container + `","Name":"agents","Driver":"bridge","Scope":"local","Internal":true}]`

func TestTopologyIsAskedEveryTime(t *testing.T) {
	e, d := open(t, "1.41", 0)
	d.answer("/networks", oneNetwork)
	d.answer("/containers/json?all=1", `[{"Id":"1","Names":["/web"],"State":"running","HostConfig":{"NetworkMode":"agents"},
		"NetworkSettings":{"Networks":{"agents":{"NetworkID":"`+container+`"}}}}]`)
	for range 2 {
		got, err := e.Topology(t.Context())
		if err != nil || len(got.Networks) != 1 || len(got.Containers) != 1 || !reflect.DeepEqual(got.Containers[0].Networks, []string{container}) {
			t.Fatalf("Topology = %+v, %v", got, err)
		}
	}
	got := d.targets()
	slices.Sort(got)
	want := []string{"GET /containers/json?all=1", "GET /containers/json?all=1", "GET /networks", "GET /networks"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
}

// An answer of nothing is no list, and a reason to ask again, but not for ever.
func TestTopologyAfterSilence(t *testing.T) {
	for _, tc := range []struct {
		mute int
		ok   bool
	}{{1, true}, {2, true}, {3, false}} {
		e, d := open(t, "1.56", 0)
		d.answer("/networks", oneNetwork)
		d.answer("/containers/json?all=1", `[]`)
		d.mu.Lock()
		d.mute = tc.mute
		d.mu.Unlock()
		if got, err := e.Topology(t.Context()); (err == nil) != tc.ok || tc.ok && len(got.Networks) != 1 {
			t.Errorf("after %d silent answers: Topology = %+v, %v", tc.mute, got, err)
		}
		if asked := len(d.targets()); asked != 1+min(tc.mute+1, 3) {
			t.Errorf("after %d silent answers: asked %d times", tc.mute, asked)
		}
	}
}

// TestTopologyOfHalfAnEngine: one list without the other is nothing to decide by, and no failure is an absence.
func TestTopologyOfHalfAnEngine(t *testing.T) {
	for name, setUp := range map[string]func(*daemon){
		"no networks":   func(d *daemon) { d.answer("/containers/json?all=1", `[]`) },
		"no containers": func(d *daemon) { d.answer("/networks", oneNetwork) },
		"null": func(d *daemon) {
			d.answer("/networks", oneNetwork)
			d.answer("/containers/json?all=1", `null`)
		},
		"cut off": func(d *daemon) {
			d.answer("/networks", oneNetwork)
			d.answer("/containers/json?all=1", `[{"Id":"1"`)
		},
		"too large": func(d *daemon) {
			d.answer("/networks", oneNetwork)
			d.answer("/containers/json?all=1", `[`+strings.Repeat(" ", 9<<20)+`]`)
		},
		"redirect": func(d *daemon) {
			d.answer("/networks", oneNetwork)
			d.set(0, http.StatusMovedPermanently)
		},
		"too slow": func(d *daemon) {
			d.answer("/networks", oneNetwork)
			d.set(10*time.Second, 0)
		},
		"gone": func(d *daemon) { d.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			e, d := open(t, "1.56", 500*time.Millisecond)
			setUp(d)
			began := time.Now()
			if got, err := e.Topology(t.Context()); err == nil || errors.Is(err, facts.ErrNotFound) {
				t.Errorf("Topology = %+v, %v", got, err)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}
