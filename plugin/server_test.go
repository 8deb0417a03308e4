package plugin_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docker/go-plugins-helpers/authorization"
	"github.com/rs/zerolog"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin"
	"github.com/airlock-gate/airlock/plugin/answer"
	"github.com/airlock-gate/airlock/plugin/decision"
	"github.com/airlock-gate/airlock/plugin/record"
)

// decide is a decider made of a function.
type decide func(ctx context.Context, call *decision.Call) decision.Outcome

func (d decide) Decide(ctx context.Context, call *decision.Call) decision.Outcome {
	return d(ctx, call)
}

// verdict is a decider that always answers the same.
func verdict(outcome decision.Outcome) decide {
	return func(context.Context, *decision.Call) decision.Outcome { return outcome }
}

// kept is a recorder that keeps what it is told.
type kept struct {
	mu       sync.Mutex
	started  int
	outcomes []decision.Outcome
	calls    []*decision.Call
}

func (k *kept) Started() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.started++
}

func (k *kept) Record(call *decision.Call, outcome decision.Outcome) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls = append(k.calls, call)
	k.outcomes = append(k.outcomes, outcome)
}

func (k *kept) last(t testing.TB) decision.Outcome {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.outcomes) == 0 || k.started != len(k.outcomes) {
		t.Fatalf("recorded %d of %d decisions", len(k.outcomes), k.started)
	}
	return k.outcomes[len(k.outcomes)-1]
}

// daemon is a client of the plugin like the engine's: keep-alive over a unix socket, no timeout of its own.
type daemon struct {
	client *http.Client
	path   string
}

func (d *daemon) post(t testing.TB, method string, body []byte) (int, []byte) {
	t.Helper()
	response, err := d.client.Post("http://plugin"+method, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatalf("post %s: %v", method, err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("read answer of %s: %v", method, err)
	}
	if response.ContentLength != int64(len(answer)) {
		t.Errorf("answer of %s: got Content-Length %d, want %d", method, response.ContentLength, len(answer))
	}
	return response.StatusCode, answer
}

func (d *daemon) authorize(t testing.TB, method string, body []byte) (int, authorization.Response) {
	t.Helper()
	status, answer := d.post(t, method, body)
	var response authorization.Response
	if err := json.Unmarshal(answer, &response); err != nil {
		t.Fatalf("answer %q: %v", answer, err)
	}
	return status, response
}

func client(path string) *daemon {
	return &daemon{path: path, client: &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: 64,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var dialer net.Dialer
			return dialer.DialContext(ctx, "unix", path)
		},
	}}}
}

// socketDir is short: a socket path has 108 bytes.
func socketDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "a")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// serve runs a server on a real socket until the test ends or stop is called; stop returns what Serve did.
func serve(t testing.TB, options plugin.Options) (d *daemon, stop func() error) {
	t.Helper()
	if options.Recorder == nil {
		options.Recorder = &kept{}
	}
	server, err := plugin.New(options)
	if err != nil {
		t.Fatal(err)
	}
	dir := socketDir(t)
	listener, err := plugin.Bind("airlock", dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, listener) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-served
	})
	d = client(filepath.Join(dir, "airlock.sock"))
	t.Cleanup(func() {
		d.client.CloseIdleConnections()
		_ = stop()
	})
	return d, stop
}

// message is what the engine sends, written by the helpers' type.
func message(t testing.TB, request authorization.Request) []byte {
	t.Helper()
	data, err := json.Marshal(&request)
	if err != nil {
		t.Fatal(err)
	}
	return append(data, '\n')
}

func ping(t testing.TB) []byte {
	return message(t, authorization.Request{RequestMethod: "GET", RequestURI: "/_ping"})
}

func TestNewRefusesIncompleteOptions(t *testing.T) {
	t.Parallel()
	decider, recorder := verdict(decision.Outcome{}), &kept{}
	for name, options := range map[string]plugin.Options{
		"no decider":       {Recorder: recorder},
		"no recorder":      {Decider: decider},
		"negative timeout": {Decider: decider, Recorder: recorder, Timeout: -1},
		"negative drain":   {Decider: decider, Recorder: recorder, Drain: -1},
	} {
		if server, err := plugin.New(options); err == nil || server != nil {
			t.Errorf("%s: got %v, %v, want an error", name, server, err)
		}
	}
}

