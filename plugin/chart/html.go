package chart

import (
	"fmt"
	"html/template"
	"strings"
)

// page is everything the HTML template shows.
type page struct {
	Caption    string
	Clean      bool
	Numbers    []number
	Style      template.CSS
	Picture    template.HTML
	Violations []row
	Notes      []row
	Reaches    []reachRow
}

type number struct {
	Value int
	What  string
	Bad   bool
}

func numberOf(value int, what string) number {
	if value != 1 {
		what += "s"
	}
	return number{Value: value, What: what}
}

type row struct{ Kind, Name, Severity, Rule, Field, Got, Want string }

type reachRow struct{ Name, Role, Networks, Peers, Outside, Mark string }

// maxPeers bounds the names of one cell; the map shows the rest.
const maxPeers = 8

// HTML is a page with the picture, every finding, and a table of who can reach what. It holds no script and refers to
// nothing; its own policy forbids both.
func HTML(m Map) (string, error) {
	s := m.sorted()
	n := s.counts()
	p := page{
		Caption: "engine " + printable(s.Engine), Clean: n.Violations == 0, Style: template.CSS(style),
		Picture: template.HTML(picture(Place(m), "")), // every text in it is escaped where it is written
		Numbers: []number{
			numberOf(n.Violations, "violation"), numberOf(n.Exits, "exit"), numberOf(n.Containers, "container"),
			{Value: n.Running, What: "running"}, numberOf(n.Networks, "network"),
		},
	}
	p.Numbers[0].Bad = n.Violations > 0
	add := func(kind, name string, findings []Finding) {
		for _, f := range findings {
			r := row{printable(kind), printable(name), printable(f.Severity), printable(f.Rule), printable(f.Field), printable(f.Got), printable(f.Want)}
			if f.Note {
				p.Notes = append(p.Notes, r)
			} else {
				p.Violations = append(p.Violations, r)
			}
		}
	}
	for i := range s.Containers {
		add("container", s.Containers[i].Name, s.Containers[i].Findings)
	}
	for i := range s.Networks {
		add("network", s.Networks[i].Name, s.Networks[i].Findings)
	}
	for i := range s.Others {
		add(s.Others[i].Kind, s.Others[i].Name, s.Others[i].Findings)
	}
	for i, r := range Reaches(m) {
		c := &s.Containers[i]
		words, mark := r.words(c)
		p.Reaches = append(p.Reaches, reachRow{printable(c.Name), printable(roleName(c.Role)), list(r.Networks), list(r.Peers), printable(words), mark})
	}
	var b strings.Builder
	if err := sheet.Execute(&b, p); err != nil {
		return "", fmt.Errorf("write map: %w", err)
	}
	return b.String(), nil
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

// sheet is checked when the package is tested; it cannot fail later.
var sheet = template.Must(template.New("map").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Airlock audit: airgap map</title>
<style>{{.Style}}
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
<header>
<h1>Airlock audit</h1>
<span class="verdict{{if not .Clean}} leak{{end}}">{{if .Clean}}no violations{{else}}violations{{end}}</span>
<span class="caption">{{.Caption}}</span>
<ul class="numbers">{{range .Numbers}}<li{{if .Bad}} class="leak"{{end}}><b>{{.Value}}</b> <span class="what">{{.What}}</span></li>{{end}}</ul>
</header>
<figure>
{{.Picture}}</figure>
{{define "findings"}}<div class="wide"><table>
<thead><tr><th>Object</th><th>Rule</th><th>Severity</th><th>Field</th><th>Got</th><th>Want</th></tr></thead>
<tbody>
{{range .}}<tr><td>{{.Kind}} <b>{{.Name}}</b></td><td class="rule">{{.Rule}}</td><td>{{.Severity}}</td><td><code>{{.Field}}</code></td><td><code>{{.Got}}</code></td><td><code>{{.Want}}</code></td></tr>
{{end}}</tbody>
</table></div>{{end}}
{{if .Violations}}<h2>Violations</h2>
{{template "findings" .Violations}}
{{end}}{{if .Notes}}<h2>Notes</h2>
{{template "findings" .Notes}}
{{end}}<h2>Who can reach what</h2>
<div class="wide"><table>
<thead><tr><th>Container</th><th>Role</th><th>Networks</th><th>Containers beside it</th><th>Outside</th></tr></thead>
<tbody>
{{range .Reaches}}<tr><td><b>{{.Name}}</b></td><td>{{.Role}}</td><td>{{.Networks}}</td><td>{{.Peers}}</td><td class="{{.Mark}}">{{.Outside}}</td></tr>
{{end}}</tbody>
</table></div>
</body>
</html>
`))
