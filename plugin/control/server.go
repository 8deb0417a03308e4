package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"mime"
	"net"
	"net/http"
	"reflect"
	"syscall"
	"time"

	"github.com/gorilla/mux"

	"github.com/airlock-gate/airlock/plugin/body"
	"github.com/airlock-gate/airlock/plugin/breakglass"
)

// BreakglassPath is where an opening is asked for (POST), looked at (GET) and closed (DELETE).
const BreakglassPath = "/v1/breakglass"

const (
	maxBody        = 16 << 10
	maxHeaderBytes = 4 << 10
	callTimeout    = 5 * time.Second
)

// Opening is the body of a POST.
type Opening struct {
	Operations []string `json:"operations"`
	Seconds    int64    `json:"seconds"`
	Reason     string   `json:"reason"`
	Ticket     string   `json:"ticket"`
	Persist    bool     `json:"persist"`
}

// problem is the body of every answer that is no success.
type problem struct {
	Error string `json:"error"`
}

// Options configure a Server. Glass is required.
type Options struct {
	Glass   *breakglass.Glass
	UID     uint32           // the only user who is served; the zero value is root
	Refused func(uid uint32) // told of everybody else who got so far; may be nil
}

// Server answers on the control socket.
type Server struct {
	options Options
	shape   *body.Shape
	handler http.Handler
}

// New makes a Server.
func New(o Options) (*Server, error) {
	if o.Glass == nil {
		return nil, errors.New("new control server: no glass")
	}
	shape, err := body.NewShape(reflect.TypeFor[Opening]())
	if err != nil {
		return nil, fmt.Errorf("new control server: %w", err)
	}
	s := &Server{options: o, shape: shape}
	router := mux.NewRouter().SkipClean(true)
	router.HandleFunc(BreakglassPath, s.status).Methods(http.MethodGet)
	router.HandleFunc(BreakglassPath, s.open).Methods(http.MethodPost)
	router.HandleFunc(BreakglassPath, s.shut).Methods(http.MethodDelete)
	router.NotFoundHandler = refuse(http.StatusNotFound, "no such path")
	router.MethodNotAllowedHandler = refuse(http.StatusMethodNotAllowed, "no such method on this path")
	s.handler = router
	return s, nil
}

// peerKey is where a connection's context holds what the kernel says of its peer.
type peerKey struct{}

// Serve answers on listener until ctx ends, and closes it.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:     http.HandlerFunc(s.guard),
		ReadTimeout: callTimeout, WriteTimeout: callTimeout, IdleTimeout: callTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: log.New(io.Discard, "", 0),
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			if peer, err := credentials(conn); err == nil {
				return context.WithValue(ctx, peerKey{}, peer)
			}
			return ctx
		},
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve control socket: %w", err)
	}
	return nil
}

// credentials asks the kernel who opened the other end (unix(7), SO_PEERCRED).
func credentials(conn net.Conn) (*syscall.Ucred, error) {
	socket, ok := conn.(*net.UnixConn)
	if !ok {
		return nil, fmt.Errorf("peer of %T", conn)
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("peer: %w", err)
	}
	var peer *syscall.Ucred
	var failed error
	if err := raw.Control(func(fd uintptr) {
		peer, failed = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	}); err != nil {
		return nil, fmt.Errorf("peer: %w", err)
	}
	return peer, failed
}

// guard serves the one user alone; a peer nobody knows is somebody else.
func (s *Server) guard(w http.ResponseWriter, r *http.Request) {
	peer, known := r.Context().Value(peerKey{}).(*syscall.Ucred)
	if !known || peer == nil || peer.Uid != s.options.UID {
		if s.options.Refused != nil && known && peer != nil {
			s.options.Refused(peer.Uid)
		}
		w.Header().Set("Connection", "close")
		refuse(http.StatusForbidden, "only root may use the control socket").ServeHTTP(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	s.handler.ServeHTTP(w, r)
}

func (s *Server) status(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, s.options.Glass.State())
}

func (s *Server) open(w http.ResponseWriter, r *http.Request) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		refuse(http.StatusUnsupportedMediaType, "want a body of type application/json").ServeHTTP(w, r)
		return
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		refuse(http.StatusBadRequest, fmt.Sprintf("read body: at most %d bytes", maxBody)).ServeHTTP(w, r)
		return
	}
	request, err := s.read(text)
	if err != nil {
		refuse(http.StatusBadRequest, err.Error()).ServeHTTP(w, r)
		return
	}
	state, err := s.options.Glass.Open(request)
	switch {
	case errors.Is(err, breakglass.ErrRequest):
		refuse(http.StatusBadRequest, err.Error()).ServeHTTP(w, r)
	case errors.Is(err, breakglass.ErrOpen):
		refuse(http.StatusConflict, err.Error()).ServeHTTP(w, r)
	case err != nil:
		refuse(http.StatusInternalServerError, err.Error()).ServeHTTP(w, r)
	default:
		answer(w, http.StatusCreated, state)
	}
}

// read reads the body of a POST: one object, each key once and as it is spelled, nothing unknown.
func (s *Server) read(text []byte) (breakglass.Request, error) {
	asked, err := body.Decode[Opening](text, s.shape)
	if err != nil {
		return breakglass.Request{}, fmt.Errorf("read body: %w", err)
	}
	const most = int64(breakglass.MaxMax / time.Second)
	if asked.Seconds < 1 || asked.Seconds > most { // before it is multiplied
		return breakglass.Request{}, fmt.Errorf("seconds: %d, want 1 to %d", asked.Seconds, most)
	}
	return breakglass.Request{
		Operations: asked.Operations, For: time.Duration(asked.Seconds) * time.Second, Reason: asked.Reason,
		Ticket: asked.Ticket, Persist: asked.Persist,
	}, nil
}

func (s *Server) shut(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, s.options.Glass.Close())
}

func refuse(status int, reason string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, status, problem{reason}) })
}

func answer(w http.ResponseWriter, status int, value any) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // whoever hung up is told nothing
}