func TestActivate(t *testing.T) {
	t.Parallel()
	d, _ := serve(t, plugin.Options{Decider: verdict(decision.Outcome{})})
	status, got := d.post(t, plugin.ActivatePath, nil)
	if want := `{"Implements":["authz"]}` + "\n"; status != http.StatusOK || string(got) != want {
		t.Errorf("got %d %q, want 200 %q", status, got, want)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	broken := []bundle.Violation{{Rule: "hardening/readonly-rootfs", Field: "HostConfig.ReadonlyRootfs", Got: false, Want: true}}
	tests := []struct {
		name    string
		outcome decision.Outcome
		status  int
		allow   bool
		msg     string         // part of Msg
		fault   decision.Code  // in Err and in the record
		want    answer.Summary // read back from the message
	}{
		{"allow", decision.Outcome{ID: "1", Verdict: decision.Allow}, 200, true, "", "", answer.Summary{}},
		{"deny", decision.Outcome{ID: "2", Verdict: decision.Deny, Operation: "container.create", Violations: broken},
			200, false, "container.create denied: 1 rule broken, hardening/readonly-rootfs", "",
			answer.Summary{Decision: "2", Operation: "container.create", Verdict: "deny", Violations: []answer.Violation{
				{Rule: broken[0].Rule, Field: broken[0].Field, Got: json.RawMessage("false"), Want: json.RawMessage("true")}}}},
		{"deny in audit mode", decision.Outcome{ID: "3", Verdict: decision.Deny, Mode: decision.Audit, Violations: broken},
			200, true, "", "", answer.Summary{}},
		{"fault", decision.Failed("4", decision.CodeFacts, errors.New("secret cause")), 500, false, "fault facts",
			decision.CodeFacts, answer.Summary{Decision: "4", Operation: "unknown", Verdict: "fault", Retry: true,
				Code: "facts", Violations: []answer.Violation{}}},
		{"fault in audit mode", decision.Outcome{ID: "5", Verdict: decision.Fault, Mode: decision.Audit,
			Fault: &decision.Failure{Code: decision.CodePolicy}}, 500, false, "fault policy", decision.CodePolicy,
			answer.Summary{Decision: "5", Operation: "unknown", Verdict: "fault", Retry: true, Code: "policy",
				Violations: []answer.Violation{}}},
		{"no verdict", decision.Outcome{ID: "6"}, 500, false, "fault no-verdict", decision.CodeNoVerdict,
			answer.Summary{Decision: "6", Operation: "unknown", Verdict: "fault", Retry: true, Code: "no-verdict",
				Violations: []answer.Violation{}}},
		{"unknown verdict", decision.Outcome{ID: "7", Verdict: "Allow", Mode: decision.Audit}, 500, false,
			"fault no-verdict", decision.CodeNoVerdict, answer.Summary{Decision: "7", Operation: "unknown",
				Verdict: "fault", Retry: true, Code: "no-verdict", Violations: []answer.Violation{}}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			recorder := &kept{}
			d, _ := serve(t, plugin.Options{Decider: verdict(tc.outcome), Recorder: recorder})
			status, got := d.authorize(t, plugin.RequestPath, ping(t))
			if status != tc.status || got.Allow != tc.allow || !strings.Contains(got.Msg, tc.msg) ||
				(got.Err != "") != (tc.fault != "") || strings.Contains(got.Msg, "secret") {
				t.Fatalf("got %d %+v, want %d, allow %v, message with %q", status, got, tc.status, tc.allow, tc.msg)
			}
			recorded := recorder.last(t)
			if recorded.ID != tc.outcome.ID || recorded.Took <= 0 {
				t.Errorf("recorded %+v, want id %s and a duration", recorded, tc.outcome.ID)
			}
			if tc.fault != "" && (recorded.Fault == nil || recorded.Fault.Code != tc.fault) {
				t.Errorf("recorded fault: got %v, want %s", recorded.Fault, tc.fault)
			}
			if tc.allow {
				return
			}
			summary, err := answer.Parse(got.Msg)
			if err != nil || !reflect.DeepEqual(summary, tc.want) {
				t.Errorf("summary: got %+v, %v, want %+v", summary, err, tc.want)
			}
		})
	}
}

