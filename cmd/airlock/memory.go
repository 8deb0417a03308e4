package main

import (
	"context"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// A decision makes a lot of garbage around a small live heap, so the collector may wait longer than its default; but what
// the gate takes must not grow by a multiple of its site data. So garbage may gather up to a fixed amount, whatever is
// live.
const (
	garbage        = 10 << 20
	leastGCPercent = 50
	mostGCPercent  = 400
	burst          = 48 << 20 // beyond what is live at most: large messages that are read at once

	// Loading is short, and half of what it makes stays: the collector only gets in its way.
	loadingLimit = 160 << 20

	// firstDecisions is how long after the start the collector leaves the processors to whoever waits for the gate.
	firstDecisions = 100 * time.Millisecond
)

// collector is set up by what is live. GOGC and GOMEMLIMIT in the environment go first.
type collector struct {
	percent, limit bool // whether it may set them
	room           room
}

// newCollector keeps the collector away while everything is loaded.
func newCollector() collector {
	c := collector{percent: os.Getenv("GOGC") == "", limit: os.Getenv("GOMEMLIMIT") == ""}
	if c.limit {
		debug.SetMemoryLimit(loadingLimit)
	}
	if c.percent && c.limit {
		debug.SetGCPercent(-1)
		c.room = newRoom()
	}
	return c
}

// pause keeps the collector away from a reload, which decisions would have to help it with, within the memory limit. What it
// returns brings it back, and has it look at once at what is live now: site data may have grown beyond the old limit.
func (c collector) pause() (resume func()) {
	if c.percent && c.limit {
		debug.SetGCPercent(-1)
	}
	c.room.huge(true)
	return func() {
		c.room.huge(false)
		runtime.GC()
		c.adjust()
	}
}

// loaded does what can wait for the first decisions, and gives back what loading has left behind.
func (c collector) loaded(ctx context.Context, rest func()) {
	select {
	case <-ctx.Done():
		return
	case <-time.After(firstDecisions):
	}
	rest()
	c.room.huge(false)
	debug.FreeOSMemory()
	c.adjust()
	_ = putBack() // a saving, no more
}

// adjust follows what was live when the collector last ran.
func (c collector) adjust() {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	live := sample[0].Value.Uint64()
	if c.percent {
		debug.SetGCPercent(percentFor(live))
	}
	if c.limit {
		debug.SetMemoryLimit(int64(live) + burst)
	}
}

// percentFor returns the growth of a live heap that is the garbage allowed.
func percentFor(live uint64) int {
	percent := math.Round(garbage * 100 / float64(max(live, 1)))
	return int(min(max(percent, leastGCPercent), mostGCPercent))
}
