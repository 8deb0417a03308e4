package main

import (
	"context"
	"slices"
	"time"
)

// recordingLoss measures which share of its throughput the record of every decision costs a gate, over its socket: of
// creates and of reads. Gates with and without it take turns, and what one lost is told from the turns side by side: the
// clock of a shared machine drifts by more than the record costs.
func recordingLoss(ctx context.Context, p *plugin, engine string, create, read []byte, requests int) (map[string]float64, error) {
	asked := map[string]func([]byte) func() error{}
	levels := []string{"info", "error"} // every decision, none that admits
	for _, level := range levels {
		q, err := p.other(ctx, level, map[string]string{"--log-level": level, "--engine": engine})
		if err != nil {
			return nil, err
		}
		defer q.stop()
		client := keepAlive(q.socket)
		asked[level] = func(body []byte) func() error {
			return func() error {
				_, err := q.admits(ctx, client, body)
				return err
			}
		}
	}
	loss := map[string]float64{}
	for _, c := range []struct {
		name     string
		body     []byte
		requests int // of a turn, which takes about as long for either
	}{{"create", create, requests / 4}, {"read", read, requests * 2}} {
		var lost []float64
		for turn := range 124 {
			took := map[string]time.Duration{}
			for i := range levels {
				level := levels[(i+turn)%len(levels)]
				var err error
				if took[level], err = load(4, max(c.requests, 1), asked[level](c.body)); err != nil {
					return nil, err
				}
			}
			if turn > 0 {
				lost = append(lost, 100*(1-ratio(took["error"], took["info"])))
			}
		}
		loss[c.name] = middle(lost)
	}
	return loss, nil
}

// middle is the mean of the half of the values that is in the middle.
func middle(values []float64) float64 {
	slices.Sort(values)
	half := values[len(values)/4 : len(values)-len(values)/4]
	sum := 0.
	for _, v := range half {
		sum += v
	}
	return sum / float64(len(half))
}
