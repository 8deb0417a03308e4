package chart

import (
	"cmp"
	"fmt"
	"slices"
)

// Plan is a map with a place for everything on it, in pixels from the upper left corner.
type Plan struct {
	Width, Height int
	Boxes         []Box // an enclosing box stands before what it encloses
	Lines         []Line
	Labels        []Label // text on the sheet itself
}

// Box is a rectangle with text.
type Box struct {
	Kind   string // "network", "container", "outside", "key"
	Style  string
	Title  string // all that is known, for whoever points at it
	Bar    string // style of the bar on its left side; "" for none
	X, Y   int
	W, H   int
	Inside int // index of the box that encloses it, -1 for none
	Labels []Label
}

// Label is one line of text. It takes no more room than from X to X+Room.
type Label struct {
	Style string
	Text  string
	Size  int
	X, Y  int // left end of the base line
	Room  int
	Right bool // X+Room is the right end instead
}

// Line leads from one box to another, through a gutter.
type Line struct {
	Style          string
	Title          string
	X1, Y1, X2, Y2 int
}

// Measures of the sheet.
const (
	margin     = 28
	gutter     = 130
	chipWidth  = 214
	chipHeight = 42
	chipGap    = 8
	padding    = 12
	nodeHeight = 56
	nodeWidth  = 232
	boxGap     = 22
	headHeight = 34
	lineHeight = 18
	topHeight  = 118
	outside    = 132
	nameSize   = 13
	smallSize  = 11
	roleStyles = 6
)

// planner places one map.
type planner struct {
	m     *Map
	roles map[string]int
	plan  *Plan
}

// area is a network, or what stands for one, with the containers that are in it alone.
type area struct {
	name, class, title string
	findings           []Finding
	ids                []string // networks it stands for
	containers         []int
	leads              bool
	bad                bool // leads outside without being meant to
	box                int
	w, h, columns      int
	rank               float64
}

// node is a container in several networks.
type node struct {
	container int
	box       int
	rank      float64
}

// Place computes where everything stands: on the left the networks that lead nowhere, with their containers inside; in
// the middle the containers that are in several networks; on the right the networks that lead on; then the outside.
// Lines run in the gutters between, so none crosses a box.
func Place(m Map) *Plan {
	p := &planner{m: m.sorted(), roles: map[string]int{}, plan: &Plan{}}
	for i := range p.m.Containers {
		role := p.m.Containers[i].Role
		if _, known := p.roles[role]; !known && role != "" {
			p.roles[role] = len(p.roles)
		}
	}
	left, right, nodes := p.split()
	arrange(p.m, left, right, nodes)
	p.place(left, right, nodes)
	return p.plan
}

// split sorts containers and networks into the columns.
func (p *planner) split() (left, right []*area, nodes []*node) {
	byID := map[string]*area{}
	for i := range p.m.Networks {
		n := &p.m.Networks[i]
		a := &area{name: n.Name, class: string(n.Class), ids: []string{n.ID}, findings: n.Findings, leads: n.leads(), box: -1}
		a.title = fmt.Sprintf("network %s, class %s", n.Name, n.Class)
		if n.Class != Airgap && n.Class != Egress && n.Class != Segment {
			a.class, a.bad = string(None), true
		}
		byID[n.ID] = a
		if n.Class == Airgap {
			left = append(left, a)
		} else {
			right = append(right, a)
		}
	}
	host := &area{name: "host network", class: string(None), title: "containers in the network namespace of the host", leads: true, bad: true, box: -1}
	shared := &area{name: "another container's network", class: string(None), title: "containers in the network namespace of another container", leads: true, bad: true, box: -1}
	alone := &area{name: "no network", class: "alone", title: "containers without any network", box: -1}
	for i := range p.m.Containers {
		c := &p.m.Containers[i]
		switch {
		case c.Mode == modeHost:
			host.containers = append(host.containers, i)
		case c.Mode == modeContainer:
			shared.containers = append(shared.containers, i)
		case len(c.Networks) == 0:
			alone.containers = append(alone.containers, i)
		case len(c.Networks) == 1:
			a := byID[c.Networks[0]]
			a.containers = append(a.containers, i)
		default:
			nodes = append(nodes, &node{container: i, box: -1})
		}
	}
	if len(alone.containers) > 0 {
		left = append(left, alone)
	}
	for _, a := range []*area{shared, host} {
		if len(a.containers) > 0 {
			right = append(right, a)
		}
	}
	return left, right, nodes
}

