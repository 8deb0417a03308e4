package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/airlock-gate/airlock/test/engine"
)

// goal is one line of the table of goals: a measured value and the most (or least) it must be.
type goal struct {
	number   int
	what     string
	measured float64
	must     float64
	atLeast  bool
	unit     string
}

func (g goal) verdict() string {
	switch {
	case g.measured == 0 && g.must != 0:
		return "not measured"
	case g.atLeast && g.measured >= g.must, !g.atLeast && g.measured <= g.must:
		return "met"
	default:
		return "missed"
	}
}

// goals derives what one run can tell of the twenty goals. Ratios are of medians of the same run.
func goals(latency samples, through map[kind]map[string]rate, life map[kind]lifecycle, v engine.Version, d *direct) []goal {
	added := func(k kind, call string, quantile float64) time.Duration {
		return at(latency[k][call], quantile) - at(latency[none][call], quantile)
	}
	over := func(k kind, call string, quantile float64) float64 {
		return ratio(added(gate, call, quantile), added(k, call, quantile))
	}
	cpu := func(k kind, call string) float64 { return float64(through[k][call].cpu) }
	create := 1.50
	if v == engine.Oldest {
		create = 1.75 // it reads bodies faster itself
	}
	own := life[gate]
	hook := func(k kind, name string) time.Duration { return at(d.hooks[k][name], .5) }
	site := map[int]siteCost{}
	for _, s := range d.sites {
		site[s.digests] = s
	}
	published, larger := d.inside.sizes[0], d.inside.sizes[1]
	slowest := slices.MaxFunc(d.hostile, func(a, b hostileCost) int { return cmp.Compare(at(a.took, .5), at(b.took, .5)) })
	largest := slices.MaxFunc(d.hostile, func(a, b hostileCost) int { return cmp.Compare(a.peak, b.peak) })
	ms := func(t time.Duration) float64 { return float64(t) / float64(time.Millisecond) }
	return []goal{
		{1, "read, added p50 / no-op", over(noop, "list", .5), 1.05, false, "×"},
		{2, "inspection of 53 KB, added p50 / no-op", over(noop, "inspect 53 KB", .5), .60, false, "×"},
		{3, "create, added p50 / no-op", over(noop, refusedAtOnce, .5), create, false, "×"},
		{4, "read, added p99 / no-op", over(noop, "list", .99), 1.6, false, "×"},
		{4, "create, added p99 / no-op", over(noop, refusedAtOnce, .99), 1.6, false, "×"},
		{5, "read, added p50 / opa-docker-authz, configuration file", over(peer, "list", .5), .65, false, "×"},
		{5, "create, added p50 / opa-docker-authz, configuration file", over(peer, refusedAtOnce, .5), .75, false, "×"},
		{6, "read, added p50 / opa-docker-authz, policy file", over(peerFile, "list", .5), .05, false, "×"},
		{6, "create, added p50 / opa-docker-authz, policy file", over(peerFile, refusedAtOnce, .5), .15, false, "×"},
		{7, "CPU of a create, over the socket / opa-docker-authz, configuration file", quotient(float64(d.cpu[gate]["create"]), float64(d.cpu[peer]["create"])), .35, false, "×"},
		{8, "CPU of a read / no-op", quotient(cpu(gate, "list"), cpu(noop, "list")), 1.1, false, "×"},
		{9, "response hook of 64 KiB / no-op", ratio(hook(gate, "response of 64 KiB"), hook(noop, "response of 64 KiB")), .15, false, "×"},
		{9, "response hook of 4 KiB / no-op", ratio(hook(gate, "response of 4 KiB"), hook(noop, "response of 4 KiB")), .9, false, "×"},
		{10, "creates a second of CPU, over the socket", perSecond(d.cpu[gate]["create"]), 2500, true, "/s"},
		{10, "reads a second of CPU, over the socket", perSecond(d.cpu[gate]["read"]), 18000, true, "/s"},
		{12, "decision on a create / the engine's own decoding of its body, in process", ratio(published.create, d.inside.decode), 3.5, false, "×"},
		{13, fmt.Sprintf("policy of a create, %d rules / %d, in process", larger.rules, published.rules), ratio(larger.evaluate, published.evaluate), 2, false, "×"},
		{13, fmt.Sprintf("policy of a read, %d rules / %d, in process", larger.rules, published.rules), ratio(larger.evaluateRead, published.evaluateRead), 1.1, false, "×"},
		{14, "create, 100 000 digests / 10", ratio(at(site[100_000].creates, .5), at(site[10].creates, .5)), 1.05, false, "×"},
		{15, "resident, 10 000 digests, idle", site[manyDigests].idle, 32, false, "MiB"},
		{15, fmt.Sprintf("resident, 10 000 digests, after %d creates", site[manyDigests].decisions), site[manyDigests].loaded, 48, false, "MiB"},
		{15, fmt.Sprintf("resident, 100 000 digests, after %d creates", site[100_000].decisions), site[100_000].loaded, 96, false, "MiB"},
		{16, "hostile body that takes longest", ms(at(slowest.took, .5)), 250, false, "ms"},
		{16, "resident at most with a hostile body", largest.peak, 96, false, "MiB"},
		{17, "start to first decision, 10 000 digests", ms(at(site[manyDigests].start, .5)), 75, false, "ms"},
		{17, "start to first decision, 100 000 digests", ms(at(site[100_000].start, .5)), 350, false, "ms"},
		{18, "reload, 10 000 digests", ms(at(own.reloaded, .5)), 80, false, "ms"},
		{18, "read p99 under two reloads a second of 10 000 digests / steady", ratio(at(own.reload, .99), at(own.steady, .99)), 1.4, false, "×"},
		{18, "reads that failed during reloads", float64(own.failed), 0, false, ""},
		{19, fmt.Sprintf("longest read over %d restarts on an inherited socket", own.restarts.count), ms(own.restarts.longest), 150, false, "ms"},
		{19, "reads that failed over them", float64(own.restarts.failed), 0, false, ""},
		{20, "throughput of creates lost to the record of decisions", d.recording["create"], 5, false, "%"},
		{20, "throughput of reads lost to the record of decisions", d.recording["read"], 5, false, "%"},
	}
}

