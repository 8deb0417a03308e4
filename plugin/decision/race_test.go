//go:build race

package decision_test

// slack widens ceilings of bytes: the race detector makes every allocation larger.
const slack = 2
