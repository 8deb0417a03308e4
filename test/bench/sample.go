package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// samples holds durations by target and call.
type samples map[kind]map[string][]time.Duration

// interleave sends every call to every target in random order, round by round.
func interleave(ctx context.Context, targets []*target, calls []call, rounds int) (samples, error) {
	type pair struct {
		t *target
		c call
	}
	found := samples{}
	for _, t := range targets {
		found[t.kind] = map[string][]time.Duration{}
		for _, c := range calls { // once unmeasured: caches, connections
			if _, err := t.do(ctx, c); err != nil {
				return nil, err
			}
		}
	}
	for round := range rounds {
		var pairs []pair
		for _, t := range targets {
			for _, c := range calls {
				if c.every < 2 || round%c.every == 0 {
					pairs = append(pairs, pair{t, c})
				}
			}
		}
		rand.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
		for _, p := range pairs {
			took, err := p.t.do(ctx, p.c)
			if err != nil {
				return nil, err
			}
			found[p.t.kind][p.c.name] = append(found[p.t.kind][p.c.name], took)
		}
	}
	return found, nil
}

// at returns a quantile; the slice is sorted in place.
func at(d []time.Duration, quantile float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[min(len(d)-1, int(quantile*float64(len(d))))]
}

// rate is requests a second and the plugin's CPU per request, for one target and call.
type rate struct {
	clients []int
	second  []float64
	cpu     time.Duration // at the middle client count
}

// throughput loads each target with 1, 4 and 16 clients; the targets take turns.
func throughput(ctx context.Context, targets []*target, calls []call, requests int) (map[kind]map[string]rate, error) {
	found := map[kind]map[string]rate{}
	for _, t := range targets {
		found[t.kind] = map[string]rate{}
	}
	for _, c := range calls {
		if c.undo || c.name == "inspect 53 KB" {
			continue
		}
		for _, clients := range []int{1, 4, 16} {
			for _, t := range targets {
				var before time.Duration
				var err error
				if t.plugin != nil {
					if before, err = t.plugin.cpu(); err != nil {
						return nil, err
					}
				}
				took, err := load(clients, requests, func() error {
					_, err := t.do(ctx, c)
					return err
				})
				if err != nil {
					return nil, err
				}
				r := found[t.kind][c.name]
				r.clients = append(r.clients, clients)
				r.second = append(r.second, float64(requests)/took.Seconds())
				if t.plugin != nil && clients == 4 {
					after, err := t.plugin.cpu()
					if err != nil {
						return nil, err
					}
					r.cpu = (after - before) / time.Duration(requests)
				}
				found[t.kind][c.name] = r
			}
		}
	}
	return found, nil
}

// load returns how long so many clients took for so many requests.
func load(clients, requests int, request func() error) (time.Duration, error) {
	var left atomic.Int64
	left.Store(int64(requests))
	var group sync.WaitGroup
	failures := make(chan error, clients)
	start := time.Now()
	for range clients {
		group.Go(func() {
			for left.Add(-1) >= 0 {
				if err := request(); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	group.Wait()
	took := time.Since(start)
	select {
	case err := <-failures:
		return 0, err
	default:
		return took, nil
	}
}