// arrange orders each column so that lines cross little: everything moves to the mean place of what it is connected to.
func arrange(m *Map, left, right []*area, nodes []*node) {
	of := map[string]*area{}
	for _, column := range [][]*area{left, right} {
		for i, a := range column {
			a.rank = relative(i, len(column))
			for _, id := range a.ids {
				of[id] = a
			}
		}
	}
	for range 4 {
		for _, n := range nodes {
			n.rank = 0
			for _, id := range m.Containers[n.container].Networks {
				n.rank += of[id].rank / float64(len(m.Containers[n.container].Networks))
			}
		}
		slices.SortStableFunc(nodes, func(a, b *node) int { return cmp.Compare(a.rank, b.rank) })
		sum, count := map[*area]float64{}, map[*area]float64{}
		for i, n := range nodes {
			for _, id := range m.Containers[n.container].Networks {
				sum[of[id]] += relative(i, len(nodes))
				count[of[id]]++
			}
		}
		for _, column := range [][]*area{left, right} {
			for _, a := range column {
				if count[a] > 0 {
					a.rank = sum[a] / count[a]
				} else {
					a.rank = 2 // what nothing leads to stands below
				}
			}
			slices.SortStableFunc(column, func(a, b *area) int { return cmp.Compare(a.rank, b.rank) })
			for i, a := range column {
				a.rank = relative(i, len(column))
			}
		}
	}
}

// relative is a place in a column as a part of its length.
func relative(i, length int) float64 { return (float64(i) + 0.5) / float64(length) }

// place gives every box its place, then draws the lines.
func (p *planner) place(left, right []*area, nodes []*node) {
	heights := make([]int, 3)
	widths := make([]int, 3)
	for i, column := range [][]*area{left, right} {
		at, columns := 2*i, 1
		for _, a := range column {
			columns = max(columns, desired(len(a.containers)))
		}
		for _, a := range column {
			p.size(a, columns)
			heights[at] += a.h + boxGap
			widths[at] = max(widths[at], a.w)
		}
	}
	heights[1] = len(nodes) * (nodeHeight + boxGap)
	if len(nodes) > 0 {
		widths[1] = nodeWidth
	}
	tallest := max(heights[0], heights[1], heights[2], 3*nodeHeight)
	x := margin
	p.column(left, x, topHeight+(tallest-heights[0])/2, widths[0])
	x += advance(widths[0])
	y := topHeight + (tallest-heights[1])/2
	step := nodeHeight + boxGap
	if len(nodes) > 1 && tallest > heights[1] { // spread out: the lines get room
		step = min(tallest/len(nodes), 3*nodeHeight)
		y = topHeight + (tallest-step*len(nodes))/2 + (step-nodeHeight)/2
	}
	for _, n := range nodes {
		n.box = p.container(n.container, x, y, nodeWidth, nodeHeight, -1)
		y += step
	}
	x += advance(widths[1])
	p.column(right, x, topHeight+(tallest-heights[2])/2, widths[2])
	x += advance(widths[2])
	p.plan.Boxes = append(p.plan.Boxes, Box{
		Kind: "outside", Style: "outside", Title: "whatever is not a container of this host: the host itself, its network, the internet",
		X: x, Y: topHeight, W: outside, H: tallest, Inside: -1,
		Labels: []Label{
			{Style: "name", Text: "outside", Size: nameSize + 2, X: x + 12, Y: topHeight + 26, Room: outside - 24},
			{Style: "muted", Text: "host, internet", Size: smallSize, X: x + 12, Y: topHeight + 44, Room: outside - 24},
		},
	})
	out := len(p.plan.Boxes) - 1
	p.plan.Width, p.plan.Height = x+outside+margin, topHeight+tallest+margin
	p.lines(left, right, nodes, out)
	p.head()
}

func advance(width int) int {
	if width == 0 {
		return 0
	}
	return width + gutter
}

// group is the containers of one role in an area.
type group struct {
	role       string
	containers []int
}

func (p *planner) groups(containers []int) (groups []group) {
	for _, c := range containers { // in order of their roles already
		role := p.m.Containers[c].Role
		if len(groups) == 0 || groups[len(groups)-1].role != role {
			groups = append(groups, group{role: role})
		}
		last := &groups[len(groups)-1]
		last.containers = append(last.containers, c)
	}
	return groups
}

// desired is how many containers shall stand side by side.
func desired(containers int) int {
	switch {
	case containers > 18:
		return 3
	case containers > 6:
		return 2
	}
	return 1
}

// size computes how large an area must be for its containers. All areas of a column are as wide as the widest.
func (p *planner) size(a *area, columns int) {
	a.columns = columns
	a.w = 2*padding + a.columns*chipWidth + (a.columns-1)*chipGap
	a.h = headHeight + padding
	if sum(a.findings) != "" {
		a.h += lineHeight
	}
	for _, g := range p.groups(a.containers) {
		a.h += lineHeight + (len(g.containers)+a.columns-1)/a.columns*(chipHeight+chipGap)
	}
}