func TestDeciderSeesTheCall(t *testing.T) {
	t.Parallel()
	seen := make(chan decision.Call, 1)
	d, _ := serve(t, plugin.Options{Decider: decide(func(_ context.Context, call *decision.Call) decision.Outcome {
		given := *call
		given.Body = bytes.Clone(call.Body)
		seen <- given
		return decision.Outcome{Verdict: decision.Allow}
	})})
	status, got := d.authorize(t, plugin.RequestPath, message(t, authorization.Request{
		User: "ci", UserAuthNMethod: "TLS", RequestMethod: "POST", RequestURI: "/v1.41/containers/create?name=a&x=<y>",
		RequestBody: []byte(`{"Image":"a"}`), RequestHeaders: map[string]string{"Content-Type": "application/json"},
	}))
	if status != http.StatusOK || !got.Allow {
		t.Fatalf("got %d %+v, want an admission", status, got)
	}
	call := <-seen
	if len(call.ID) != 26 {
		t.Errorf("decision id: got %q, want 26 characters", call.ID)
	}
	call.ID = ""
	want := decision.Call{User: "ci", UserAuth: "TLS", Method: "POST", Target: "/v1.41/containers/create?name=a&x=<y>",
		Body: []byte(`{"Image":"a"}`), Headers: map[string]string{"Content-Type": "application/json"}}
	if !reflect.DeepEqual(call, want) {
		t.Errorf("got %+v, want %+v", call, want)
	}
}

func TestNotUnderstoodIsAFault(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, give string
		code       decision.Code
	}{
		{"empty, as after a retry of the engine", "", decision.CodeEnvelope},
		{"empty object", "{}", decision.CodeEnvelope},
		{"truncated", `{"RequestMethod":"GET","Requ`, decision.CodeEnvelope},
		{"trailing", `{"RequestMethod":"GET","RequestUri":"/_ping"}{}`, decision.CodeEnvelope},
		{"unknown member", `{"RequestMethod":"GET","RequestUri":"/_ping","Allow":true}`, decision.CodeEnvelope},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			recorder := &kept{}
			d, _ := serve(t, plugin.Options{Recorder: recorder, Decider: decide(
				func(context.Context, *decision.Call) decision.Outcome {
					t.Error("the decider was asked")
					return decision.Outcome{Verdict: decision.Allow}
				})})
			status, got := d.authorize(t, plugin.RequestPath, []byte(tc.give))
			if status != http.StatusInternalServerError || got.Allow || !strings.Contains(got.Err, "fault "+string(tc.code)) {
				t.Errorf("got %d %+v, want fault %s", status, got, tc.code)
			}
			if fault := recorder.last(t).Fault; fault == nil || fault.Code != tc.code {
				t.Errorf("recorded %v, want %s", fault, tc.code)
			}
		})
	}
}

func TestOtherMethodsAndPaths(t *testing.T) {
	t.Parallel()
	d, _ := serve(t, plugin.Options{Decider: verdict(decision.Outcome{Verdict: decision.Allow})})
	for _, tc := range []struct {
		method, path string
		status       int
	}{
		{"GET", plugin.RequestPath, 405},
		{"PUT", plugin.ResponsePath, 405},
		{"GET", plugin.ActivatePath, 405},
		{"POST", "/", 404},
		{"POST", plugin.RequestPath + "/", 404},
		{"POST", "//AuthZPlugin.AuthZReq", 404},
		{"POST", "/authzplugin.authzreq", 404},
		{"POST", "/VolumeDriver.List", 404},
	} {
		request, err := http.NewRequestWithContext(t.Context(), tc.method, "http://plugin"+tc.path, bytes.NewReader(ping(t)))
		if err != nil {
			t.Fatal(err)
		}
		response, err := d.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		var got authorization.Response
		err = json.NewDecoder(response.Body).Decode(&got)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != tc.status || got.Allow || got.Err == "" {
			t.Errorf("%s %s: got %d %+v (%v), want %d with Err", tc.method, tc.path, response.StatusCode, got, err, tc.status)
		}
	}
}