func quotient(a, b float64) float64 {
	if b <= 0 {
		return 0
	}
	return a / b
}

// perSecond is how many calls a second of CPU time is enough for.
func perSecond(cpu time.Duration) float64 {
	return quotient(float64(time.Second), float64(cpu))
}

// reportGoals prints the table of goals as Markdown: medians over the runs, and the least and the most of one.
func reportGoals(w io.Writer, runs [][]goal) {
	measured := "measured"
	if len(runs) > 1 {
		measured = fmt.Sprintf("median of %d runs | range", len(runs))
	}
	fmt.Fprintf(w, "\n| # | goal | %s | must | verdict |\n|%s\n", measured, strings.Repeat("---|", 5+strings.Count(measured, "|")))
	for i, g := range runs[0] {
		values := make([]float64, len(runs))
		for n, run := range runs {
			values[n] = run[i].measured
		}
		slices.Sort(values)
		g.measured = values[len(values)/2]
		bound, spread := "≤", ""
		if g.atLeast {
			bound = "≥"
		}
		if len(values) > 1 {
			spread = fmt.Sprintf(" %.2f – %.2f |", values[0], values[len(values)-1])
		}
		fmt.Fprintf(w, "| %d | %s | %.2f %s |%s %s %g | %s |\n", g.number, g.what, g.measured, g.unit, spread, bound, g.must, g.verdict())
	}
	fmt.Fprint(w, "\nGoal 11, allocations, is held by `go test -run Allocations ./bundle ./plugin/...`.\n")
}
