package plugin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/docker/go-plugins-helpers/authorization"
	"github.com/docker/go-plugins-helpers/sdk"
	"github.com/gorilla/mux"
	"github.com/rs/zerolog"

	"github.com/airlock-gate/airlock/plugin/answer"
	"github.com/airlock-gate/airlock/plugin/decision"
)

// Paths the engine posts to.
const (
	ActivatePath = "/Plugin.Activate"
	RequestPath  = "/" + authorization.AuthZApiRequest
	ResponsePath = "/" + authorization.AuthZApiResponse
)

// Answers that never change. An answer is one write with Content-Length: no flush, and the connection stays open.
const (
	manifest  = `{"Implements":["` + authorization.AuthZApiImplements + `"]}` + "\n"
	admission = `{"Allow":true}` + "\n"
)

// Limits of what is read.
const (
	// maxMessage holds the engine's largest message: a body of 4 MiB as base64 (5.6 MiB), headers and target of 1 MiB
	// (net/http's default) of which JSON may make six bytes of one, a response of 64 KiB, and certificates.
	maxMessage = 16 << 20
	// largeMessage is from where messages are counted, and their buffers are not kept.
	largeMessage = 256 << 10
	// largeAtOnce is how many large messages are held at a time; more of them wait.
	largeAtOnce = 4
	// responseHead is how much of a response hook is read to tell an observer's requests from others.
	responseHead = 4 << 10

	headerTimeout  = 5 * time.Second
	maxHeaderBytes = 16 << 10
)

// Defaults of Options.
const (
	DefaultTimeout = 5 * time.Second
	DefaultDrain   = 10 * time.Second
)

// Recorder is told of every decision: Started when a request is taken up, then Record once. The call is nil when the
// engine's message was not understood.
type Recorder interface {
	Started()
	Record(call *decision.Call, outcome decision.Outcome)
}

// Response is what an observer is told of a response hook.
type Response struct {
	Method string
	Target string
	Status int // 0 when the handler failed or the response had been flushed before
}

// Observer looks at selected response hooks. They come after the effect and may not come at all, and the answer to them
// is always the same: an observer cannot change it.
type Observer interface {
	// Selects tells whether Observe wants the call. It is asked of every call and must be cheap.
	Selects(method, target string) bool
	// Observe is called before the hook is answered.
	Observe(ctx context.Context, response Response)
}

// Options configure a Server.
type Options struct {
	Decider  decision.Decider // required
	Recorder Recorder         // required: no decision goes unrecorded
	Observer Observer         // none: response hooks are drained and admitted unread
	Log      zerolog.Logger   // faults of the server itself; the zero Logger discards
	Timeout  time.Duration    // for one decision; zero is DefaultTimeout. The engine itself waits for ever.
	Drain    time.Duration    // for running decisions when Serve ends; zero is DefaultDrain
}

// Server answers the engine.
type Server struct {
	options Options
	handler http.Handler
	buffers sync.Pool
	large   chan struct{}
}

// New returns a Server.
func New(options Options) (*Server, error) {
	switch {
	case options.Decider == nil:
		return nil, errors.New("new plugin server: no decider")
	case options.Recorder == nil:
		return nil, errors.New("new plugin server: no recorder")
	case options.Timeout < 0 || options.Drain < 0:
		return nil, errors.New("new plugin server: negative duration")
	}
	if options.Timeout == 0 {
		options.Timeout = DefaultTimeout
	}
	if options.Drain == 0 {
		options.Drain = DefaultDrain
	}
	s := &Server{options: options, large: make(chan struct{}, largeAtOnce)}
	s.buffers.New = func() any { return new(bytes.Buffer) }

	router := mux.NewRouter().SkipClean(true)
	router.HandleFunc(ActivatePath, s.activate).Methods(http.MethodPost)
	router.HandleFunc(RequestPath, s.request).Methods(http.MethodPost)
	router.HandleFunc(ResponsePath, s.response).Methods(http.MethodPost)
	router.NotFoundHandler = refuse(http.StatusNotFound, "no such plugin method")
	router.MethodNotAllowedHandler = refuse(http.StatusMethodNotAllowed, "plugin methods are called with POST")
	s.handler = s.guard(router)
	return s, nil
}

