// Package decision turns a call the engine asks about into an outcome.
//
// The Gate is the one pipeline: operation, body, view, facts, policy. Nothing is admitted by default: a step that does
// not succeed is a denial (the request was not understood) or a fault (no decision was reached), and both refuse the
// call. The zero Outcome denies. In audit mode denials are recorded and admitted; faults never are.
//
// It holds no state between decisions, so a lost or restarted gate loses nothing that safety rests on.
package decision
