package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/airlock-gate/airlock/test/producer"
)

// evidenceCost is how long decisions on creates take where images must be signed and scanned, and where not. The images
// are ones that the engine has not pulled, so that it is asked for each of them every time, in both.
type evidenceCost struct {
	first, again samplesOf // the first look-up of a digest, and later ones
}

// samplesOf holds durations with evidence demanded and without.
type samplesOf struct{ demanded, without []time.Duration }

const evidenceImages = 24

// demandEvidence measures two gates of its own before an engine without plugin.
func demandEvidence(ctx context.Context, p *plugin, engine, image string) (*evidenceCost, error) {
	repository, _, _ := strings.Cut(image, "@")
	pipeline, err := producer.NewPipeline()
	if err != nil {
		return nil, err
	}
	images, err := publish(ctx, pipeline, repository)
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(p.log)
	trust, err := pipeline.Site(dir)
	if err != nil {
		return nil, err
	}
	found := &evidenceCost{}
	gates := []struct {
		purpose, trust string
		first, again   *[]time.Duration
		gate           *plugin
		client         *http.Client
	}{
		{purpose: "demanding", trust: trust, first: &found.first.demanded, again: &found.again.demanded},
		{purpose: "undemanding", trust: undemanding, first: &found.first.without, again: &found.again.without},
	}
	for i := range gates {
		g := &gates[i]
		site := filepath.Join(dir, g.purpose+".yaml")
		if err := writeSite(site, siteText(repository, g.trust)); err != nil {
			return nil, err
		}
		if g.gate, err = p.other(ctx, g.purpose, map[string]string{"--site": site, "--engine": engine}); err != nil {
			return nil, err
		}
		defer g.gate.stop()
		g.client = keepAlive(g.gate.socket)
	}
	// The first of the images is for what a gate does once, and not measured.
	for i, reference := range images {
		create := createOf(reference).bytes()
		for round := range 10 {
			for _, at := range rand.Perm(len(gates)) {
				g := gates[at]
				took, err := g.gate.admits(ctx, g.client, create)
				if err != nil {
					return nil, err
				}
				switch {
				case i == 0:
				case round == 0:
					*g.first = append(*g.first, took)
				default:
					*g.again = append(*g.again, took)
				}
			}
		}
	}
	return found, nil
}

// publish pushes images that differ, and their evidence.
func publish(ctx context.Context, pipeline *producer.Pipeline, repository string) ([]string, error) {
	repo, err := producer.Open(repository)
	if err != nil {
		return nil, err
	}
	var made []string
	for i := range evidenceImages {
		var pushed ocispec.Descriptor
		if pushed, err = repo.Image(ctx, fmt.Sprintf("bench %d", i)); err != nil {
			return nil, err
		}
		reference := repository + "@" + pushed.Digest.String()
		if err := pipeline.Publish(ctx, reference); err != nil {
			return nil, err
		}
		made = append(made, reference)
	}
	return made, nil
}
