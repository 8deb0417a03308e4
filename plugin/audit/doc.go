// Package audit holds what runs on an engine against the rules that requests are held against: every container as if it
// were started now, every network and volume as if it were made now. It finds what the gate never saw: what was made before the gate
// came, what the engine starts by itself, what was changed beside it.
//
// It promises to judge with the policies alone, by the same document the gate builds, and to say of every object either
// what is wrong with it, or that nothing is, or that it could not be judged. An audit only reads.
package audit
