//go:build race

package decision_test

// slack widens ceilings: the race detector makes every allocation larger, and its pools forget on purpose. `make unit`
// holds the ceilings without it.
const slack = 4
