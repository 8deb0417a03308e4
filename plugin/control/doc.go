// Package control is the control socket of a running gate: HTTP and JSON on a unix socket, for root on the host alone.
//
// The socket's mode keeps others out, and each connection is asked for the identity of its peer, which the kernel tells
// (SO_PEERCRED): a descriptor that was handed on does not help whoever got it. Bodies are read as strictly as the
// engine's requests.
package control
