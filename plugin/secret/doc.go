// Package secret finds secrets that stand where anybody who may inspect a container can read them: environment, labels,
// command lines. It says where one stands and by which pattern it was known, never its value nor a part of it.
//
// Three things give a secret away: the name beside it (DB_PASSWORD), the form its issuer gave it (ghp_…), and its place in
// a text (scheme://user:password@host, --token x, "password":"x"). There is no rule for entropy: digests, fingerprints and
// version hashes are as random as keys, and every public image carries them.
//
// The package is pure: no I/O, no logging, no OPA. Its time is linear in what it reads, whatever that is.
package secret
