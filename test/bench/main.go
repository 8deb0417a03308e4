// Command bench compares the gate with no plugin and with a no-op plugin, end to end through real engines.
//
// Every target has an engine of its own, all of one version. Requests are interleaved over targets and calls in random
// order within one run, because the clock of a shared machine drifts: read the ratios, not the microseconds. CPU per
// call is the plugin's own user and system time. Results are Markdown, on
// standard output or in the page that has a place for them.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/airlock-gate/airlock/test/engine"
)

// Settings of a run.
type settings struct {
	airlock string // path of the gate's program
	peer    string // path of opa-docker-authz, "" to leave it out
	engines []engine.Version
	runs    int // with engines of their own each
	rounds  int
	load    int // requests per client count in the throughput part
	reloads int

	restarts  int
	decisions int    // on the site with many digests, before its memory is measured
	out       string // page to write the tables into, "" for standard output
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has been called
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	s := settings{}
	var only string
	flags.StringVar(&s.airlock, "airlock", "bin/airlock", "the gate's program")
	flags.StringVar(&s.peer, "opa-docker-authz", "", "program of opa-docker-authz to compare with; left out when empty")
	flags.StringVar(&only, "engine", "", "oldest or newest; both when empty")
	flags.IntVar(&s.runs, "runs", 1, "runs with fresh engines; goals are medians over them, the other tables are of the last")
	flags.IntVar(&s.rounds, "rounds", 600, "rounds of interleaved requests; those that take long are not in every round")
	flags.IntVar(&s.load, "load", 1500, "requests per client count in the throughput part")
	flags.IntVar(&s.reloads, "reloads", 20, "reloads under load")
	flags.IntVar(&s.restarts, "restarts", 12, "restarts under load")
	flags.IntVar(&s.decisions, "decisions", 100_000, "creates before the memory of a gate with 10 000 digests is measured")
	flags.StringVar(&s.out, "out", "", "`page` whose measured part is replaced, such as docs/performance.md; standard output when empty")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if s.runs < 1 {
		return fmt.Errorf("-runs %d: want at least one", s.runs)
	}
	s.engines = engine.Versions()
	if only != "" {
		s.engines = []engine.Version{engine.Version(only)}
	}
	registry, err := engine.StartRegistry(ctx)
	if err != nil {
		return err
	}
	defer registry.Stop()
	image, err := engine.PushImage(ctx, registry.Host+"/openclaw/worker", engine.Image{})
	if err != nil {
		return err
	}
	var measured bytes.Buffer
	for _, v := range s.engines {
		var tables bytes.Buffer
		var reached [][]goal // by run
		for n := range s.runs {
			fmt.Fprintf(stderr, "%s: run %d of %d\n", v, n+1, s.runs)
			tables.Reset()
			all, err := compare(ctx, v, image, registry.Host, s, &tables, stderr)
			if err != nil {
				return fmt.Errorf("%s engine, run %d: %w", v, n+1, err)
			}
			reached = append(reached, all)
		}
		measured.Write(tables.Bytes())
		reportGoals(&measured, reached)
	}
	if s.out != "" {
		return rewrite(s.out, measured.Bytes())
	}
	_, err = stdout.Write(measured.Bytes())
	return err
}

// compare makes one run and returns what it tells of the goals.
func compare(ctx context.Context, v engine.Version, image, host string, s settings, stdout, stderr io.Writer) ([]goal, error) {
	on, err := calibrate()
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(stderr, "%s: starting engines on a machine of %s\n", v, on)
	targets, stop, err := startTargets(ctx, v, image, host, s)
	if err != nil {
		return nil, err
	}
	defer stop()
	calls := calls(image)
	fmt.Fprintf(stderr, "%s: %d rounds of %d calls on %d targets\n", v, s.rounds, len(calls), len(targets))
	latency, err := interleave(ctx, targets, calls, s.rounds)
	if err != nil {
		return nil, err
	}
	var stages []stage // before the load, whose queues would hide them
	for _, t := range targets {
		if t.kind == gate {
			if stages, err = t.plugin.stages("container.create"); err != nil {
				return nil, err
			}
		}
	}
	fmt.Fprintf(stderr, "%s: throughput\n", v)
	through, err := throughput(ctx, targets, calls, s.load)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(stderr, "%s: start and reload\n", v)
	life, err := lifecycles(ctx, targets, s)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(stderr, "%s: over the plugins' own sockets\n", v)
	asked, err := directly(ctx, targets, image, s)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(stderr, "%s: restarts\n", v)
	own := life[gate]
	for _, t := range targets { // last: its engine then asks another gate
		if t.kind == gate {
			if own.restarts, err = t.restart(ctx, s.restarts); err != nil {
				return nil, err
			}
		}
	}
	life[gate] = own
	report(stdout, targets[0].engine.Version, targets, calls, latency, through, life, stages, s, on)
	reportHooks(stdout, asked)
	reportSites(stdout, asked.sites)
	reportEvidence(stdout, asked.evidence)
	reportHostile(stdout, asked.hostile)
	return goals(latency, through, life, v, asked), nil
}
