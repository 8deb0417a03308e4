package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/airlock-gate/airlock/test/engine"
)

// report prints the tables of one engine as Markdown.
func report(w io.Writer, v engine.Version, targets []*target, calls []call, latency samples,
	through map[kind]map[string]rate, life map[kind]lifecycle, stages []stage, s settings, on machine,
) {
	fmt.Fprintf(w, "\n### %s engine\n\n%d rounds on a machine of %s. `none` is absolute; the others are what they add to it.\n\n",
		v, s.rounds, on)
	fmt.Fprintf(w, "| call | none p50 / p99 µs |")
	for _, t := range targets[1:] {
		fmt.Fprintf(w, " %s + p50 / p99 µs |", t.name)
	}
	fmt.Fprintf(w, " airlock / noop, added p50 (p99) |\n|---|---|")
	for range targets[1:] {
		fmt.Fprint(w, "---|")
	}
	fmt.Fprintln(w, "---|")
	for _, c := range calls {
		base50, base99 := at(latency[none][c.name], .5), at(latency[none][c.name], .99)
		fmt.Fprintf(w, "| %s | %d / %d |", c.name, base50.Microseconds(), base99.Microseconds())
		for _, t := range targets[1:] {
			d := latency[t.kind][c.name]
			fmt.Fprintf(w, " %d / %d |", (at(d, .5) - base50).Microseconds(), (at(d, .99) - base99).Microseconds())
		}
		floor, ours := latency[noop][c.name], latency[gate][c.name]
		fmt.Fprintf(w, " **%.2f** (%.2f) |\n", ratio(at(ours, .5)-base50, at(floor, .5)-base50),
			ratio(at(ours, .99)-base99, at(floor, .99)-base99))
	}

	fmt.Fprintf(w, "\nRequests a second at 1 / 4 / 16 clients, and the plugin's CPU per request at 4:\n\n| call |")
	for _, t := range targets {
		fmt.Fprintf(w, " %s |", t.name)
	}
	fmt.Fprint(w, "\n|---|")
	for range targets {
		fmt.Fprint(w, "---|")
	}
	fmt.Fprintln(w)
	for _, c := range calls {
		if _, measured := through[none][c.name]; !measured {
			continue
		}
		fmt.Fprintf(w, "| %s |", c.name)
		for _, t := range targets {
			r := through[t.kind][c.name]
			fmt.Fprintf(w, " %.0f / %.0f / %.0f", r.second[0], r.second[1], r.second[2])
			if t.plugin != nil {
				fmt.Fprintf(w, ", %d µs", r.cpu.Microseconds())
			}
			fmt.Fprint(w, " |")
		}
		fmt.Fprintln(w)
	}

	fmt.Fprint(w, "\n| plugin | RSS idle / peak MiB | start to first decision ms, p50 / max | read p99 steady / under 2 reloads a second µs | failed |\n|---|---|---|---|---|\n")
	for _, t := range targets[1:] {
		l := life[t.kind]
		fmt.Fprintf(w, "| %s | %.0f / %.0f | %.0f / %.0f |", t.name, l.idle, l.peak,
			at(l.start, .5).Seconds()*1000, at(l.start, 1).Seconds()*1000)
		if l.steady != nil {
			fmt.Fprintf(w, " %d / %d | %d |\n", at(l.steady, .99).Microseconds(), at(l.reload, .99).Microseconds(), l.failed)
			continue
		}
		fmt.Fprintln(w, " – | – |")
	}
	fmt.Fprint(w, "\nWhere the gate's time goes in a create of the first table, p50 / p99 µs:\n\n| step | |\n|---|---|\n")
	for _, s := range stages {
		fmt.Fprintf(w, "| %s | %d / %d |\n", s.name, at(s.took, .5).Microseconds(), at(s.took, .99).Microseconds())
	}
}

// reportHooks prints what calls of the engine cost over the plugins' own sockets.
func reportHooks(w io.Writer, d *direct) {
	fmt.Fprint(w, "\nOver the plugins' own sockets, without an engine: p50 / p99 µs of a call, and its CPU with 4 clients:\n\n",
		"| hook | draining | noop | airlock | airlock / noop, p50 (CPU) |\n|---|---|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(d.hooks[gate])) {
		fmt.Fprintf(w, "| %s |", name)
		for _, k := range []kind{blind, noop, gate} {
			took := d.hooks[k][name]
			fmt.Fprintf(w, " %d / %d, %d µs |", at(took, .5).Microseconds(), at(took, .99).Microseconds(), d.cpu[k][name].Microseconds())
		}
		fmt.Fprintf(w, " **%.2f** (%.2f) |\n", ratio(at(d.hooks[gate][name], .5), at(d.hooks[noop][name], .5)),
			ratio(d.cpu[gate][name], d.cpu[noop][name]))
	}
}

// reportSites prints what many digests cost.
func reportSites(w io.Writer, sites []siteCost) {
	fmt.Fprint(w, "\nSite data with many digests; the first create has the engine asked about itself and the image:\n\n",
		"| digests | start to first decision ms, p50 / max | the first create ms, p50 / max | RSS idle / after creates MiB |\n|---|---|---|---|\n")
	for _, s := range sites {
		fmt.Fprintf(w, "| %d | %d / %d | %d / %d | %.0f / %.0f |\n", s.digests, at(s.start, .5).Milliseconds(), at(s.start, 1).Milliseconds(),
			at(s.first, .5).Milliseconds(), at(s.first, 1).Milliseconds(), s.idle, s.loaded)
	}
}

// reportEvidence prints what it costs to demand evidence.
func reportEvidence(w io.Writer, cost *evidenceCost) {
	fmt.Fprint(w, "\nA create over the gate's own socket, of an image that the engine has not pulled, p50 / p99 µs:\n\n",
		"| look-up of the digest | no evidence demanded | signed and scanned |\n|---|---|---|\n")
	for _, row := range []struct {
		name string
		took samplesOf
	}{{"first", cost.first}, {"later", cost.again}} {
		fmt.Fprintf(w, "| %s |", row.name)
		for _, d := range [][]time.Duration{row.took.without, row.took.demanded} {
			fmt.Fprintf(w, " %d / %d |", at(d, .5).Microseconds(), at(d, .99).Microseconds())
		}
		fmt.Fprintln(w)
	}
}

// reportHostile prints what bodies cost that are made to be expensive.
func reportHostile(w io.Writer, bodies []hostileCost) {
	fmt.Fprint(w, "\nBodies that are made to be expensive, over the gate's own socket:\n\n",
		"| create with | p50 / max ms | RSS peak MiB |\n|---|---|---|\n")
	for _, h := range bodies {
		fmt.Fprintf(w, "| %s | %d / %d | %.0f |\n", h.name, at(h.took, .5).Milliseconds(), at(h.took, 1).Milliseconds(), h.peak)
	}
}

func ratio(a, b time.Duration) float64 {
	if b <= 0 {
		return 0
	}
	return float64(a) / float64(b)
}