func (p *planner) column(areas []*area, x, y, w int) {
	for _, a := range areas {
		p.area(a, x, y, w)
		y += a.h + boxGap
	}
}

func (p *planner) area(a *area, x, y, w int) {
	const tag = 72
	word := a.class
	switch a.class {
	case string(None):
		word = "no class"
	case "alone":
		word = ""
	}
	b := Box{
		Kind: "network", Style: a.class, Title: describe(a.title, a.findings), X: x, Y: y, W: w, H: a.h, Inside: -1,
		Labels: []Label{
			{Style: "name", Text: fit(a.name, nameSize+1, w-2*padding-tag), Size: nameSize + 1, X: x + padding, Y: y + 22, Room: w - 2*padding - tag},
			{Style: "class " + a.class, Text: word, Size: smallSize, X: x + w - padding - tag, Y: y + 22, Room: tag, Right: true},
		},
	}
	y += headHeight
	if text := sum(a.findings); text != "" {
		b.Labels = append(b.Labels, Label{Style: "bad", Text: fit(text, smallSize, w-2*padding), Size: smallSize, X: x + padding, Y: y + 9, Room: w - 2*padding})
		y += lineHeight
	}
	p.plan.Boxes = append(p.plan.Boxes, b)
	a.box = len(p.plan.Boxes) - 1
	for _, g := range p.groups(a.containers) {
		text := fmt.Sprintf("%s · %d", roleName(g.role), len(g.containers))
		p.plan.Boxes[a.box].Labels = append(p.plan.Boxes[a.box].Labels, Label{Style: "muted", Text: fit(text, smallSize, w-2*padding), Size: smallSize,
			X: x + padding, Y: y + 9, Room: w - 2*padding})
		y += lineHeight
		for i, c := range g.containers {
			p.container(c, x+padding+i%a.columns*(chipWidth+chipGap), y+i/a.columns*(chipHeight+chipGap), chipWidth, chipHeight, a.box)
		}
		y += (len(g.containers) + a.columns - 1) / a.columns * (chipHeight + chipGap)
	}
}

func (p *planner) container(index, x, y, w, h, inside int) int {
	c := &p.m.Containers[index]
	const bar, tag = 14, 38
	room := w - bar - 8
	b := Box{Kind: "container", Style: "up", Title: describe("container "+c.Name+", "+roleName(c.Role), c.Findings),
		Bar: "none", X: x, Y: y, W: w, H: h, Inside: inside}
	if c.Role != "" {
		b.Bar = fmt.Sprintf("role%d", p.roles[c.Role]%roleStyles)
	}
	state := "running"
	if !c.Running {
		b.Style, state = "down", "not running"
	}
	if inside < 0 {
		state = roleName(c.Role) + " · " + state // in an area the role stands above
	}
	name := room
	if c.Exit {
		name -= tag
		b.Style += " exit"
		b.Labels = append(b.Labels, Label{Style: "bad", Text: "EXIT", Size: smallSize, X: x + bar + room - tag, Y: y + h/2 - 4, Room: tag, Right: true})
	}
	second := Label{Style: "muted", Text: state}
	if text := sum(c.Findings); text != "" {
		b.Style += " broken"
		second = Label{Style: "bad", Text: text}
	}
	second.Text = fit(second.Text, smallSize, room)
	second.Size, second.X, second.Y, second.Room = smallSize, x+bar, y+h/2+12, room
	b.Labels = append(b.Labels, Label{Style: "name", Text: fit(c.Name, nameSize, name), Size: nameSize, X: x + bar, Y: y + h/2 - 4, Room: name}, second)
	p.plan.Boxes = append(p.plan.Boxes, b)
	return len(p.plan.Boxes) - 1
}

// describe is the text for whoever points at a box.
func describe(what string, findings []Finding) string {
	for i := range findings {
		what += "\n" + findings[i].Rule + ": " + findings[i].Field + " is " + findings[i].Got + ", want " + findings[i].Want
	}
	return what
}

// stroke is a line before it has its ends: ports are shared out once all lines of a box's side are known.
type stroke struct {
	from, to     int // boxes, from left to right
	style, title string
	y1, y2       int
}

