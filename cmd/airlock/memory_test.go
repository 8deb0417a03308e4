package main

import "testing"

func TestPercentFor(t *testing.T) {
	for _, tc := range []struct {
		live uint64
		want int
	}{
		{0, mostGCPercent},        // never the zero that would collect without end
		{1 << 20, mostGCPercent},  // a heap that small may grow
		{6 << 20, 100},            // the garbage allowed
		{10 << 20, 60},            // the same amount
		{1 << 30, leastGCPercent}, // no collecting without end either
		{1<<64 - 1, leastGCPercent},
	} {
		if got := percentFor(tc.live); got != tc.want {
			t.Errorf("%d live: got %d, want %d", tc.live, got, tc.want)
		}
	}
}
