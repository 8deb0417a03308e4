//go:build browser

package chart_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/plugin/chart"
)

// measure reports what a browser made of a page: real extents of text and boxes, and how text stands out from what is
// behind it. It is put before the page's own policy, which forbids scripts.
const measure = `<script>addEventListener('load', () => {
  const out = {errors: [], texts: 0, boxes: 0, contrast: 99, dark: matchMedia('(prefers-color-scheme: dark)').matches,
    scripts: document.scripts.length, others: document.querySelectorAll('img,iframe,object,embed,link,use,image,a').length,
    loaded: performance.getEntriesByType('resource').length};
  const slack = 0.5;
  const inside = (a, b) => a.left >= b.left - slack && a.right <= b.right + slack && a.top >= b.top - slack && a.bottom <= b.bottom + slack;
  const apart = (a, b) => a.left >= b.right - slack || b.left >= a.right - slack || a.top >= b.bottom - slack || b.top >= a.bottom - slack;
  const colour = text => { const m = text.match(/[0-9.]+/g).map(Number); return m.length > 3 && m[3] === 0 ? null : m.slice(0, 3); };
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const texts = [...document.querySelectorAll('svg text')], boxes = [...document.querySelectorAll('svg rect.box')];
  out.texts = texts.length;
  out.boxes = boxes.length;
  const sheet = document.querySelector('svg rect.sheet');
  for (const t of texts) {
    const box = t.parentNode.tagName === 'g' ? t.parentNode.querySelector('rect.box') : sheet;
    if (!inside(t.getBoundingClientRect(), box.getBoundingClientRect())) out.errors.push('text leaves its box: ' + t.textContent);
    const found = contrast(colour(getComputedStyle(t).fill), colour(getComputedStyle(box).fill));
    if (found < 4.5) out.errors.push('contrast ' + found.toFixed(2) + ': ' + t.textContent);
    out.contrast = Math.min(out.contrast, found);
  }
  for (let i = 0; i < texts.length; i++) for (let j = 0; j < i; j++)
    if (!apart(texts[i].getBoundingClientRect(), texts[j].getBoundingClientRect())) out.errors.push('texts overlap: ' + texts[i].textContent + ' / ' + texts[j].textContent);
  for (let i = 0; i < boxes.length; i++) for (let j = 0; j < i; j++) {
    const a = boxes[i].getBoundingClientRect(), b = boxes[j].getBoundingClientRect();
    if (!apart(a, b) && !(boxes[j].classList.contains('network') && inside(a, b))) out.errors.push('boxes overlap');
  }
  for (const cell of document.querySelectorAll('h1,h2,th,td,.caption,.what')) {
    const found = contrast(colour(getComputedStyle(cell).color), colour(getComputedStyle(document.body).backgroundColor));
    if (found < 4.5) out.errors.push('contrast ' + found.toFixed(2) + ' of ' + cell.tagName);
  }
  if (document.documentElement.scrollWidth > innerWidth) out.errors.push('the page is wider than its window');
  const pre = document.createElement('pre');
  pre.id = 'measured';
  pre.textContent = JSON.stringify(out);
  document.body.append(pre);
})</script>`

type measured struct {
	Errors   []string
	Texts    int
	Boxes    int
	Contrast float64
	Dark     bool
	Scripts  int
	Others   int
	Loaded   int
}

var (
	result = regexp.MustCompile(`<pre id="measured">([^<]*)</pre>`)
	entity = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "&nbsp;", "\u00a0")
)

// browse runs Chromium, which must be there: what was not looked at is not passed.
func browse(t *testing.T, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is not installed; make map-check installs it")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
		"--user-data-dir=" + t.TempDir(), "--window-size=1700,1500"}, args...)...).Output()
	if err != nil {
		t.Fatalf("chromium: %v", err)
	}
	return string(out)
}

// TestBrowser measures every map in a real browser, light and dark, and leaves pictures in AIRLOCK_MAPS when it is set.
func TestBrowser(t *testing.T) {
	dir := cmp.Or(os.Getenv("AIRLOCK_MAPS"), t.TempDir())
	for name, m := range maps() {
		for scheme, setting := range map[string]string{"light": "1", "dark": "0"} {
			t.Run(name+" "+scheme, func(t *testing.T) {
				page := chart.HTML(m)
				file := filepath.Join(t.TempDir(), "map.html")
				if err := os.WriteFile(file, []byte(strings.Replace(page, "<head>", "<head>"+measure, 1)), 0o600); err != nil {
					t.Fatal(err)
				}
				preference := "--blink-settings=preferredColorScheme=" + setting
				found := result.FindStringSubmatch(browse(t, preference, "--dump-dom", "file://"+file))
				if found == nil {
					t.Fatal("the page was not measured")
				}
				var got measured
				if err := json.Unmarshal([]byte(entity.Replace(found[1])), &got); err != nil {
					t.Fatal(err)
				}
				for _, problem := range got.Errors {
					t.Error(problem)
				}
				plan := chart.Place(m)
				if got.Boxes != len(plan.Boxes) || got.Texts < len(plan.Boxes)-1 || got.Dark != (scheme == "dark") {
					t.Errorf("measured %+v of %d boxes", got, len(plan.Boxes))
				}
				if got.Scripts != 1 || got.Others != 0 || got.Loaded != 0 {
					t.Errorf("the page has %d scripts besides the measuring one, %d other elements, and loaded %d things", got.Scripts-1, got.Others, got.Loaded)
				}
				t.Logf("%d boxes, %d texts, least contrast %.1f", got.Boxes, got.Texts, got.Contrast)

				kept := filepath.Join(dir, fmt.Sprintf("map-%s-%s", name, scheme))
				if err := os.WriteFile(kept+".html", []byte(page), 0o600); err != nil {
					t.Fatal(err)
				}
				browse(t, preference, "--screenshot="+kept+".png", "file://"+kept+".html")
				svg := filepath.Join(t.TempDir(), "map.svg")
				if err := os.WriteFile(svg, []byte(chart.SVG(m)), 0o600); err != nil {
					t.Fatal(err)
				}
				if dom := browse(t, preference, "--dump-dom", "file://"+svg); strings.Contains(dom, "parsererror") || !strings.Contains(dom, "rect class=\"sheet\"") {
					t.Error("the browser does not read the picture")
				}
			})
		}
	}
}
