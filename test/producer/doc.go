// Package producer does in Go what a build pipeline does with cosign and a scanner: it makes keys, signs, attests and
// pushes, in every layout that cosign writes. Tests use it where an image needs evidence that no cosign would make, and
// where starting cosign would take too long; recorded documents of the real cosign stand beside the tests that read them.
package producer
