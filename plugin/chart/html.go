package chart

import (
	"fmt"
	"strings"
)

// row is a finding in the words of the page.
type row struct{ kind, name, severity, rule, field, got, want string }

// maxPeers bounds the names of one cell; the map shows the rest.
const maxPeers = 8

// HTML is a page with the picture, every finding, and a table of who can reach what. It holds no script and refers to
// nothing; its own policy forbids both. Every text of the map is escaped where it is written. html/template would do
// the same, and have the whole program keep the methods of all its types, which are a sixth of it.
func HTML(m Map) string {
	s := m.sorted()
	var b strings.Builder
	b.WriteString(head)
	s.writeHeader(&b)
	b.WriteString("<figure>\n" + picture(Place(m), "") + "</figure>\n\n")
	violations, notes := s.rows()
	writeFindings(&b, "Violations", violations)
	writeFindings(&b, "Notes", notes)
	b.WriteString("<h2>Who can reach what</h2>\n<div class=\"wide\"><table>\n" +
		"<thead><tr><th>Container</th><th>Role</th><th>Networks</th><th>Containers beside it</th><th>Outside</th></tr></thead>\n<tbody>\n")
	for i, r := range Reaches(m) {
		c := &s.Containers[i]
		words, mark := r.words(c)
		fmt.Fprintf(&b, "<tr><td><b>%s</b></td><td>%s</td><td>%s</td><td>%s</td><td class=\"%s\">%s</td></tr>\n",
			escape(c.Name), escape(roleName(c.Role)), escape(list(r.Networks)), escape(list(r.Peers)), mark, escape(words))
	}
	b.WriteString("</tbody>\n</table></div>\n</body>\n</html>\n")
	return b.String()
}

// writeHeader writes the verdict and the numbers.
func (m *Map) writeHeader(b *strings.Builder) {
	n := m.counts()
	class, verdict := "verdict", "no violations"
	if n.Violations > 0 {
		class, verdict = "verdict leak", "violations"
	}
	fmt.Fprintf(b, "<header>\n<h1>Airlock audit</h1>\n<span class=\"%s\">%s</span>\n<span class=\"caption\">%s</span>\n<ul class=\"numbers\">",
		class, verdict, escape("engine "+m.Engine))
	for _, number := range []struct {
		value       int
		one, plural string
	}{
		{n.Violations, "violation", "violations"}, {n.Exits, "exit", "exits"}, {n.Containers, "container", "containers"},
		{n.Running, "running", "running"}, {n.Networks, "network", "networks"},
	} {
		what, bad := number.plural, ""
		if number.value == 1 {
			what = number.one
		}
		if number.one == "violation" && number.value > 0 {
			bad = ` class="leak"`
		}
		fmt.Fprintf(b, `<li%s><b>%d</b> <span class="what">%s</span></li>`, bad, number.value, what)
	}
	b.WriteString("</ul>\n</header>\n")
}

// rows lists every finding, those that are only noted apart.
func (m *Map) rows() (violations, notes []row) {
	add := func(kind, name string, findings []Finding) {
		for _, f := range findings {
			r := row{kind, name, f.Severity, f.Rule, f.Field, f.Got, f.Want}
			if f.Note {
				notes = append(notes, r)
			} else {
				violations = append(violations, r)
			}
		}
	}
	for i := range m.Containers {
		add("container", m.Containers[i].Name, m.Containers[i].Findings)
	}
	for i := range m.Networks {
		add("network", m.Networks[i].Name, m.Networks[i].Findings)
	}
	for i := range m.Others {
		add(m.Others[i].Kind, m.Others[i].Name, m.Others[i].Findings)
	}
	return violations, notes
}

// writeFindings writes a table of them, if there are any.
func writeFindings(b *strings.Builder, title string, rows []row) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(b, "<h2>%s</h2>\n<div class=\"wide\"><table>\n<thead><tr><th>Object</th><th>Rule</th><th>Severity</th><th>Field</th>"+
		"<th>Got</th><th>Want</th></tr></thead>\n<tbody>\n", title)
	for _, r := range rows {
		fmt.Fprintf(b, "<tr><td>%s <b>%s</b></td><td class=\"rule\">%s</td><td>%s</td><td><code>%s</code></td><td><code>%s</code></td><td><code>%s</code></td></tr>\n",
			escape(r.kind), escape(r.name), escape(r.rule), escape(r.severity), escape(r.field), escape(r.got), escape(r.want))
	}
	b.WriteString("</tbody>\n</table></div>\n")
}

// words tells how a container reaches the outside, and how that is marked.
func (r *Reach) words(c *Container) (words, mark string) {
	_, found := broken(c.Findings)
	switch {
	case r.Direct != "" && c.Exit && len(r.Path) == 0:
		words, mark = "exit, by "+r.Direct, "exit"
	case r.Direct != "" && len(r.Path) == 0:
		words, mark = "directly, by "+r.Direct, "near"
	case r.Direct != "":
		words, mark = "through "+strings.Join(r.Path, ", ")+" by "+r.Direct, "leak" // past the exits
	case len(r.Exits) > 0:
		return "only through " + list(r.Exits), "far"
	default:
		return "not at all", "far"
	}
	if found > 0 {
		mark = "leak"
	}
	return words, mark
}

func list(names []string) string {
	if len(names) == 0 {
		return "–"
	}
	rest := ""
	if len(names) > maxPeers {
		rest = fmt.Sprintf(" and %d more", len(names)-maxPeers)
		names = names[:maxPeers]
	}
	return printable(strings.Join(names, ", ")) + rest
}

// head is what every page begins with.
const head = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Airlock audit: airgap map</title>
<style>` + style + `
body{margin:0;padding:28px 32px 48px;font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;color:#1f2328;background:#ffffff}
header{display:flex;flex-wrap:wrap;align-items:center;gap:12px 28px;margin-bottom:20px}
h1{font-size:22px;margin:0}
h2{font-size:16px;margin:32px 0 10px}
.verdict{padding:3px 12px;border-radius:14px;font-weight:600;color:#ffffff;background:#1f7a5a}
.verdict.leak{background:#c4392b}
.caption,.what{color:#59636e}
.numbers{display:flex;flex-wrap:wrap;gap:8px 22px;margin:0;padding:0;list-style:none}
.numbers b{font-size:17px}
.numbers .leak b,td.leak,td .leak{color:#b42318;font-weight:600}
td.exit{color:#b42318}
td.near{color:#8a5a0b}
figure{margin:0;padding:0;overflow-x:auto;border:1px solid #d1d9e0;border-radius:10px}
figure svg{display:block;margin:0 auto;max-width:100%;height:auto;min-width:900px}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:6px 14px 6px 0;border-bottom:1px solid #d1d9e0;overflow-wrap:anywhere;min-width:5em}
th{color:#59636e;font-weight:600;white-space:nowrap}
code{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){
body{color:#e6edf3;background:#0d1117}
.caption,.what,th{color:#9aa4af}
figure,th,td{border-color:#30363d}
.numbers .leak b,td.leak,td .leak,td.exit{color:#ff8a80}
td.near{color:#e6b65c}
}
</style>
</head>
<body>
`
