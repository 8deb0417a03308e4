package plugin

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/docker/go-plugins-helpers/authorization"
	"github.com/rs/zerolog"

	"github.com/airlock-gate/airlock/plugin/decision"
)

// Paths the engine posts to.
const (
	ActivatePath = "/Plugin.Activate"
	RequestPath  = "/" + authorization.AuthZApiRequest
	ResponsePath = "/" + authorization.AuthZApiResponse
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
	writeTimeout   = 10 * time.Second
	maxHeaderBytes = 16 << 10
)

// Defaults of Options.
const (
	DefaultTimeout = 5 * time.Second
	DefaultDrain   = 10 * time.Second
	DefaultSettle  = 40 * time.Millisecond
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
	Settle   time.Duration    // for calls that are being sent when Serve ends; zero is DefaultSettle
}

// Server answers the engine.
type Server struct {
	options Options
	heads   *heads
	buffers sync.Pool // *bytes.Buffer: messages
	readers sync.Pool // *bufio.Reader: of connections
	large   chan struct{}
}

// New returns a Server.
func New(options Options) (*Server, error) {
	switch {
	case options.Decider == nil:
		return nil, errors.New("new plugin server: no decider")
	case options.Recorder == nil:
		return nil, errors.New("new plugin server: no recorder")
	case options.Timeout < 0 || options.Drain < 0 || options.Settle < 0:
		return nil, errors.New("new plugin server: negative duration")
	}
	if options.Timeout == 0 {
		options.Timeout = DefaultTimeout
	}
	if options.Drain == 0 {
		options.Drain = DefaultDrain
	}
	if options.Settle == 0 {
		options.Settle = DefaultSettle
	}
	s := &Server{options: options, heads: newHeads(), large: make(chan struct{}, largeAtOnce)}
	s.buffers.New = func() any { return new(bytes.Buffer) }
	s.readers.New = func() any { return bufio.NewReaderSize(nil, readSize) }
	return s, nil
}

// Serve answers the engine on listener until ctx ends, then closes the listener and waits for running decisions, at most
// for Options.Drain. It returns nil after an orderly end.
//
// The end loses no call. Connections that have not been accepted are left to whoever else holds the socket; those that
// have been end with their next answer, and idle ones once nothing has come for Options.Settle.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	calls, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	engine := newConnections(s, calls)
	accepted := make(chan error, 1)
	go func() { accepted <- engine.accept(listener) }()
	select {
	case err := <-accepted:
		return errors.Join(fmt.Errorf("serve plugin on %s: %w", listener.Addr(), err), listener.Close())
	case <-ctx.Done():
	}
	engine.last.Store(true)
	closed := listener.Close()
	<-accepted // what it has accepted is among the connections
	if err := s.drain(engine); err != nil {
		engine.each(func(c *connection) { _ = c.Close() }) // then the decisions that are left are cancelled
		return fmt.Errorf("drain plugin calls: %w", err)
	}
	if closed != nil {
		return fmt.Errorf("close plugin socket: %w", closed)
	}
	return nil
}

// drain waits until the engine's connections have ended.
func (s *Server) drain(engine *connections) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(engine.calls), s.options.Drain)
	defer cancel()
	settle, settled := context.WithTimeout(ctx, s.options.Settle)
	defer settled()
	if engine.wait(settle) == nil {
		return nil
	}
	engine.recalled.Store(true)
	engine.each((*connection).recall)
	return engine.wait(ctx)
}

// answer returns what the engine is answered, and whether the caller is to do so: a call that was overdue has been
// answered. A panic of any handler is a fault, so that one call cannot take the gate away from all others.
func (s *Server) answer(x *exchange) (r reply, mine bool) {
	defer func() {
		if reason := recover(); reason != nil {
			id := decision.NewID()
			s.logPanic(id, reason)
			r, mine = fault(decision.Failed(id, decision.CodePanic, nil)), x.take()
		}
	}()
	switch x.head.method {
	case RequestPath:
		return s.request(x)
	case ResponsePath:
		return s.response(x), x.take()
	case ActivatePath:
		return reply{http.StatusOK, manifest}, x.take()
	default:
		return x.head.refusal, x.take()
	}
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
