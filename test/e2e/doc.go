// Package e2e proves the gate in front of real engines. Its tests carry the build tag e2e and are run by `make e2e`:
// every rule of the policies denies something and admits its twin, at create and again at start from what the engine
// stored; requests that try to be read differently by gate and engine; a gate that is killed, hung, restarted or
// absent. A rule without a case fails the suite. Counts go to bin/e2e-report.txt.
package e2e
