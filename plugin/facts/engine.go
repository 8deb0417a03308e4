package facts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/moby/moby/api/types/image"
	"github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/singleflight"

	"github.com/airlock-gate/airlock/plugin/view"
)

// ErrNotFound says that the engine answered, and does not have what was asked for.
var ErrNotFound = errors.New("the engine has no such object")

// errTooLarge says that an answer was larger than any honest one.
var errTooLarge = errors.New("answer of the engine is too large")

const (
	defaultTimeout = 2 * time.Second
	defaultImages  = 1024
	maxAnswer      = 8 << 20         // bytes of one answer; a container's inspect is some ten KiB
	daemonLife     = 5 * time.Second // how long the daemon's word on itself holds on an unbroken connection
	idleConns      = 16
	idleLife       = 90 * time.Second
)

// Names the engine can hold: a container's name or ID (daemon/names), and an image reference. Anything else would change
// the path of the look-up, and the engine cannot have it.
var (
	containerName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$`)
	imageName     = regexp.MustCompile(`^[A-Za-z0-9]+(?:(?:[._:/@-]|__|-+)[A-Za-z0-9]+)*$`)
	contentName   = regexp.MustCompile(`^[^@]+@sha256:[0-9a-f]{64}$`)
)

// Options configure an Engine. Host is required; every other zero value means its default.
type Options struct {
	Host    string        // "unix:///var/run/docker.sock"; only unix sockets
	Timeout time.Duration // for one look-up; 2 s
	Images  int           // image configurations remembered; 1024
}

// Engine looks facts up at one daemon. It is safe for concurrent use.
type Engine struct {
	host    string
	timeout time.Duration
	wire    *http.Transport
	tickets *ticketOffice
	client  atomic.Pointer[client.Client]
	images  *lru.Cache[string, *view.ImageFacts]

	closed atomic.Uint64 // connections that ended: one of them may mean another daemon answers now
	daemon atomic.Pointer[daemonWord]
	asking singleflight.Group
}

// daemonWord is what a daemon said of itself, when, and on which generation of connections.
type daemonWord struct {
	engine *view.Engine
	at     time.Time
	closed uint64
}

// New makes an Engine without talking to the daemon: the gate starts before it.
func New(o Options) (*Engine, error) {
	host, err := client.ParseHostURL(o.Host)
	if err != nil {
		return nil, fmt.Errorf("read engine address %q: %w", o.Host, err)
	}
	if host.Scheme != "unix" || !strings.HasPrefix(host.Host, "/") {
		return nil, fmt.Errorf("read engine address %q: want unix:///absolute/path", o.Host)
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Images <= 0 {
		o.Images = defaultImages
	}
	images, err := lru.New[string, *view.ImageFacts](o.Images)
	if err != nil {
		return nil, fmt.Errorf("make image memory: %w", err)
	}
	e := &Engine{host: o.Host, timeout: o.Timeout, images: images}
	var dialer net.Dialer
	e.wire = &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, "unix", host.Host)
			if err != nil {
				return nil, err
			}
			return &countedConn{Conn: conn, closed: &e.closed}, nil
		},
		DisableCompression:     true,
		MaxIdleConns:           idleConns,
		MaxIdleConnsPerHost:    idleConns,
		IdleConnTimeout:        idleLife,
		ResponseHeaderTimeout:  o.Timeout,
		MaxResponseHeaderBytes: 64 << 10,
	}
	e.tickets = &ticketOffice{base: bounded{e.wire}, now: time.Now, pending: map[ticket]errand{}}
	if err := e.renew(); err != nil {
		return nil, err
	}
	return e, nil
}

// Close drops idle connections.
func (e *Engine) Close() { e.wire.CloseIdleConnections() }

// Recognise reports whether a call the engine asks about is this Engine's own look-up, which passes at once. Its error
// is a *refusal.Refusal: the call claims to be one and is not.
func (e *Engine) Recognise(method, target string, headers map[string]string, body []byte) (bool, error) {
	return e.tickets.recognise(method, target, headers, body)
}

// Image returns the configuration of the image behind a reference, or ErrNotFound.
//
// Only references by content digest are remembered, and not when the engine says that the digest is an index: which
// manifest of an index runs may change with the next pull. Without that word of the engine (stores before containerd)
// it may change unseen; start judges the stored container, which carries the merged configuration, again.
func (e *Engine) Image(ctx context.Context, reference string) (*view.ImageFacts, error) {
	if known, ok := e.images.Get(reference); ok {
		return known, nil
	}
	if !imageName.MatchString(reference) {
		return nil, ErrNotFound
	}
	var found client.ImageInspectResult
	err := e.ask(ctx, func(ctx context.Context, c *client.Client) (err error) {
		found, err = c.ImageInspect(ctx, reference)
		return err
	})
	switch {
	case cerrdefs.IsInvalidArgument(err) && !tooNew(err):
		return nil, ErrNotFound // what the engine cannot read as a name names no image; engines differ in what they read
	case err != nil:
		return nil, fmt.Errorf("inspect image: %w", err)
	}
	if found.ID == "" {
		return nil, errors.New("inspect image: answer without an ID")
	}
	facts := view.ImageFrom(found.InspectResponse)
	if contentName.MatchString(reference) && !isIndex(found.InspectResponse) {
		facts.AskedBy(reference)
		e.images.Add(reference, &facts)
	}
	return &facts, nil
}

func isIndex(found image.InspectResponse) bool {
	if found.Descriptor == nil {
		return false
	}
	switch found.Descriptor.MediaType {
	case ocispec.MediaTypeImageManifest, "application/vnd.docker.distribution.manifest.v2+json":
		return false
	}
	return true
}

// Container returns the raw inspect of a container by name or ID, or ErrNotFound. It is never remembered.
func (e *Engine) Container(ctx context.Context, nameOrID string) (json.RawMessage, error) {
	if !containerName.MatchString(nameOrID) {
		return nil, ErrNotFound
	}
	var found client.ContainerInspectResult
	err := e.ask(ctx, func(ctx context.Context, c *client.Client) (err error) {
		found, err = c.ContainerInspect(ctx, nameOrID, client.ContainerInspectOptions{})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("inspect container: %w", err)
	}
	if found.Container.ID == "" {
		return nil, errors.New("inspect container: answer without an ID")
	}
	return found.Raw, nil
}

// Daemon returns what the daemon says of itself and its kernel.
//
// Answering costs the daemon processes of its own (it asks runc and docker-init for their versions), so one answer
// serves every caller for five seconds. It is dropped as soon as a connection ends, as all do when the daemon restarts.
// What may change under a running daemon is what its administrator reloads.
func (e *Engine) Daemon(ctx context.Context) (*view.Engine, error) {
	if said := e.Said(); said != nil {
		return said, nil
	}
	answer := e.word(ctx)
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("ask daemon for its configuration: %w", ctx.Err())
	case got := <-answer:
		if got.Err != nil {
			return nil, fmt.Errorf("ask daemon for its configuration: %w", got.Err)
		}
		return got.Val.(*view.Engine), nil
	}
}

// Said returns what the daemon has said of itself while that holds, and nil when it is to be asked. From half of its life
// on it is asked again meanwhile, so that hardly anybody waits for the answer.
func (e *Engine) Said() *view.Engine {
	said := e.daemon.Load()
	if said == nil || said.closed != e.closed.Load() {
		return nil
	}
	switch age := time.Since(said.at); {
	case age >= daemonLife:
		return nil
	case age >= daemonLife/2:
		e.word(context.Background())
	}
	return said.engine
}

// word asks the daemon, unless it is being asked already.
func (e *Engine) word(ctx context.Context) <-chan singleflight.Result {
	return e.asking.DoChan("", func() (any, error) {
		return e.askDaemon(context.WithoutCancel(ctx)) // it has other listeners than the caller who came first
	})
}

func (e *Engine) askDaemon(ctx context.Context) (*view.Engine, error) {
	said := &daemonWord{at: time.Now(), closed: e.closed.Load()}
	err := e.ask(ctx, func(ctx context.Context, c *client.Client) error {
		info, err := c.Info(ctx, client.InfoOptions{})
		if err != nil {
			return err
		}
		if info.Info.ServerVersion == "" || info.Info.OSType == "" {
			return errors.New("answer without version and system")
		}
		version, err := c.ServerVersion(ctx, client.ServerVersionOptions{})
		if err != nil {
			return err
		}
		if version.Version != info.Info.ServerVersion || version.APIVersion == "" {
			return errors.New("two answers of different daemons")
		}
		said.engine = view.EngineFrom(info.Info)
		said.engine.APIVersion = version.APIVersion // the newest it serves, which may be newer than any client knows
		return nil
	})
	if err != nil {
		return nil, err
	}
	e.daemon.Store(said)
	return said.engine, nil
}

// ask runs one look-up within its time. A daemon older than the version agreed on (it was replaced under the running
// gate) answers that the version is too new; the version is then agreed on again, once.
func (e *Engine) ask(ctx context.Context, lookUp func(context.Context, *client.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	err := lookUp(ctx, e.client.Load())
	if tooNew(err) {
		if err := e.renew(); err != nil {
			return err
		}
		err = lookUp(ctx, e.client.Load())
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err() // the client hides it in "cannot connect"
	case cerrdefs.IsNotFound(err):
		return ErrNotFound
	}
	return err
}

// tooNew tells whether a daemon refused the version of the call, and not what it asks.
func tooNew(err error) bool {
	return cerrdefs.IsInvalidArgument(err) && strings.Contains(err.Error(), "client version")
}

// renew makes a client that has not agreed on a version yet: it does with its first call, by HEAD /_ping.
func (e *Engine) renew() error {
	fresh, err := client.New(client.WithHost(e.host), client.WithHTTPClient(&http.Client{
		Transport: e.tickets, CheckRedirect: client.CheckRedirect,
	}), client.WithUserAgent("airlock"))
	if err != nil {
		return fmt.Errorf("make engine client: %w", err)
	}
	e.client.Store(fresh)
	return nil
}

// bounded fails an answer that is larger than any honest one, rather than cut it.
type bounded struct{ base http.RoundTripper }

func (b bounded) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := b.base.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	response.Body = &boundedBody{ReadCloser: response.Body, left: maxAnswer}
	return response, nil
}

type boundedBody struct {
	io.ReadCloser
	left int
}

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// countedConn counts its end.
type countedConn struct {
	net.Conn
	ended  atomic.Bool
	closed *atomic.Uint64
}

func (c *countedConn) Close() error {
	if !c.ended.Swap(true) {
		c.closed.Add(1)
	}
	return c.Conn.Close()
}
