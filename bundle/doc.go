// Package bundle is everything that touches OPA: it loads policies and site data, compiles them into an immutable
// Snapshot, and decides. Nothing outside imports OPA.
package bundle