// TestNoCall holds that what is no call as the engine makes it is refused, and ends its connection.
func TestNoCall(t *testing.T) {
	t.Parallel()
	recorder := &kept{}
	d, _ := serve(t, plugin.Options{Recorder: recorder, Decider: verdict(decision.Outcome{Verdict: decision.Allow})})
	const post = "POST " + plugin.RequestPath + " HTTP/1.1\r\nHost: plugin\r\n"
	for _, tc := range []struct {
		name, give string
		status     int
	}{
		{"no HTTP", "\x16\x03\x01\x02\r\n\r\n", http.StatusBadRequest},
		{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", http.StatusBadRequest},
		{"header without a colon", post + "Content-Length\r\n\r\n", http.StatusBadRequest},
		{"two lengths", post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", http.StatusBadRequest},
		{"negative length", post + "Content-Length: -1\r\n\r\n", http.StatusBadRequest},
		{"chunked", post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", http.StatusLengthRequired},
		{"expectation", post + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n", http.StatusExpectationFailed},
		{"large header", post + "X: " + strings.Repeat("x", 17<<10) + "\r\n\r\n", http.StatusRequestHeaderFieldsTooLarge},
		{"endless header", post + strings.Repeat("X: x\r\n", 10<<10), http.StatusRequestHeaderFieldsTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			conn := d.dial(t)
			if _, err := io.WriteString(conn, tc.give); err != nil {
				t.Fatal(err)
			}
			answers := bufio.NewReader(conn)
			response, err := http.ReadResponse(answers, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got authorization.Response
			err = json.NewDecoder(response.Body).Decode(&got)
			if err != nil || response.StatusCode != tc.status || got.Allow || got.Err == "" || !response.Close {
				t.Errorf("got %d %+v, close %v, %v, want %d with Err and the end", response.StatusCode, got, response.Close, err, tc.status)
			}
			if _, err := answers.ReadByte(); !errors.Is(err, io.EOF) {
				t.Errorf("after it: got %v, want the end", err)
			}
		})
	}
	if recorder.started != 0 {
		t.Errorf("got %d decisions, want none", recorder.started)
	}
}

func TestOversize(t *testing.T) {
	t.Parallel()
	for _, path := range []string{plugin.RequestPath, plugin.ResponsePath} {
		recorder := &kept{}
		d, _ := serve(t, plugin.Options{Recorder: recorder, Decider: verdict(decision.Outcome{Verdict: decision.Allow})})
		// The server may hang up while the rest is being sent: the engine takes that as a failure too.
		response, err := d.client.Post("http://plugin"+path, "", bytes.NewReader(make([]byte, 17<<20)))
		if err == nil {
			var got authorization.Response
			err = json.NewDecoder(response.Body).Decode(&got)
			_ = response.Body.Close()
			if err == nil && (response.StatusCode != http.StatusInternalServerError || got.Allow) {
				t.Errorf("%s: got %d %+v, want a fault", path, response.StatusCode, got)
			}
		}
		if path == plugin.RequestPath {
			if fault := recorder.last(t).Fault; fault == nil || fault.Code != decision.CodeTooLarge {
				t.Errorf("recorded %v, want %s", fault, decision.CodeTooLarge)
			}
		}
		if status, got := d.authorize(t, plugin.RequestPath, ping(t)); status != 200 || !got.Allow {
			t.Errorf("after it: got %d %+v, want an admission", status, got)
		}
	}
}

// TestLargestMessage holds that the engine's largest call, a JSON body of 4 MiB, is decided.
func TestLargestMessage(t *testing.T) {
	t.Parallel()
	body := bytes.Repeat([]byte("a"), 4<<20)
	d, _ := serve(t, plugin.Options{Decider: decide(func(_ context.Context, call *decision.Call) decision.Outcome {
		if !bytes.Equal(call.Body, body) {
			return decision.Outcome{}
		}
		return decision.Outcome{Verdict: decision.Allow}
	})})
	request := authorization.Request{RequestMethod: "POST", RequestURI: "/containers/create", RequestBody: body}
	if status, got := d.authorize(t, plugin.RequestPath, message(t, request)); status != 200 || !got.Allow {
		t.Errorf("request: got %d %+v, want an admission", status, got)
	}
	request.ResponseStatusCode, request.ResponseBody = 201, body[:64<<10]
	if status, got := d.authorize(t, plugin.ResponsePath, message(t, request)); status != 200 || !got.Allow {
		t.Errorf("response: got %d %+v, want an admission", status, got)
	}
}

// TestLargeAtOnce holds that only so many large requests are held at a time, that one more gets a fault once its time
// is over, and that small ones pass meanwhile.
func TestLargeAtOnce(t *testing.T) {
	t.Parallel()
	const atOnce = 4
	var now, most atomic.Int64
	held := make(chan struct{}, atOnce)
	letGo := make(chan struct{})
	d, _ := serve(t, plugin.Options{Timeout: time.Second, Decider: decide(
		func(_ context.Context, call *decision.Call) decision.Outcome {
			if len(call.Body) > 0 {
				if n := now.Add(1); n > most.Load() {
					most.Store(n)
				}
				held <- struct{}{}
				<-letGo
				now.Add(-1)
			}
			return decision.Outcome{Verdict: decision.Allow}
		})})
	large := message(t, authorization.Request{RequestMethod: "POST", RequestURI: "/x", RequestBody: make([]byte, 300<<10)})
	var group sync.WaitGroup
	for range atOnce {
		group.Go(func() { d.authorize(t, plugin.RequestPath, large) })
	}
	for range atOnce {
		<-held
	}
	busy := make(chan authorization.Response)
	go func() {
		_, got := d.authorize(t, plugin.RequestPath, large)
		busy <- got
	}()
	if status, got := d.authorize(t, plugin.RequestPath, ping(t)); status != 200 || !got.Allow {
		t.Errorf("small request: got %d %+v, want an admission", status, got)
	}
	got := <-busy
	close(letGo)
	group.Wait()
	if got.Allow || !strings.Contains(got.Err, "fault busy") { // although the held ones were answered before it
		t.Errorf("one more: got %+v, want fault busy", got)
	}
	if most.Load() != atOnce {
		t.Errorf("at once: got %d, want %d", most.Load(), atOnce)
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	recorder := &kept{}
	body := bytes.Repeat([]byte("a"), 1000)
	intact := make(chan bool, 1)
	d, _ := serve(t, plugin.Options{Timeout: 50 * time.Millisecond, Recorder: recorder,
		Decider: decide(func(ctx context.Context, call *decision.Call) decision.Outcome {
			if len(call.Body) == 0 {
				return decision.Outcome{Verdict: decision.Allow}
			}
			<-release // does not look at ctx
			intact <- bytes.Equal(call.Body, body)
			return decision.Outcome{Verdict: decision.Allow}
		})})
	status, got := d.authorize(t, plugin.RequestPath,
		message(t, authorization.Request{RequestMethod: "POST", RequestURI: "/x", RequestBody: body}))
	if status != http.StatusInternalServerError || got.Allow || !strings.Contains(got.Err, "fault timeout") {
		t.Errorf("got %d %+v, want fault timeout", status, got)
	}
	if fault := recorder.last(t).Fault; fault == nil || !errors.Is(fault, context.DeadlineExceeded) {
		t.Errorf("recorded %v, want the deadline", fault)
	}
	for range 20 { // would reuse the buffer, had it been given back
		d.authorize(t, plugin.RequestPath, ping(t))
	}
	close(release)
	if !<-intact {
		t.Error("the body of a decision under way was overwritten")
	}
}

// TestVerdictAtTheDeadline holds that a call whose verdict comes just when it is overdue has one answer, and one record.
func TestVerdictAtTheDeadline(t *testing.T) {
	t.Parallel()
	const timeout = 2 * time.Millisecond
	recorder := &kept{}
	d, _ := serve(t, plugin.Options{Timeout: timeout, Recorder: recorder,
		Decider: decide(func(ctx context.Context, _ *decision.Call) decision.Outcome {
			<-ctx.Done()
			return decision.Outcome{Verdict: decision.Allow}
		})})
	const calls = 300
	for range calls {
		status, got := d.authorize(t, plugin.RequestPath, ping(t))
		if got.Allow != (status == http.StatusOK) || !got.Allow && !strings.Contains(got.Err, "fault timeout") {
			t.Fatalf("got %d %+v, want an admission or fault timeout", status, got)
		}
	}
	if recorder.last(t); len(recorder.outcomes) != calls {
		t.Errorf("recorded %d decisions, want %d", len(recorder.outcomes), calls)
	}
}

func TestPanicIsAFault(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	sink := record.NewSink(&log, 0)
	recorder := &kept{}
	d, _ := serve(t, plugin.Options{Recorder: recorder, Log: zerolog.New(sink), Decider: decide(
		func(_ context.Context, call *decision.Call) decision.Outcome {
			if call.Method == "GET" {
				panic("hunter2") // a text that quotes what was handled
			}
			var none map[string]string
			//lint:ignore SA5000 the panic is what is tested
			none["a"] = "b"
			return decision.Outcome{Verdict: decision.Allow}
		})})
	for _, method := range []string{"GET", "POST"} {
		status, got := d.authorize(t, plugin.RequestPath,
			message(t, authorization.Request{RequestMethod: method, RequestURI: "/x"}))
		if status != http.StatusInternalServerError || got.Allow || !strings.Contains(got.Err, "fault panic") {
			t.Errorf("%s: got %d %+v, want fault panic", method, status, got)
		}
		if fault := recorder.last(t).Fault; fault == nil || fault.Code != decision.CodePanic {
			t.Errorf("%s: recorded %v, want %s", method, fault, decision.CodePanic)
		}
	}
	if err := sink.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"assignment to entry in nil map", "server_test.go", recorder.last(t).ID} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("log: no %q in %s", want, log.String())
		}
	}
	if strings.Contains(log.String(), "hunter2") {
		t.Errorf("log holds the text of a panic: %s", log.String())
	}
}

// TestRecorderPanic holds that what cannot be recorded is not admitted.
func TestRecorderPanic(t *testing.T) {
	t.Parallel()
	d, _ := serve(t, plugin.Options{Recorder: unwritable{}, Decider: verdict(decision.Outcome{Verdict: decision.Allow})})
	status, got := d.authorize(t, plugin.RequestPath, ping(t))
	if status != http.StatusInternalServerError || got.Allow || !strings.Contains(got.Err, "fault panic") {
		t.Errorf("got %d %+v, want fault panic", status, got)
	}
}

type unwritable struct{}

func (unwritable) Started()                                {}
func (unwritable) Record(*decision.Call, decision.Outcome) { panic(errors.New("no record")) }

// observed is an observer of container creations.
type observed struct {
	mu   sync.Mutex
	seen []plugin.Response
}

func (o *observed) Selects(method, target string) bool {
	return method == "POST" && strings.HasPrefix(target, "/containers/create")
}

func (o *observed) Observe(_ context.Context, response plugin.Response) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen = append(o.seen, response)
}

func TestObserver(t *testing.T) {
	t.Parallel()
	observer := &observed{}
	d, _ := serve(t, plugin.Options{Decider: verdict(decision.Outcome{}), Observer: observer})
	far := "/containers/create?name=" + strings.Repeat("a", 8<<10) // behind what is read ahead
	for _, request := range []authorization.Request{
		{RequestMethod: "POST", RequestURI: "/containers/create?name=a&b=c", RequestBody: make([]byte, 10<<10),
			ResponseStatusCode: 201, ResponseBody: make([]byte, 64<<10), ResponseHeaders: map[string]string{"A": "b"}},
		{RequestMethod: "GET", RequestURI: "/containers/json", ResponseStatusCode: 200, ResponseBody: make([]byte, 64<<10)},
		{RequestMethod: "POST", RequestURI: far, ResponseStatusCode: 404},
		{RequestMethod: "POST", RequestURI: "/containers/create"},
	} {
		if status, got := d.authorize(t, plugin.ResponsePath, message(t, request)); status != 200 || !got.Allow {
			t.Errorf("%s: got %d %+v, want an admission", request.RequestURI, status, got)
		}
	}
	if status, got := d.authorize(t, plugin.ResponsePath, []byte(`{"RequestMethod":"POST"`)); status != 200 || !got.Allow {
		t.Errorf("malformed: got %d %+v, want an admission: the effect has happened", status, got)
	}
	want := []plugin.Response{
		{Method: "POST", Target: "/containers/create?name=a&b=c", Status: 201},
		{Method: "POST", Target: far, Status: 404},
		{Method: "POST", Target: "/containers/create"},
	}
	if !reflect.DeepEqual(observer.seen, want) {
		t.Errorf("got %+v, want %+v", observer.seen, want)
	}
}

// TestKeepAlive holds that calls of every outcome leave the connection open.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	var dials atomic.Int64
	outcomes := []decision.Verdict{decision.Allow, decision.Deny, decision.Fault}
	var n atomic.Int64
	d, _ := serve(t, plugin.Options{Decider: decide(func(context.Context, *decision.Call) decision.Outcome {
		return decision.Outcome{Verdict: outcomes[n.Add(1)%3]}
	})})
	d.client.Transport.(*http.Transport).DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		dials.Add(1)
		var dialer net.Dialer
		return dialer.DialContext(ctx, "unix", d.path)
	}
	large := message(t, authorization.Request{RequestMethod: "GET", RequestURI: "/x", ResponseBody: make([]byte, 1<<20)})
	for range 9 {
		d.authorize(t, plugin.RequestPath, ping(t))
		d.authorize(t, plugin.ResponsePath, large)
	}
	if got := dials.Load(); got != 1 {
		t.Errorf("got %d connections, want 1", got)
	}
}

