//go:build race

package bundle_test

// raceDetector is on: it allocates for itself.
const raceDetector = true