// ServeHTTP answers one call of the engine.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers the engine on listener until ctx ends, then closes the listener and waits for running decisions, at most
// for Options.Drain. It returns nil after an orderly end.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: s.handler,
		// A connection is never closed for being idle: the engine that finds it closed sleeps a second before it dials
		// again (moby pkg/plugins/client.go, backoff).
		IdleTimeout:       -1,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       s.options.Timeout + headerTimeout,
		WriteTimeout:      2*s.options.Timeout + headerTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          log.New(s.options.Log.With().Str("component", "http").Logger(), "", 0),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(patientListener{listener}) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve plugin on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.options.Drain)
	defer cancel()
	err := server.Shutdown(drain)
	<-failed // http.ErrServerClosed
	if err != nil {
		_ = server.Close() // cancels the contexts of the decisions that are left; the engine sees its calls fail
		return fmt.Errorf("drain plugin calls: %w", err)
	}
	return nil
}

// guard turns a panic of any handler into a fault, so that one call cannot take the gate away from all others.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if reason := recover(); reason != nil {
				id := decision.NewID()
				s.logPanic(id, reason)
				writeFault(w, decision.Failed(id, decision.CodePanic, nil))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func (s *Server) activate(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxHeaderBytes))
	write(w, http.StatusOK, manifest)
}

// request answers a request hook.
func (s *Server) request(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	s.options.Recorder.Started()
	ctx, cancel := context.WithTimeout(r.Context(), s.options.Timeout)
	defer cancel()
	call, outcome := s.decide(ctx, w, r)
	if outcome.Took == 0 {
		outcome.Took = time.Since(start)
	}
	s.options.Recorder.Record(call, outcome) // first: nothing passes that was not recorded
	switch {
	case outcome.Admits():
		write(w, http.StatusOK, admission)
	case outcome.Verdict == decision.Deny:
		writeJSON(w, http.StatusOK, authorization.Response{Msg: answer.Message(outcome)})
	default:
		writeFault(w, outcome)
	}
}

// decide reads the message and asks the decider. The returned call has no body: that goes back with its buffer.
func (s *Server) decide(ctx context.Context, w http.ResponseWriter, r *http.Request) (_ *decision.Call, out decision.Outcome) {
	id := decision.NewID()
	free := func() {} // gives back what limits large messages; the decider's once it has been asked
	defer func() {
		free()
		if reason := recover(); reason != nil {
			s.logPanic(id, reason)
			out = decision.Failed(id, decision.CodePanic, nil)
		}
	}()
	if r.ContentLength < 0 || r.ContentLength > largeMessage {
		// A large message costs many times its size on the way to a decision; the wait ends with the deadline.
		select {
		case s.large <- struct{}{}:
			free = func() { <-s.large }
		case <-ctx.Done():
			return nil, decision.Failed(id, decision.CodeBusy, errors.New("too many large requests at once"))
		}
	}
	buffer, err := s.read(w, r)
	if err != nil {
		return nil, decision.Failed(id, readCode(err), err)
	}
	call, err := ReadCall(buffer.Bytes())
	if err != nil {
		s.release(buffer)
		return nil, decision.Failed(id, decision.CodeEnvelope, err)
	}
	call.ID = id
	known := *call
	known.Body = nil

	decided := make(chan decision.Outcome, 1)
	done := free
	free = func() {}
	go func() {
		defer done() // also when nobody waits any more: a decider that hangs still holds the message
		decided <- s.ask(ctx, call)
	}()
	select {
	case outcome := <-decided:
		s.release(buffer)
		return &known, outcome
	case <-ctx.Done():
	}
	// The decider did not keep to the deadline: the buffer stays with it. A verdict that came at the same moment counts.
	select {
	case outcome := <-decided:
		s.release(buffer)
		return &known, outcome
	default:
		code := decision.CodeTimeout
		if errors.Is(ctx.Err(), context.Canceled) {
			code = decision.CodeCancelled
		}
		return &known, decision.Failed(id, code, ctx.Err())
	}
}

// ask returns the decider's outcome with what makes it usable: an id, and a verdict or a fault.
func (s *Server) ask(ctx context.Context, call *decision.Call) (outcome decision.Outcome) {
	defer func() {
		if reason := recover(); reason != nil {
			s.logPanic(call.ID, reason)
			outcome = decision.Failed(call.ID, decision.CodePanic, nil)
		}
	}()
	outcome = s.options.Decider.Decide(ctx, call)
	if outcome.ID == "" {
		outcome.ID = call.ID
	}
	if outcome.Verdict != decision.Allow && outcome.Verdict != decision.Deny {
		outcome.Verdict = decision.Fault
		if outcome.Fault == nil {
			outcome.Fault = &decision.Failure{Code: decision.CodeNoVerdict}
		}
	}
	return outcome
}

