package plugin

import (
	"net/http"

	"github.com/airlock-gate/airlock/plugin/decision"
)

// response answers a response hook: always with an admission, as the effect has happened. What nobody observes is not
// decoded and not even copied, and is answered as soon as that is known: the rest is passed over behind the answer.
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
	method, target, ok, err := x.peek()
	if err != nil {
		return err
	}
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
