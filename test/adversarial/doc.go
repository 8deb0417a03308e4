// Package adversarial holds requests that try to get past the gate, and near ones that must pass: data, not tests. The
// end-to-end suite sends them to real engines behind the gate; the coverage page counts them by endpoint.
//
// A file of testdata holds one request a line, in columns separated by " | "; lines that begin with # say what follows.
// The first column is the expected outcome: the rule that denies it, "admit", or "engine" where the engine refuses before
// it asks any plugin. It may differ by engine: "oldest:RULE newest:engine".
//
//	creates.txt    OUTCOME | CHANGES                            to the body of a conforming create
//	bodies.txt     OUTCOME | REQUEST LINE | PLACE | TEXT        text put into a conforming body, or in its place
//	services.txt   OUTCOME | CHANGES                            to the body of a conforming service
//	*.txt          OUTCOME | REQUEST LINE [| BODY [| HEADERS]]  as they stand
//
// Those of services.txt and cluster.txt are for the node of a swarm, those of opened.txt for a gate whose glass is broken.
//
// CHANGES are "Path.To.Key=JSON" and "-Path.To.Key", joined by "; ". HEADERS are joined by " ;; "; without any, a body is
// sent as honest JSON. The body "-" is none. Words in braces stand for what lives on the engine: {worker}, {running}, {egress}.
package adversarial
