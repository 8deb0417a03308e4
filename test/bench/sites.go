package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"time"
)

// siteCost is what site data with many digests costs the gate.
type siteCost struct {
	digests      int
	start        []time.Duration // process start to first decision, which needs no facts
	first        []time.Duration // the create after it, for which the engine is asked about itself and the image
	idle, loaded float64         // MiB resident after the start, and after decisions
	creates      []time.Duration
	decisions    int // before the loaded size was taken
}

// manyDigests is how many a large site lists.
const manyDigests = 10_000

// starts is how often a start is measured.
const starts = 9

// sitePlugin is a gate with site data of its own.
type sitePlugin struct {
	*plugin
	client *http.Client
	cost   siteCost
}

// measureSites starts gates before an engine without plugin, so that no other gate has a say in their look-ups, each with
// a role bound to so many digests, the image's among them. Creates go to them in turns.
func measureSites(ctx context.Context, p *plugin, engine, image string, create message, s settings) ([]siteCost, error) {
	var all []*sitePlugin
	defer func() {
		for _, q := range all {
			q.stop()
		}
	}()
	for _, digests := range []int{10, manyDigests, 100_000} {
		q, err := p.site(ctx, engine, image, digests, create)
		if err != nil {
			return nil, fmt.Errorf("%d digests: %w", digests, err)
		}
		all = append(all, q)
	}
	creates := s.load * 4
	for range creates {
		body := create.any()
		for _, at := range rand.Perm(len(all)) {
			took, err := all[at].admits(ctx, all[at].client, body)
			if err != nil {
				return nil, err
			}
			all[at].cost.creates = append(all[at].cost.creates, took)
		}
	}
	var found []siteCost
	for _, q := range all {
		q.cost.decisions = creates
		if q.cost.digests == manyDigests && s.decisions > creates {
			_, err := load(8, s.decisions-creates, func() error {
				_, err := q.admits(ctx, q.client, create.any())
				return err
			})
			if err != nil {
				return nil, err
			}
			q.cost.decisions = s.decisions
		}
		var err error
		if q.cost.loaded, err = q.memory("VmRSS"); err != nil {
			return nil, err
		}
		found = append(found, q.cost)
	}
	return found, nil
}

// site starts a gate with so many digests several times, and leaves the last one running.
func (p *plugin) site(ctx context.Context, engine, image string, digests int, create message) (*sitePlugin, error) {
	repository, digest, _ := strings.Cut(image, "@")
	file := filepath.Join(filepath.Dir(p.log), fmt.Sprintf("site-%d.yaml", digests))
	if err := writeSite(file, siteText(repository, undemanding, append(others(digests-1), digest)...)); err != nil {
		return nil, err
	}
	q := &sitePlugin{cost: siteCost{digests: digests}}
	for n := range starts {
		q.plugin = p.twin(fmt.Sprintf("site-%d", digests), map[string]string{"--site": file, "--engine": engine})
		q.client = keepAlive(q.socket)
		err := q.begin(ctx, create.any())
		if err != nil || n < starts-1 {
			q.stop()
		}
		if err != nil {
			return nil, err
		}
	}
	return q, nil
}

// begin starts the gate and takes what there is to measure of it until it is idle.
func (q *sitePlugin) begin(ctx context.Context, create []byte) error {
	start, err := q.firstDecision(ctx, q.client)
	if err != nil {
		return err
	}
	first, err := q.admits(ctx, q.client, create)
	if err != nil {
		return err
	}
	q.cost.start, q.cost.first = append(q.cost.start, start), append(q.cost.first, first)
	time.Sleep(300 * time.Millisecond) // it gives back what loading took
	q.cost.idle, err = q.memory("VmRSS")
	return err
}
