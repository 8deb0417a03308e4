// Package body reads request bodies as the engine will, and refuses every body the engine might read differently.
//
// It promises that a decoded value is the whole meaning of the request: the body was shown, it is one JSON value of the
// right shape, every key is spelled as the engine spells it and stands there once, nothing follows it, and nothing in it
// is read by one supported engine and ignored by another. The engine's decoder is lenient where this one is not: it
// matches keys without regard to case, merges duplicates, and skips what it does not know.
//
// Every error is a [*refusal.Refusal] naming the place. No value of the body appears in it, except where the place
// cannot hold a secret: names of keys, addresses and ports, all bounded.
//
// The package is pure: no I/O, no logging, no OPA.
package body
