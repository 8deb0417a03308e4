// Package plugin is the authorization plugin's protocol server: the engine's two hooks in, one answer out.
//
// It promises that every call is answered within the gate's own deadline; that nothing but a decided admission lets a
// request pass (the engine reads only Allow of an answer with status 200); that a fault is told apart from a denial
// (status 500 and Err, which the engine passes on as "plugin … failed"); and that no call, however malformed, ends the
// process; and that stopping loses no call on a connection it has accepted. It decides nothing itself: decisions come from a decision.Decider.
package plugin
