package plugin

import (
	"bufio"
	"bytes"
	"errors"
	"hash/maphash"
	"net/http"
	"sync/atomic"

	"github.com/gorilla/mux"
)

var endOfHeader = []byte("\r\n\r\n")

// head is what the header of a call says.
type head struct {
	text    []byte // it came as
	method  string // of the plugin: RequestPath, ResponsePath or ActivatePath; "" for any other
	length  int64  // of the message
	last    bool   // the connection ends with this call
	refusal reply  // of what is no method
}

const (
	knownHeads   = 16
	maxKnownHead = 1 << 10
)

// heads reads headers. An engine sends a few, again and again; what came to the letter is not parsed again.
type heads struct {
	routes *mux.Router // named after their paths
	seed   maphash.Seed
	known  [knownHeads]atomic.Pointer[head]
}

func newHeads() *heads {
	h := &heads{routes: mux.NewRouter().SkipClean(true), seed: maphash.MakeSeed()}
	for _, path := range []string{RequestPath, ResponsePath, ActivatePath} {
		h.routes.Path(path).Methods(http.MethodPost).Name(path)
	}
	return h
}

// read takes a header off a reader, which begins with the given text. Without one there is a reply.
func (h *heads) read(from *bufio.Reader, text []byte) (*head, reply) {
	at := &h.known[maphash.Bytes(h.seed, text)%knownHeads]
	if known := at.Load(); known != nil && bytes.Equal(known.text, text) {
		_, _ = from.Discard(len(text)) // it is there
		return known, reply{}
	}
	came, before := bytes.Clone(text), from.Buffered() // parsing takes it off
	request, err := http.ReadRequest(from)
	switch {
	case err != nil || request.ProtoMajor != 1:
		return nil, refuse(http.StatusBadRequest, "not understood")
	case request.ContentLength < 0: // the engine always says how long a message is
		return nil, refuse(http.StatusLengthRequired, "no length")
	case request.Header["Expect"] != nil:
		return nil, refuse(http.StatusExpectationFailed, "nothing is expected")
	}
	read := &head{text: came, length: request.ContentLength, last: request.Close || request.Method != http.MethodPost}
	read.method, read.refusal = h.route(request)
	// A header whose lines end otherwise is shorter than the text, which then holds the beginning of the message.
	if read.method != "" && len(came) <= maxKnownHead && before-from.Buffered() == len(came) {
		at.Store(read)
	}
	return read, reply{}
}

// route returns the method of the plugin that is called, or a refusal.
func (h *heads) route(request *http.Request) (string, reply) {
	var match mux.RouteMatch
	switch found := h.routes.Match(request, &match); {
	case !found && errors.Is(match.MatchErr, mux.ErrMethodMismatch):
		return "", refuse(http.StatusMethodNotAllowed, "plugin methods are called with POST")
	case match.Route == nil || match.MatchErr != nil:
		return "", refuse(http.StatusNotFound, "no such plugin method")
	default:
		return match.Route.GetName(), reply{}
	}
}