// response answers a response hook: always with an admission, as the effect has happened. The body is drained, or
// net/http would close the connection, but not decoded.
func (s *Server) response(w http.ResponseWriter, r *http.Request) {
	if s.options.Observer == nil {
		if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxMessage)); err != nil {
			writeFault(w, s.unread(err))
			return
		}
		write(w, http.StatusOK, admission)
		return
	}
	if err := s.observe(w, r); err != nil {
		writeFault(w, s.unread(err))
		return
	}
	write(w, http.StatusOK, admission)
}

// observe shows the call to the observer when that selects it. Only an error of reading is returned.
func (s *Server) observe(w http.ResponseWriter, r *http.Request) error {
	body := http.MaxBytesReader(w, r.Body, maxMessage)
	buffer := s.buffers.Get().(*bytes.Buffer)
	buffer.Reset()
	defer s.release(buffer)
	if _, err := io.CopyN(buffer, body, responseHead); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	method, target, ok := peekResponse(buffer.Bytes())
	if ok && !s.options.Observer.Selects(method, target) {
		_, err := io.Copy(io.Discard, body)
		return err
	}
	if _, err := buffer.ReadFrom(body); err != nil {
		return err
	}
	response, err := readResponse(buffer.Bytes())
	if err != nil {
		s.options.Log.Error().Str("cause", err.Error()).Msg("response hook not understood")
		return nil
	}
	if ok || s.options.Observer.Selects(response.Method, response.Target) {
		s.options.Observer.Observe(r.Context(), response)
	}
	return nil
}

// unread logs that a response hook could not be read and returns the fault to answer with.
func (s *Server) unread(err error) decision.Outcome {
	outcome := decision.Failed(decision.NewID(), readCode(err), err)
	s.options.Log.Error().Str("decision", outcome.ID).Str("fault", string(outcome.Fault.Code)).
		Str("cause", err.Error()).Msg("response hook not read")
	return outcome
}

// read returns the message in a pooled buffer.
func (s *Server) read(w http.ResponseWriter, r *http.Request) (*bytes.Buffer, error) {
	if r.ContentLength > maxMessage {
		return nil, &http.MaxBytesError{Limit: maxMessage}
	}
	buffer := s.buffers.Get().(*bytes.Buffer)
	buffer.Reset()
	if r.ContentLength > 0 && r.ContentLength <= largeMessage {
		buffer.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	if _, err := buffer.ReadFrom(http.MaxBytesReader(w, r.Body, maxMessage)); err != nil {
		s.release(buffer)
		return nil, fmt.Errorf("read message: %w", err)
	}
	return buffer, nil
}

// release gives a buffer back, unless it has grown large. It is cleared: bodies hold secrets.
func (s *Server) release(buffer *bytes.Buffer) {
	if buffer.Cap() > largeMessage+bytes.MinRead {
		return
	}
	clear(buffer.Bytes())
	s.buffers.Put(buffer)
}

// logPanic logs a panic. Its text may quote what was being handled, so only errors of the runtime are logged in full.
func (s *Server) logPanic(id string, reason any) {
	text := fmt.Sprintf("%T", reason)
	if err, isRuntime := reason.(runtime.Error); isRuntime {
		text = err.Error()
	}
	s.options.Log.Error().Str("decision", id).Str("fault", string(decision.CodePanic)).Str("panic", text).
		Bytes("stack", debug.Stack()).Msg("recovered from a panic")
}

func readCode(err error) decision.Code {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return decision.CodeTooLarge
	}
	return decision.CodeEnvelope
}

// refuse answers what is not a plugin method. The engine takes any status but 200 as a failure.
func refuse(status int, reason string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, status, authorization.Response{Err: reason})
	})
}

// writeFault answers that there is no decision. With status 200 the engine would not look at Err and show an empty
// denial (moby pkg/authorization/authz.go); with 500 it passes Err on and does not retry (pkg/plugins/client.go).
func writeFault(w http.ResponseWriter, outcome decision.Outcome) {
	message := answer.Message(outcome)
	writeJSON(w, http.StatusInternalServerError, authorization.Response{Msg: message, Err: message})
}

func writeJSON(w http.ResponseWriter, status int, response authorization.Response) {
	body, err := json.Marshal(response)
	if err != nil { // not possible with two texts and a flag
		status, body = http.StatusInternalServerError, []byte(`{"Allow":false,"Err":"fault"}`)
	}
	write(w, status, string(body)+"\n")
}

func write(w http.ResponseWriter, status int, body string) {
	header := w.Header()
	header["Content-Type"] = []string{sdk.DefaultContentTypeV1_1}
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // the engine sees a broken connection as a failure, and there is nobody else to tell
}
