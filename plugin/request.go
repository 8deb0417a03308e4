package plugin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/airlock-gate/airlock/plugin/decision"
)

// request answers a request hook; mine is false when that has been done because it was overdue.
func (s *Server) request(x *exchange) (r reply, mine bool) {
	start := time.Now()
	s.options.Recorder.Started()
	ctx, cancel := context.WithTimeout(x.peers.calls, s.options.Timeout)
	defer cancel()
	call, outcome := s.decide(ctx, x, start)
	if !x.take() {
		return reply{}, false
	}
	return s.record(call, outcome, start), true
}

// record records an outcome and words it, in this order: nothing passes that was not recorded.
func (s *Server) record(call *decision.Call, outcome decision.Outcome, start time.Time) (r reply) {
	defer func() {
		if reason := recover(); reason != nil {
			s.logPanic(outcome.ID, reason)
			r = fault(decision.Failed(outcome.ID, decision.CodePanic, nil))
		}
	}()
	if outcome.Took == 0 {
		outcome.Took = time.Since(start)
	}
	s.options.Recorder.Record(call, outcome)
	return replyTo(&outcome)
}

// decide reads the message and asks the decider. The returned call has no body: that goes back with its buffer.
//
// The decider runs here, not beside a goroutine that waits for it. When it does not keep to the deadline, another one
// answers in its place; it holds the message then, and its share of large ones, until it comes back.
func (s *Server) decide(ctx context.Context, x *exchange, start time.Time) (_ *decision.Call, out decision.Outcome) {
	id := decision.NewID()
	defer func() {
		if reason := recover(); reason != nil {
			s.logPanic(id, reason)
			out = decision.Failed(id, decision.CodePanic, nil)
		}
	}()
	if x.message.N > largeMessage {
		// A large message costs many times its size on the way to a decision; the wait ends with the deadline.
		select {
		case s.large <- struct{}{}:
			defer func() { <-s.large }()
		case <-ctx.Done():
			return nil, decision.Failed(id, decision.CodeBusy, errors.New("too many large requests at once"))
		}
	}
	buffer, err := s.read(&x.message)
	if err != nil {
		return nil, decision.Failed(id, readCode(err), err)
	}
	defer s.release(buffer)
	call, err := ReadCall(buffer.Bytes())
	if err != nil {
		return nil, decision.Failed(id, decision.CodeEnvelope, err)
	}
	call.ID = id
	known := *call
	known.Body = nil
	stop := context.AfterFunc(ctx, func() { s.overdue(ctx, x, &known, start) })
	defer stop()
	return &known, s.ask(ctx, call)
}

// overdue answers a call whose decider did not keep to the deadline.
func (s *Server) overdue(ctx context.Context, x *exchange, call *decision.Call, start time.Time) {
	if !x.claim() {
		return
	}
	code := decision.CodeTimeout
	if errors.Is(ctx.Err(), context.Canceled) {
		code = decision.CodeCancelled
	}
	x.abandon(s.record(call, decision.Failed(call.ID, code, ctx.Err()), start))
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

// read returns the message in a pooled buffer.
func (s *Server) read(message *io.LimitedReader) (*bytes.Buffer, error) {
	if message.N > maxMessage {
		return nil, &http.MaxBytesError{Limit: maxMessage}
	}
	buffer := s.buffers.Get().(*bytes.Buffer)
	buffer.Reset()
	if message.N <= largeMessage { // a larger one has to arrive before there is room for it
		buffer.Grow(int(message.N) + bytes.MinRead)
	}
	_, err := buffer.ReadFrom(message)
	if err == nil && message.N > 0 {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
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

func readCode(err error) decision.Code {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return decision.CodeTooLarge
	}
	return decision.CodeEnvelope
}
