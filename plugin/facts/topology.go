package facts

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"golang.org/x/sync/errgroup"

	"github.com/airlock-gate/airlock/plugin/view"
)

// Lists of the engine. They carry no API version: what is read of them has been the same since 20.10, and an engine
// answers a target without one in its own newest.
const (
	networkList   = "/networks"
	containerList = "/containers/json?all=1"
)

// Topology returns every network and every container's place in them. It is never remembered. The two lists are taken at
// the same time, not at one moment; whoever decides by them must know what was under way meanwhile.
//
// The engine lists containers from a snapshot, without the locks a stuck start would hold. It names the image a container
// was created from by reference only while that still means the same image, and else by ID.
func (e *Engine) Topology(ctx context.Context) (*view.Topology, error) {
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	var networks, containers []byte
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() (err error) { networks, err = e.list(ctx, networkList); return err })
	both.Go(func() (err error) { containers, err = e.list(ctx, containerList); return err })
	if err := both.Wait(); err != nil {
		return nil, err
	}
	live, err := view.TopologyFrom(networks, containers)
	if err != nil {
		return nil, fmt.Errorf("read topology: %w", err)
	}
	return live, nil
}

// list reads a list as the engine writes it. Every failure is one to know nothing by: the engine always has its lists. It is
// asked again when it answers nothing at all, with status 200, as 29.x does while containers come and go.
func (e *Engine) list(ctx context.Context, target string) (answer []byte, err error) {
	for range 3 {
		var status int
		status, answer, err = e.read(ctx, target)
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("ask for %s: status %d", target, status)
		}
		if err != nil || len(answer) > 0 {
			break
		}
	}
	return answer, err
}

// read asks for what the client has no call for, or one that leaves out half of the answer.
func (e *Engine) read(ctx context.Context, target string) (status int, answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://engine"+target, nil)
	if err != nil {
		return 0, nil, fmt.Errorf("ask for %s: %w", target, err)
	}
	request.Header.Set("User-Agent", "airlock")
	response, err := e.tickets.RoundTrip(request) // follows no redirect
	if err != nil {
		return 0, nil, fmt.Errorf("ask for %s: %w", target, err)
	}
	defer response.Body.Close()
	if answer, err = io.ReadAll(response.Body); err != nil {
		return 0, nil, fmt.Errorf("ask for %s: %w", target, err)
	}
	return response.StatusCode, answer, nil
}
