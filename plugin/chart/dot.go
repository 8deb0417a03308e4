package chart

import (
	"fmt"
	"strings"
)

// Colours of DOT, which knows no styles of its own.
const (
	dotRed     = "#c4392b"
	dotNeutral = "#8c959f"
)

// DOT writes a map in the language of Graphviz: networks and containers as nodes, containers clustered by role.
func DOT(m Map) string {
	s := m.sorted()
	g := newGraph(s)
	var b strings.Builder
	b.WriteString("graph airgap {\n  rankdir=LR;\n  node [fontname=\"sans-serif\", fontsize=11];\n  edge [color=\"" + dotNeutral + "\"];\n")
	fmt.Fprintf(&b, "  outside [shape=box3d, label=%s];\n", quote("outside\nhost, internet"))
	for i := range s.Networks {
		n := &s.Networks[i]
		colour := map[Class]string{Airgap: "#2d8a6e", Egress: "#b7791f", Segment: "#6e5bc9"}[n.Class]
		class := string(n.Class)
		if colour == "" {
			colour, class = dotRed, "no class"
		}
		fmt.Fprintf(&b, "  n%d [shape=ellipse, style=bold, color=%q, label=%s];\n", i, colour, quote(lines(n.Name, class, sum(n.Findings))))
		switch {
		case !n.leads():
		case n.Class == Egress, n.Class == Segment:
			fmt.Fprintf(&b, "  n%d -- outside [color=%q];\n", i, colour)
		default:
			fmt.Fprintf(&b, "  n%d -- outside [color=%q, style=dashed];\n", i, dotRed)
		}
	}
	role, cluster := "", -1
	for i := range s.Containers {
		c := &s.Containers[i]
		if cluster < 0 || c.Role != role {
			if cluster >= 0 {
				b.WriteString("  }\n")
			}
			role = c.Role
			cluster++
			fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%s;\n    color=%q;\n", cluster, quote(printable(roleName(role))), dotNeutral)
		}
		colour, exit, style := dotNeutral, "", "rounded"
		if c.Exit {
			colour, exit = dotRed, "EXIT"
		}
		text := sum(c.Findings)
		if text != "" {
			colour = dotRed
		}
		if !c.Running {
			style = "rounded,dashed"
		}
		fmt.Fprintf(&b, "    c%d [shape=box, style=%q, color=%q, label=%s];\n", i, style, colour, quote(lines(c.Name, exit, text)))
	}
	if cluster >= 0 {
		b.WriteString("  }\n")
	}
	for i := range s.Containers {
		c := &s.Containers[i]
		for _, id := range c.Networks {
			at := g.network[id]
			attribute := ""
			if _, found := broken(c.Findings); s.Networks[at].leads() && (found > 0 || c.Exit) {
				attribute = fmt.Sprintf(" [color=%q]", dotRed)
			}
			fmt.Fprintf(&b, "  c%d -- n%d%s;\n", i, at, attribute)
		}
		if c.Mode == modeHost || c.Mode == modeContainer {
			fmt.Fprintf(&b, "  c%d -- outside [color=%q, style=dashed];\n", i, dotRed)
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// lines joins what is not empty; each line is made printable first, so that only these line breaks remain.
func lines(parts ...string) string {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, printable(part))
		}
	}
	return strings.Join(kept, "\n")
}

// quote makes a DOT string. In labels a backslash begins an escape, so one that is meant is doubled.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}
