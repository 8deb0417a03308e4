package chart_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/airlock-gate/airlock/plugin/chart"
)

// forty is a host with forty containers in six networks, some of them where they must not be.
func forty() chart.Map {
	m := chart.Map{Engine: "29.3.1", Networks: []chart.Network{
		{ID: "n1", Name: "agents", Class: chart.Airgap, Internal: true},
		{ID: "n2", Name: "telemetry", Class: chart.Airgap, Internal: true},
		{ID: "n3", Name: "research-team-with-a-rather-long-name", Class: chart.Airgap, Internal: true},
		{ID: "n4", Name: "egress", Class: chart.Egress},
		{ID: "n5", Name: "ops", Class: chart.Segment},
		{ID: "n6", Name: "legacy", Class: chart.None, Internal: true, Findings: []chart.Finding{
			{Rule: "airgap/network-options", Severity: "critical", Field: "Options", Got: "{}", Want: "--opt com.docker.network.bridge.inhibit_ipv4=true"},
			{Rule: "airgap/network-ipv6", Severity: "high", Field: "EnableIPv6", Got: "true", Want: "false"},
		}},
	}}
	add := func(name, role string, networks ...string) *chart.Container {
		m.Containers = append(m.Containers, chart.Container{ID: fmt.Sprintf("c%02d", len(m.Containers)), Name: name, Role: role,
			Running: len(m.Containers)%9 != 4, Mode: "network", Networks: networks})
		return &m.Containers[len(m.Containers)-1]
	}
	for i := range 20 {
		add(fmt.Sprintf("worker-%02d", i+1), "worker", "n1")
	}
	for i := range 8 {
		add(fmt.Sprintf("research-worker-with-long-name-%02d", i+1), "worker", "n3")
	}
	add("llm-proxy", "proxy", "n1", "n4").Exit = true
	add("llm-proxy-research", "proxy", "n3", "n4").Exit = true
	add("monitor", "monitor", "n1", "n2", "n3")
	add("collector", "collector", "n5")
	add("collector-standby", "collector", "n5")
	add("telemetry-store", "store", "n2")
	for i := range 2 {
		c := add(fmt.Sprintf("old-build-%d", i+1), "", "n6")
		c.Findings = []chart.Finding{{Rule: "airgap/network-class", Severity: "critical", Field: "HostConfig.NetworkMode", Got: "legacy", Want: "an airgap network"}}
	}
	smuggler := add("sidecar-debug", "", "n1", "n6")
	smuggler.Findings = []chart.Finding{
		{Rule: "airgap/exit-path", Severity: "critical", Field: "HostConfig.NetworkMode", Got: "agents, legacy", Want: "no way out but an exit"},
		{Rule: "airgap/network-set", Severity: "critical", Field: "HostConfig.NetworkMode", Got: "2 networks", Want: "1"},
		{Rule: "hardening/readonly-rootfs", Severity: "high", Field: "HostConfig.ReadonlyRootfs", Got: "false", Want: "true"},
	}
	host := add("node-exporter", "")
	host.Mode = "host"
	host.Findings = []chart.Finding{{Rule: "airgap/network-namespace", Severity: "critical", Field: "HostConfig.NetworkMode", Got: "host", Want: "none or a named network"}}
	add("batch-import", "worker").Mode = "none"
	add("batch-export", "worker").Mode = "none"
	m.Others = []chart.Object{{Kind: "volume", Name: "scratch", Findings: []chart.Finding{
		{Rule: "volume", Severity: "", Field: "Options.device", Got: "/etc", Want: "no options", Note: true}}}}
	return m
}

