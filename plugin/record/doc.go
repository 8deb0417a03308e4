// Package record writes down what was decided: one structured line and the metrics of each decision.
//
// A line holds names and results, never content: no bodies, no headers, no environment, no query values. Writing never
// delays a decision: lines queue up to a bound; what a slow sink makes it drop is counted and said, never lost silently.
package record
