package plugin

import (
	"fmt"
	"net/http"

	"github.com/airlock-gate/airlock/plugin/decision"
)

// response answers a response hook: always with an admission, as the effect has happened. What nobody observes is passed
// over, not decoded and not even copied.
func (s *Server) response(x *exchange) reply {
	if err := s.observe(x); err != nil {
		outcome := decision.Failed(decision.NewID(), readCode(err), err)
		s.options.Log.Error().Str("decision", outcome.ID).Str("fault", string(outcome.Fault.Code)).
			Str("cause", err.Error()).Msg("response hook not read")
		return fault(outcome)
	}
	return reply{http.StatusOK, admission}
}

// observe shows the call to the observer when that selects it. Only an error of reading is returned.
func (s *Server) observe(x *exchange) error {
	if x.message.N > maxMessage {
		return &http.MaxBytesError{Limit: maxMessage}
	}
	if s.options.Observer == nil {
		return x.skip()
	}
	head, err := x.reader.Peek(int(min(x.message.N, responseHead)))
	if err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	method, target, ok := peekResponse(head)
	if ok && !s.options.Observer.Selects(method, target) {
		return x.skip()
	}
	buffer, err := s.read(&x.message)
	if err != nil {
		return err
	}
	defer s.release(buffer)
	response, err := readResponse(buffer.Bytes())
	if err != nil {
		s.options.Log.Error().Str("cause", err.Error()).Msg("response hook not understood")
		return nil
	}
	if ok || s.options.Observer.Selects(response.Method, response.Target) {
		s.options.Observer.Observe(x.peers.calls, response)
	}
	return nil
}

// skip passes over the message.
func (x *exchange) skip() error {
	n, err := x.reader.Discard(int(x.message.N))
	x.message.N -= int64(n)
	if err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	return nil
}
