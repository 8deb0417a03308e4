// Package airgap proves with packets that what the gate admits cannot get out. Its tests carry the build tag e2e and
// are run by `make airgap`.
//
// The test binary starts itself once for each engine, in network and mount namespaces of its own that play the host;
// another network namespace plays the outside and counts every packet that arrives on its side of the wire. The
// namespaces have no names: they end with the last process in them, and the machine's own filter and routes are never
// touched. Each exit is first opened by hand on the engine without the gate and must be seen to leak, so that the
// probes are known to see a leak; then the gate must deny the same request by the rule meant for it; then the
// reference topology is made through the gate and every probe must fail with no packet outside. The table goes to
// bin/airgap-report.txt.
package airgap