// TestConnections holds that a connection may be silent for as long as it likes, but not send half a header.
func TestConnections(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for the header timeout")
	}
	d, _ := serve(t, plugin.Options{Decider: verdict(decision.Outcome{Verdict: decision.Allow})})
	dial := func() net.Conn {
		conn, err := net.Dial("unix", d.path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	silent, slow, halting := dial(), dial(), dial()
	call := fmt.Sprintf("POST /AuthZPlugin.AuthZReq HTTP/1.1\r\nHost: plugin\r\nContent-Length: %d\r\n\r\n%s", len(ping(t)), ping(t))
	answered := func(name string, conn net.Conn) {
		t.Helper()
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("%s connection: got %v, %v, want 200", name, response, err)
		}
	}
	send := func(conn net.Conn, text string) {
		t.Helper()
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
	}
	send(halting, call[:20])
	time.Sleep(50 * time.Millisecond) // the server has read it by now
	send(halting, call[20:])
	answered("halting", halting)
	start := time.Now()
	if _, err := io.WriteString(slow, "POST /AuthZPlugin.AuthZReq HTTP/1.1\r\nHost: plu"); err != nil {
		t.Fatal(err)
	}
	if err := slow.SetReadDeadline(start.Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, slow); err != nil {
		t.Errorf("half a header: got %v, want the server to hang up", err)
	}
	if took := time.Since(start); took < 4*time.Second {
		t.Errorf("half a header: hung up after %v, want about 5s", took)
	}
	send(silent, call)
	answered("silent", silent)
	send(halting, call)
	answered("halting, once more", halting)
}

