// Package compat shows that real clients work unhindered behind the gate: docker commands old and new, docker compose
// of both generations, the client libraries of Go, Python and Node.js, a client by TLS, and recorded traffic. Every
// client does with a conforming container what people do with one, on both engines, and is denied what breaks a rule.
//
// Nothing here asks for less than the rules do; a client that needs more is shown with what has to be said to it. The
// project the compose clients run is docs/examples/compose.yaml, unchanged.
package compat
