// Package decision turns a call the engine asks about into an outcome.
//
// The Gate is the one pipeline: operation, body, view, facts, policy. Nothing is admitted by default: a step that does
// not succeed is a denial (the request was not understood) or a fault (no decision was reached), and both refuse the
// call. The zero Outcome denies. In audit mode denials are recorded and admitted; faults never are.
//
// The only state between decisions is what was admitted and the engine has not carried out yet (see underWay). A gate
// that is lost or restarted forgets that, and nothing else that safety rests on: two requests that are illegal only
// together would have to be under way on either side of the restart, and the next start of the container sees both.
package decision
