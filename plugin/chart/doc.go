// Package chart draws who can reach what: containers in their networks, the exits, the outside, and what the rules
// have against any of them. One Map becomes Graphviz DOT, an SVG picture, or an HTML page around that picture.
//
// It is pure: same map, same bytes. Places are computed here, without any program; no box overlaps another, and text
// stays in its box. Names come from whoever made a container, so they are cut, made printable, and escaped in every
// format. Nothing drawn refers to anything outside its own file.
package chart
