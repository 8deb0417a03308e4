package main

import (
	"context"
	"time"
)

// recordingLoss measures which share of its throughput the record of every decision costs a gate, over its socket: of
// creates and of reads. Gates with and without it take turns.
func recordingLoss(ctx context.Context, p *plugin, engine string, create, read []byte, requests int) (map[string]float64, error) {
	levels := []string{"info", "error"} // every decision, none that admits
	bodies := map[string][]byte{"create": create, "read": read}
	took := map[string]map[string][]time.Duration{}
	asked := map[string]func([]byte) func() error{}
	for _, level := range levels {
		q, err := p.other(ctx, level, map[string]string{"--log-level": level, "--engine": engine})
		if err != nil {
			return nil, err
		}
		defer q.stop()
		client := keepAlive(q.socket)
		took[level] = map[string][]time.Duration{}
		asked[level] = func(body []byte) func() error {
			return func() error {
				_, err := q.admits(ctx, client, body)
				return err
			}
		}
	}
	for round := range 12 {
		for i := range levels {
			level := levels[(i+round)%len(levels)]
			for name, body := range bodies {
				d, err := load(4, requests, asked[level](body))
				if err != nil {
					return nil, err
				}
				if round > 0 {
					took[level][name] = append(took[level][name], d)
				}
			}
		}
	}
	loss := map[string]float64{}
	for name := range bodies {
		loss[name] = 100 * (1 - ratio(at(took["error"][name], .5), at(took["info"][name], .5)))
	}
	return loss, nil
}
