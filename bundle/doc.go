// Package bundle is everything that touches OPA: it loads policies and site data, compiles them into an immutable
// Snapshot, and decides. Nothing outside imports OPA.
//
// It promises that a decision is only ever taken on a whole, strictly compiled policy set: what does not compile, what
// no router would find, what reaches for the network, and what admits a request without an operation is refused when it
// is loaded. A decision admits only on exactly one result of the exact type without a violation. Everything else denies
// or is an error, and the zero value of every type here denies.
//
// Site data is what differs between hosts. It is read from one YAML file as people write it, refused as a whole on the
// first doubt, with every doubt named at once, and handed to the policies normalised under data.site.
//
// The package does no logging. Of the pipeline it knows the input document only.
package bundle