func (p *planner) lines(left, right []*area, nodes []*node, out int) {
	var strokes []*stroke
	side := map[string]*area{}
	onLeft := map[*area]bool{}
	for _, a := range left {
		onLeft[a] = true
	}
	for _, column := range [][]*area{left, right} {
		for _, a := range column {
			for _, id := range a.ids {
				side[id] = a
			}
		}
	}
	for _, n := range nodes {
		c := &p.m.Containers[n.container]
		for _, id := range c.Networks {
			a := side[id]
			s := &stroke{from: n.box, to: a.box, style: a.class, title: c.Name + " is in " + a.name}
			_, found := broken(c.Findings)
			switch {
			case onLeft[a]:
				s.from, s.to = a.box, n.box
			case a.bad, found > 0:
				s.style = "leak"
			case c.Exit:
				s.style = "exit"
			}
			strokes = append(strokes, s)
		}
	}
	for _, a := range right {
		if !a.leads {
			continue
		}
		s := &stroke{from: a.box, to: out, style: a.class, title: a.name + " leads outside"}
		switch {
		case a.bad:
			s.style = "leak"
		case a.class == string(Egress):
			s.style = "exit"
		}
		strokes = append(strokes, s)
	}
	p.ports(strokes)
	for _, s := range strokes {
		from, to := &p.plan.Boxes[s.from], &p.plan.Boxes[s.to]
		p.plan.Lines = append(p.plan.Lines, Line{Style: s.style, Title: s.title, X1: from.X + from.W, Y1: s.y1, X2: to.X, Y2: s.y2})
	}
}

// ports spreads the ends of the lines over the sides they end at, in the order of where their other ends stand.
func (p *planner) ports(strokes []*stroke) {
	middle := func(box int) int { return p.plan.Boxes[box].Y + p.plan.Boxes[box].H/2 }
	spread := func(end, other func(*stroke) int, set func(*stroke, int)) {
		sides := map[int][]*stroke{}
		for _, s := range strokes {
			sides[end(s)] = append(sides[end(s)], s)
		}
		for box, list := range sides {
			slices.SortStableFunc(list, func(a, b *stroke) int { return cmp.Compare(middle(other(a)), middle(other(b))) })
			b := &p.plan.Boxes[box]
			for i, s := range list {
				set(s, b.Y+b.H*(i+1)/(len(list)+1))
			}
		}
	}
	from, to := func(s *stroke) int { return s.from }, func(s *stroke) int { return s.to }
	spread(from, to, func(s *stroke, y int) { s.y1 = y })
	spread(to, from, func(s *stroke, y int) { s.y2 = y })
	for _, s := range strokes { // a line to the outside runs level
		if p.plan.Boxes[s.to].Kind == "outside" {
			s.y2 = s.y1
		}
	}
}

// head writes caption and key.
func (p *planner) head() {
	n := p.m.counts()
	caption := fmt.Sprintf("engine %s · %s, %d running · %s · %s", p.m.Engine, count(n.Containers, "container"), n.Running,
		count(n.Networks, "network"), count(n.Violations, "violation"))
	keys := []struct{ style, text string }{
		{"airgap", "airgap"}, {"egress", "egress"}, {"segment", "segment"}, {"none", "no class"},
		{"exit", "EXIT: way out"}, {"leak", "✕ violation"},
	}
	const size, gap, swatch = 12, 14, 26
	total := margin
	for _, key := range keys {
		total += swatch + measure(key.text, size) + gap
	}
	for role := range p.roles {
		total += swatch + measure(printable(role), size) + gap
	}
	p.plan.Width = max(p.plan.Width, 640)
	room := p.plan.Width - 2*margin
	p.plan.Labels = append(p.plan.Labels,
		Label{Style: "title", Text: "Airgap map", Size: 20, X: margin, Y: 38, Room: room},
		Label{Style: "muted", Text: fit(caption, nameSize, room), Size: nameSize, X: margin, Y: 60, Room: room})
	x, y := margin, 74
	key := func(style, bar, text string) {
		w := swatch + measure(text, size) + 10
		if x+w > p.plan.Width-margin {
			x, y = margin, y+28
		}
		p.plan.Boxes = append(p.plan.Boxes, Box{Kind: "key", Style: style, Bar: bar, Title: "", X: x, Y: y, W: w, H: 22, Inside: -1,
			Labels: []Label{{Style: "key", Text: text, Size: size, X: x + swatch - 6, Y: y + 15, Room: w - swatch}}})
		x += w + gap
	}
	for _, k := range keys {
		key(k.style, "", k.text)
	}
	names := make([]string, len(p.roles))
	for role, i := range p.roles {
		names[i] = role
	}
	for i, role := range names {
		key("role", fmt.Sprintf("role%d", i%roleStyles), fit("role "+role, size, 200))
	}
	// Rows of the key beyond the room kept for it push the rest down.
	if over := y + 28 - (topHeight - 10); over > 0 {
		p.shift(over)
	}
}

// shift moves everything below the caption down.
func (p *planner) shift(by int) {
	for i := range p.plan.Boxes {
		b := &p.plan.Boxes[i]
		if b.Kind == "key" {
			continue
		}
		b.Y += by
		for j := range b.Labels {
			b.Labels[j].Y += by
		}
	}
	for i := range p.plan.Lines {
		p.plan.Lines[i].Y1 += by
		p.plan.Lines[i].Y2 += by
	}
	p.plan.Height += by
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
