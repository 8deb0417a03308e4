//go:build !race

package decision_test

const slack = 1
