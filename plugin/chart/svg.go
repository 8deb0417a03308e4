package chart

import (
	"fmt"
	"strings"
)

// style is for both formats. Plain colours first: not every viewer knows media queries, and all of them show the light
// form then.
const style = `
.map text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;fill:#1f2328;unicode-bidi:isolate}
.map .sheet{fill:#ffffff}
.map .muted{fill:#59636e}
.map .title,.map .name,.map .class{font-weight:600}
.map .bad{fill:#b42318;font-weight:600}
.map rect.box{stroke-width:1.25;fill:#f6f8fa;stroke:#8c959f}
.map rect.network.airgap{fill:#edf8f4;stroke:#2d8a6e}
.map rect.network.egress{fill:#fff6e0;stroke:#b7791f}
.map rect.network.segment{fill:#f1effc;stroke:#6e5bc9}
.map rect.network.none{fill:#fdeeec;stroke:#c4392b;stroke-dasharray:6 4}
.map rect.network.alone{fill:#f6f8fa;stroke:#8c959f}
.map text.class.airgap{fill:#1f6f57}
.map text.class.egress{fill:#8a5a0b}
.map text.class.segment{fill:#5544a8}
.map text.class.none{fill:#b42318}
.map rect.container{fill:#ffffff;stroke:#c3cad1}
.map rect.container.down{stroke-dasharray:4 3}
.map rect.container.exit{stroke:#c4392b;stroke-width:2.25}
.map rect.container.broken{fill:#fdeeec;stroke:#c4392b}
.map rect.outside{fill:#e7eaee;stroke:#59636e}
.map rect.key.airgap{fill:#edf8f4;stroke:#2d8a6e}
.map rect.key.egress{fill:#fff6e0;stroke:#b7791f}
.map rect.key.segment{fill:#f1effc;stroke:#6e5bc9}
.map rect.key.none{fill:#fdeeec;stroke:#c4392b;stroke-dasharray:6 4}
.map rect.key.exit{fill:#ffffff;stroke:#c4392b;stroke-width:2.25}
.map rect.key.leak{fill:#fdeeec;stroke:#c4392b}
.map rect.key.role{fill:#ffffff;stroke:#c3cad1}
.map .bar.none{fill:#8c959f}
.map .bar.role0{fill:#2f6fb7}
.map .bar.role1{fill:#c2711c}
.map .bar.role2{fill:#7a4fb5}
.map .bar.role3{fill:#2b8a5b}
.map .bar.role4{fill:#b5457f}
.map .bar.role5{fill:#6b7a1e}
.map path{fill:none;stroke-width:1.75;stroke:#8c959f}
.map path.airgap{stroke:#2d8a6e}
.map path.egress{stroke:#b7791f}
.map path.segment{stroke:#6e5bc9}
.map path.exit{stroke:#c4392b;stroke-width:2.5}
.map path.leak{stroke:#c4392b;stroke-width:2.5;stroke-dasharray:7 5}
@media (prefers-color-scheme:dark){
.map text{fill:#e6edf3}
.map .sheet{fill:#0d1117}
.map .muted{fill:#9aa4af}
.map .bad,.map text.class.none{fill:#ff8a80}
.map rect.box,.map rect.network.alone{fill:#161b22;stroke:#6e7681}
.map rect.network.airgap,.map rect.key.airgap{fill:#0f2a23;stroke:#3fa383}
.map rect.network.egress,.map rect.key.egress{fill:#2c2210;stroke:#c9902f}
.map rect.network.segment,.map rect.key.segment{fill:#1f1b36;stroke:#8f7ee6}
.map rect.network.none,.map rect.key.none,.map rect.key.leak,.map rect.container.broken{fill:#341614;stroke:#f0665a}
.map text.class.airgap{fill:#6fd3b2}
.map text.class.egress{fill:#e6b65c}
.map text.class.segment{fill:#b6a9ff}
.map rect.container,.map rect.key.role{fill:#1c222a;stroke:#4a535d}
.map rect.container.exit,.map rect.key.exit{fill:#1c222a;stroke:#f0665a}
.map rect.container.broken{fill:#341614;stroke:#f0665a}
.map rect.outside{fill:#222a33;stroke:#9aa4af}
.map path.airgap{stroke:#3fa383}
.map path.egress{stroke:#c9902f}
.map path.segment{stroke:#8f7ee6}
.map path.exit,.map path.leak{stroke:#f0665a}
}
`

// SVG draws a map as one picture that needs nothing else.
func SVG(m Map) string {
	return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + picture(Place(m), "<style>"+style+"</style>\n")
}

// picture writes a plan as an SVG element.
func picture(plan *Plan, styles string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="map" role="img" aria-label="Airgap map" width="%d" height="%d" viewBox="0 0 %d %d">`+"\n",
		plan.Width, plan.Height, plan.Width, plan.Height)
	b.WriteString(styles)
	fmt.Fprintf(&b, `<rect class="sheet" width="%d" height="%d"/>`+"\n", plan.Width, plan.Height)
	for i := range plan.Labels {
		writeLabel(&b, &plan.Labels[i])
	}
	for _, l := range plan.Lines {
		bend := (l.X2 - l.X1) / 2
		fmt.Fprintf(&b, `<path class="%s" d="M%d %dC%d %d %d %d %d %d"><title>%s</title></path>`+"\n", escape(l.Style),
			l.X1, l.Y1, l.X1+bend, l.Y1, l.X2-bend, l.Y2, l.X2, l.Y2, escape(l.Title))
	}
	for i := range plan.Boxes {
		writeBox(&b, &plan.Boxes[i])
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func writeBox(b *strings.Builder, box *Box) {
	radius := 6
	if box.Kind == "network" || box.Kind == "outside" {
		radius = 10
	}
	b.WriteString("<g>")
	if box.Title != "" {
		lines := strings.Split(box.Title, "\n")
		for i := range lines {
			lines[i] = escape(lines[i])
		}
		b.WriteString("<title>" + strings.Join(lines, "\n") + "</title>")
	}
	fmt.Fprintf(b, `<rect class="box %s %s" x="%d" y="%d" width="%d" height="%d" rx="%d"/>`, escape(box.Kind), escape(box.Style),
		box.X, box.Y, box.W, box.H, radius)
	if box.Bar != "" {
		fmt.Fprintf(b, `<rect class="bar %s" x="%d" y="%d" width="4" height="%d" rx="2"/>`, escape(box.Bar), box.X+5, box.Y+6, box.H-12)
	}
	for i := range box.Labels {
		writeLabel(b, &box.Labels[i])
	}
	b.WriteString("</g>\n")
}

func writeLabel(b *strings.Builder, l *Label) {
	if l.Text == "" {
		return
	}
	x, anchor := l.X, ""
	if l.Right {
		x, anchor = l.X+l.Room, ` text-anchor="end"`
	}
	fmt.Fprintf(b, `<text class="%s" x="%d" y="%d" font-size="%d"%s>%s</text>`, escape(l.Style), x, l.Y, l.Size, anchor, escape(l.Text))
}
