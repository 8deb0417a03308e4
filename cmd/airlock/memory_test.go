package main

import (
	"math"
	"runtime/debug"
	"testing"
)

func TestPercentFor(t *testing.T) {
	for _, tc := range []struct {
		live uint64
		want int
	}{
		{0, mostGCPercent},        // never the zero that would collect without end
		{1 << 20, mostGCPercent},  // a heap that small may grow
		{10 << 20, 100},           // the garbage allowed
		{20 << 20, 50},            // the same amount
		{1 << 30, leastGCPercent}, // no collecting without end either
		{1<<64 - 1, leastGCPercent},
	} {
		if got := percentFor(tc.live); got != tc.want {
			t.Errorf("%d live: got %d, want %d", tc.live, got, tc.want)
		}
	}
}

// TestPauseFollowsWhatIsLive holds that after a reload the limit is above what is live by then, however much more that is.
func TestPauseFollowsWhatIsLive(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	defer func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}()
	c := collector{percent: true, limit: true}
	c.adjust()
	resume := c.pause()
	grown := make([]byte, 200<<20)
	resume()
	if got := debug.SetMemoryLimit(-1); got < int64(len(grown))+burst {
		t.Errorf("limit %d beside %d that are live, want %d more", got, len(grown), burst)
	}
	if got := debug.SetGCPercent(100); got < leastGCPercent || got > mostGCPercent {
		t.Errorf("percent %d, want the collector back", got)
	}
	grown[0] = 1
}