// dial returns a connection of the test's own.
func (d *daemon) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("unix", d.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// stopping calls stop, returns once the server has begun to, and tells later how it ended.
func (d *daemon) stopping(stop func() error) <-chan error {
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	for { // until the socket is gone nothing has been stopped
		if _, err := os.Lstat(d.path); errors.Is(err, os.ErrNotExist) {
			return stopped
		}
		time.Sleep(time.Millisecond)
	}
}

// TestResponseAhead holds that a response hook nobody observes is answered while the rest of it is being sent, and that the
// rest does not get in the way of the next call.
func TestResponseAhead(t *testing.T) {
	t.Parallel()
	d, _ := serve(t, plugin.Options{Decider: verdict(decision.Outcome{Verdict: decision.Allow}), Observer: &observed{}})
	conn := d.dial(t)
	answers := bufio.NewReader(conn)
	large := message(t, authorization.Request{RequestMethod: "GET", RequestURI: "/x", ResponseBody: make([]byte, 64<<10)})
	for range 2 {
		if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: plugin\r\nContent-Length: %d\r\n\r\n%s",
			plugin.ResponsePath, len(large), large[:3000]); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK || response.Close {
			t.Errorf("got %d, close %v, %v, want 200", response.StatusCode, response.Close, err)
		}
		if _, err := conn.Write(large[3000:]); err != nil {
			t.Fatal(err)
		}
	}
}

