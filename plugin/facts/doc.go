// Package facts asks the engine about what a request refers to: an image, a container, the daemon itself,
// and who is attached to which network.
//
// It promises answers that are the engine's own, fresh, bounded in size and in time, and a clear difference between
// "the engine does not have it" (ErrNotFound) and "the engine could not be asked" (any other error). Only what cannot
// go stale unnoticed is remembered: the configuration of an image named by content digest, and for a few seconds on
// an unbroken connection what the daemon says of itself.
//
// The engine asks its authorization plugins about these look-ups as well. Each carries a single-use ticket, so that the
// gate recognises its own question (Recognise) and never answers it by asking again. Tickets are not logged.
package facts
