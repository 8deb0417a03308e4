// Package evidence gathers what a registry holds about an image by digest and verifies it with the site's keys:
// signatures and vulnerability scans as cosign writes them. It reports facts and no verdicts: which keys signed, what the
// scans found and when. Policies decide.
//
// Three steps, apart from one another: a Collector fetches Material from the registry, Judge verifies Material with a
// ring of keys and knows no network, and a Keeper remembers, so that known images go on while the registry is down.
//
// Everything is key-based and works without a transparency log, a timestamp authority or TUF. What is fetched is hostile
// until a key says otherwise: sizes and counts are bounded before reading, content is held to its digest, and only the
// bytes that a key has signed are parsed as a statement.
package evidence