func TestGracefulStop(t *testing.T) {
	t.Parallel()
	deciding, release := make(chan struct{}), make(chan struct{})
	d, stop := serve(t, plugin.Options{Decider: decide(func(context.Context, *decision.Call) decision.Outcome {
		close(deciding)
		<-release
		return decision.Outcome{Verdict: decision.Allow}
	})})
	answered := make(chan authorization.Response, 1)
	go func() {
		_, got := d.authorize(t, plugin.RequestPath, ping(t))
		answered <- got
	}()
	<-deciding
	stopped := d.stopping(stop)
	select {
	case err := <-stopped:
		t.Fatalf("stopped with a decision under way: %v", err)
	default:
	}
	close(release)
	if got := <-answered; !got.Allow {
		t.Errorf("got %+v, want the decision that was under way", got)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stop: got %v, want none", err)
	}
}

func TestStopIsBounded(t *testing.T) {
	t.Parallel()
	deciding, release := make(chan struct{}), make(chan struct{})
	defer close(release)
	d, stop := serve(t, plugin.Options{Drain: 50 * time.Millisecond, Decider: decide(
		func(context.Context, *decision.Call) decision.Outcome {
			close(deciding)
			<-release
			return decision.Outcome{Verdict: decision.Allow}
		})})
	failed := make(chan error, 1)
	go func() {
		response, err := d.client.Post("http://plugin"+plugin.RequestPath, "", bytes.NewReader(ping(t)))
		if err == nil {
			_ = response.Body.Close()
		}
		failed <- err
	}()
	<-deciding
	if err := stop(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("stop: got %v, want the drain to end", err)
	}
	if err := <-failed; err == nil {
		t.Error("the call got an answer, want it to fail")
	}
}

