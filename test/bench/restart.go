package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// restartCost is what clients of the engine see of restarts of the gate while somebody else holds its socket, as systemd does.
type restartCost struct {
	count   int
	longest time.Duration // of all requests
	failed  int
}

const restartEvery = 300 * time.Millisecond

// restart puts a gate on an inherited socket before the target's engine and restarts it under load.
func (t *target) restart(ctx context.Context, count int) (cost restartCost, err error) {
	q := t.plugin.twin("inherited", nil)
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: q.socket, Net: "unix"})
	if err != nil {
		return cost, fmt.Errorf("listen for the gate: %w", err)
	}
	defer listener.Close()
	if q.inherited, err = listener.File(); err != nil {
		return cost, fmt.Errorf("listen for the gate: %w", err)
	}
	defer q.inherited.Close()
	if err := q.start(ctx); err != nil {
		return cost, err
	}
	defer q.stop()
	t.engine.Suspend()
	if err := t.engine.Resume(ctx, q.name); err != nil {
		return cost, err
	}
	list := call{name: "list", method: http.MethodGet, target: "/v1.41/containers/json", want: map[kind]int{gate: 200}}
	if _, err := t.do(ctx, list); err != nil {
		return cost, err
	}
	var stop atomic.Bool
	var group sync.WaitGroup
	var mu sync.Mutex
	var failures []error
	for range 4 {
		group.Go(func() {
			for !stop.Load() {
				took, err := t.do(ctx, list)
				mu.Lock()
				cost.longest = max(cost.longest, took)
				if err != nil {
					failures = append(failures, err)
				}
				mu.Unlock()
			}
		})
	}
	for range count {
		time.Sleep(restartEvery)
		q.end()
		if err = q.start(ctx); err != nil {
			break
		}
		cost.count++
	}
	time.Sleep(restartEvery)
	stop.Store(true)
	group.Wait()
	cost.failed = len(failures)
	if cost.failed > 0 {
		fmt.Fprintln(os.Stderr, errors.Join(failures[:min(3, len(failures))]...))
	}
	return cost, err
}