// hostile has names nobody honest gives.
func hostile() chart.Map {
	names := []string{
		`</text><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "a\"b\\c\nd\x00e", "\u202egnp.exe", `\N\G{}`, "]]>&amp;",
		strings.Repeat("W", 300), strings.Repeat("漢", 100), "e\u0301\u0301\u0301", "x\xffy", "javascript:alert(1)", "url(http://evil.example/x)",
	}
	m := chart.Map{Engine: names[0]}
	for i, name := range names {
		id := fmt.Sprintf("n%02d", i)
		finding := []chart.Finding{{Rule: "airgap/" + name, Field: name, Got: name, Want: name}}
		m.Networks = append(m.Networks, chart.Network{ID: id, Name: name, Class: chart.Class(name), Findings: finding})
		m.Containers = append(m.Containers,
			chart.Container{ID: "a" + id, Name: name, Role: name, Networks: []string{id, "n00"}, Findings: finding},
			chart.Container{ID: "b" + id, Name: name, Role: name, Networks: []string{name}, Mode: name, Exit: true, Findings: finding},
		)
	}
	m.Others = []chart.Object{{Kind: "volume", Name: names[0], Findings: []chart.Finding{{Rule: names[1], Got: names[2], Note: true}}}}
	return m
}

// separate is the wished-for form: one network for each worker, proxy and monitor in all of them.
func separate() chart.Map {
	m := chart.Map{Engine: "20.10.24", Networks: []chart.Network{{ID: "e", Name: "egress", Class: chart.Egress}, {ID: "o", Name: "ops", Class: chart.Segment, Internal: true}}}
	all := []string{}
	for i := range 12 {
		id := fmt.Sprintf("w%02d", i)
		m.Networks = append(m.Networks, chart.Network{ID: id, Name: "agent-" + id, Class: chart.Airgap, Internal: true})
		m.Containers = append(m.Containers, chart.Container{ID: id, Name: "worker-" + id, Role: "worker", Running: true, Networks: []string{id}})
		all = append(all, id)
	}
	m.Containers = append(m.Containers,
		chart.Container{ID: "p", Name: "llm-proxy", Role: "proxy", Exit: true, Running: true, Networks: append(slices.Clone(all), "e")},
		chart.Container{ID: "m", Name: "monitor", Role: "monitor", Running: true, Networks: all},
		chart.Container{ID: "c", Name: "collector", Role: "collector", Running: true, Networks: []string{"o"}})
	return m
}

// crowd has more roles than the key has room for in one row.
func crowd() chart.Map {
	m := chart.Map{Engine: "29"}
	for i := range 40 {
		m.Containers = append(m.Containers, chart.Container{ID: fmt.Sprint(i), Name: fmt.Sprintf("c%d", i), Role: fmt.Sprintf("role-number-%02d", i)})
	}
	return m
}

func maps() map[string]chart.Map {
	return map[string]chart.Map{"forty": forty(), "hostile": hostile(), "separate": separate(), "crowd": crowd(), "empty": {}}
}

func TestNothingOverlaps(t *testing.T) {
	for name, m := range maps() {
		t.Run(name, func(t *testing.T) {
			plan := chart.Place(m)
			for i := range plan.Boxes {
				a := &plan.Boxes[i]
				if a.X < 0 || a.Y < 0 || a.X+a.W > plan.Width || a.Y+a.H > plan.Height {
					t.Errorf("%s %q leaves the sheet", a.Kind, a.Title)
				}
				if a.Inside >= 0 && !within(a, &plan.Boxes[a.Inside]) {
					t.Errorf("%s %q is not inside %q", a.Kind, a.Title, plan.Boxes[a.Inside].Title)
				}
				for j := range plan.Boxes[:i] {
					if b := &plan.Boxes[j]; a.Inside != j && overlap(rectangle(a), rectangle(b)) {
						t.Errorf("%s %q overlaps %s %q", a.Kind, a.Title, b.Kind, b.Title)
					}
				}
				for j, l := range a.Labels {
					area := label(&l)
					if l.Text != "" && (area[0] < a.X || area[2] > a.X+a.W || area[1] < a.Y || area[3] > a.Y+a.H) {
						t.Errorf("text %q leaves %s %q", l.Text, a.Kind, a.Title)
					}
					for k := range a.Labels[:j] {
						if overlap(area, label(&a.Labels[k])) {
							t.Errorf("texts %q and %q overlap", l.Text, a.Labels[k].Text)
						}
					}
					for k := range plan.Boxes {
						if b := &plan.Boxes[k]; b.Inside == i && overlap(area, rectangle(b)) {
							t.Errorf("text %q lies under %q", l.Text, b.Title)
						}
					}
				}
			}
			for _, l := range plan.Lines {
				for i := range plan.Boxes {
					b := &plan.Boxes[i]
					// A line stays between the heights of its ends, and in the gutter.
					if overlap([4]int{l.X1, min(l.Y1, l.Y2), l.X2, max(l.Y1, l.Y2) + 1}, rectangle(b)) {
						t.Errorf("line %q crosses %s %q", l.Title, b.Kind, b.Title)
					}
				}
			}
		})
	}
}

func rectangle(b *chart.Box) [4]int { return [4]int{b.X, b.Y, b.X + b.W, b.Y + b.H} }

func label(l *chart.Label) [4]int { return [4]int{l.X, l.Y - l.Size, l.X + l.Room, l.Y + l.Size/4} }

func overlap(a, b [4]int) bool { return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3] }

func within(a, b *chart.Box) bool {
	return a.X >= b.X && a.Y >= b.Y && a.X+a.W <= b.X+b.W && a.Y+a.H <= b.Y+b.H
}

func TestEverythingIsDrawn(t *testing.T) {
	m := forty()
	plan := chart.Place(m)
	drawn := map[string]int{}
	for _, b := range plan.Boxes {
		drawn[b.Kind]++
	}
	// Besides the six networks: the host's, and none.
	if drawn["container"] != 40 || drawn["network"] != 8 || drawn["outside"] != 1 {
		t.Errorf("drawn %v", drawn)
	}
	ends := 0
	for _, c := range m.Containers {
		if len(c.Networks) > 1 {
			ends += len(c.Networks)
		}
	}
	if want := ends + 4; len(plan.Lines) != want { // egress, ops, legacy and the host lead outside
		t.Errorf("%d lines, want %d", len(plan.Lines), want)
	}
	svg := chart.SVG(m)
	for _, text := range []string{">llm-proxy<", ">EXIT<", ">✕ airgap/exit-path +2<", ">✕ airgap/network-options +1<", ">worker · 20<", ">no role · 2<",
		">monitor · running<", ">no class<", ">engine 29.3.1 · 40 containers, 36 running · 6 networks · 8 violations<"} {
		if !strings.Contains(svg, text) {
			t.Errorf("the picture does not say %s", text)
		}
	}
}

func TestSameMapSameBytes(t *testing.T) {
	for name, m := range maps() {
		first := render(t, m)
		slices.Reverse(m.Networks)
		slices.Reverse(m.Containers)
		for range 5 {
			if again := render(t, m); !reflect.DeepEqual(again, first) {
				t.Errorf("%s: another order gives another picture", name)
			}
		}
	}
}

func render(t *testing.T, m chart.Map) [3]string {
	t.Helper()
	return [3]string{chart.DOT(m), chart.SVG(m), chart.HTML(m)}
}

// TestHostileNames: a name is text, whatever stands in it.
func TestHostileNames(t *testing.T) {
	for name, m := range maps() {
		out := render(t, m)
		for i, text := range out {
			if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\u202e\r") {
				t.Errorf("%s, format %d: control characters or bytes that are no text", name, i)
			}
		}
		for _, text := range out[1:] {
			for _, element := range []string{"<script", "<img", "<a ", "<iframe", "<object", "<image", "<use", "<foreignObject", "<link", "@import", "xlink"} {
				if strings.Contains(text, element) {
					t.Errorf("%s: %s in the output", name, element)
				}
			}
		}
		elements := map[string]bool{}
		for decoder := xml.NewDecoder(strings.NewReader(out[1])); ; {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: the picture is no XML: %v", name, err)
			}
			element, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			elements[element.Name.Local] = true
			for _, attribute := range element.Attr {
				if strings.HasPrefix(attribute.Name.Local, "on") || attribute.Name.Local == "href" || attribute.Name.Local == "src" {
					t.Errorf("%s: attribute %s", name, attribute.Name.Local)
				}
			}
		}
		for element := range elements {
			if !slices.Contains([]string{"svg", "style", "g", "rect", "text", "path", "title"}, element) {
				t.Errorf("%s: element %s", name, element)
			}
		}
	}
}

// external is whatever a browser would fetch. The name of the SVG language is no address.
var external = regexp.MustCompile(`(?i)\b(?:src|href|action|poster|background)\s*=|url\(|@import|https?://`)

func TestRefersToNothing(t *testing.T) {
	for name, m := range maps() {
		if name == "hostile" {
			continue // shows addresses as text, see TestHostileNames
		}
		for i, text := range render(t, m) {
			text = strings.ReplaceAll(text, `xmlns="http://www.w3.org/2000/svg"`, "")
			if found := external.FindString(text); found != "" {
				t.Errorf("%s, format %d: refers to %q", name, i, found)
			}
		}
	}
}

func TestDOT(t *testing.T) {
	got := chart.DOT(chart.Map{
		Networks: []chart.Network{{ID: "n1", Name: `a"b\N`, Class: chart.Airgap}, {ID: "n2", Name: "out", Class: chart.Egress}, {ID: "n3", Name: "old"}},
		Containers: []chart.Container{
			{ID: "1", Name: "w", Role: "worker", Running: true, Networks: []string{"n1"}},
			{ID: "2", Name: "p", Role: "proxy", Exit: true, Running: true, Networks: []string{"n1", "n2"}},
			{ID: "3", Name: "x", Mode: "host", Findings: []chart.Finding{{Rule: "airgap/x"}, {Rule: "airgap/y"}}},
		},
	})
	want := `graph airgap {
  rankdir=LR;
  node [fontname="sans-serif", fontsize=11];
  edge [color="#8c959f"];
  outside [shape=box3d, label="outside\nhost, internet"];
  n0 [shape=ellipse, style=bold, color="#2d8a6e", label="a\"b\\N\nairgap"];
  n1 [shape=ellipse, style=bold, color="#c4392b", label="old\nno class"];
  n1 -- outside [color="#c4392b", style=dashed];
  n2 [shape=ellipse, style=bold, color="#b7791f", label="out\negress"];
  n2 -- outside [color="#b7791f"];
  subgraph cluster_0 {
    label="no role";
    color="#8c959f";
    c0 [shape=box, style="rounded,dashed", color="#c4392b", label="x\n✕ airgap/x +1"];
  }
  subgraph cluster_1 {
    label="proxy";
    color="#8c959f";
    c1 [shape=box, style="rounded", color="#c4392b", label="p\nEXIT"];
  }
  subgraph cluster_2 {
    label="worker";
    color="#8c959f";
    c2 [shape=box, style="rounded", color="#8c959f", label="w"];
  }
  c0 -- outside [color="#c4392b", style=dashed];
  c1 -- n0;
  c1 -- n2 [color="#c4392b"];
  c2 -- n0;
}
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestReaches(t *testing.T) {
	m := chart.Map{
		Networks: []chart.Network{
			{ID: "a", Name: "agents", Class: chart.Airgap, Internal: true}, {ID: "b", Name: "telemetry", Class: chart.Airgap, Internal: true},
			{ID: "e", Name: "egress", Class: chart.Egress}, {ID: "s", Name: "sealed", Class: chart.Segment, Internal: true},
			{ID: "x", Name: "old", Class: chart.None, Internal: true},
		},
		Containers: []chart.Container{
			{ID: "1", Name: "worker", Networks: []string{"a"}},
			{ID: "2", Name: "proxy", Exit: true, Networks: []string{"a", "e"}},
			{ID: "3", Name: "idle-proxy", Exit: true, Networks: []string{"a"}},
			{ID: "4", Name: "collector", Networks: []string{"s"}},
			{ID: "5", Name: "far", Networks: []string{"b"}},
			{ID: "6", Name: "bridge", Networks: []string{"b", "x"}},
			{ID: "7", Name: "host", Mode: "host"},
			{ID: "8", Name: "lonely", Mode: "none"},
			{ID: "9", Name: "guest", Mode: "container"},
		},
	}
	none := []string{}
	want := []chart.Reach{
		{Container: "bridge", Networks: []string{"old", "telemetry"}, Peers: []string{"far"}, Direct: "old", Path: none, Exits: none},
		{Container: "collector", Networks: []string{"sealed"}, Peers: none, Path: none, Exits: none},
		{Container: "far", Networks: []string{"telemetry"}, Peers: []string{"bridge"}, Direct: "old", Path: []string{"bridge"}, Exits: none},
		{Container: "guest", Networks: none, Peers: none, Direct: "another container's network", Path: none, Exits: none},
		{Container: "host", Networks: none, Peers: none, Direct: "the host's network", Path: none, Exits: none},
		{Container: "idle-proxy", Networks: []string{"agents"}, Peers: []string{"proxy", "worker"}, Path: none, Exits: []string{"proxy"}},
		{Container: "lonely", Networks: none, Peers: none, Path: none, Exits: none},
		{Container: "proxy", Networks: []string{"agents", "egress"}, Peers: []string{"idle-proxy", "worker"}, Direct: "egress", Path: none, Exits: none},
		{Container: "worker", Networks: []string{"agents"}, Peers: []string{"idle-proxy", "proxy"}, Path: none, Exits: []string{"proxy"}},
	}
	for i, got := range chart.Reaches(m) {
		if !reflect.DeepEqual(got, want[i]) {
			t.Errorf("got  %+v\nwant %+v", got, want[i])
		}
	}
	page := render(t, m)[2]
	for _, cell := range []string{
		`<td class="far">only through proxy</td>`, `<td class="far">not at all</td>`, `<td class="exit">exit, by egress</td>`,
		`<td class="leak">through bridge by old</td>`, `<td class="near">directly, by old</td>`,
	} {
		if !strings.Contains(page, cell) {
			t.Errorf("the page does not say %s", cell)
		}
	}
}