// TestStress asks from many connections at once; every caller must get the answer to its own question.
func TestStress(t *testing.T) {
	t.Parallel()
	d, _ := serve(t, plugin.Options{Decider: decide(func(_ context.Context, call *decision.Call) decision.Outcome {
		out := decision.Outcome{Verdict: decision.Deny, Subject: string(call.Body)}
		if strings.HasSuffix(call.Target, string(call.Body)) && bytes.HasPrefix(call.Body, []byte("even")) {
			out.Verdict = decision.Allow
		}
		return out
	})})
	var group sync.WaitGroup
	for worker := range 40 {
		group.Go(func() {
			for i := range 50 {
				parity := []string{"even", "odd"}[i%2]
				id := fmt.Sprintf("%s-%d-%d", parity, worker, i)
				request := authorization.Request{RequestMethod: "POST", RequestURI: "/" + id, RequestBody: []byte(id)}
				_, got := d.authorize(t, plugin.RequestPath, message(t, request))
				if got.Allow != (parity == "even") || (!got.Allow && !strings.Contains(got.Msg, " of "+id+" denied")) {
					t.Errorf("%s: got %+v", id, got)
				}
				request.ResponseBody = make([]byte, 1000)
				if _, got = d.authorize(t, plugin.ResponsePath, message(t, request)); !got.Allow {
					t.Errorf("%s: response: got %+v", id, got)
				}
			}
		})
	}
	group.Wait()
}
