//go:build !race

package bundle_test

// raceDetector is off.
const raceDetector = false
