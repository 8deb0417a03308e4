package bundle

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Markdown renders rules as a page: a table of all, then a section for each.
func Markdown(rules []Rule) string {
	var b strings.Builder
	b.WriteString("# Rules\n\n| rule | severity | what it demands | controls |\n| --- | --- | --- | --- |\n")
	for _, r := range rules {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s |\n",
			cell(r.ID), anchor(r.ID), cell(r.Severity), cell(r.Title), cell(strings.Join(controls(r), "; ")))
	}
	for _, r := range rules {
		fmt.Fprintf(&b, "\n## %s\n", r.ID)
		paragraph := func(text string) {
			if text != "" {
				b.WriteString("\n" + text + "\n")
			}
		}
		if r.Title != "" {
			paragraph("**" + r.Title + ".**")
		}
		paragraph(r.Description)
		list := []string{}
		item := func(name, text string) {
			if text != "" {
				list = append(list, "- "+name+": "+text+"\n")
			}
		}
		item("Severity", r.Severity)
		item("Controls", strings.Join(controls(r), "; "))
		item("Docker", code(r.Fix.Docker))
		item("Compose", code(r.Fix.Compose))
		if r.Unwaivable != "" {
			item("Exceptions", "none: "+r.Unwaivable)
		}
		for _, resource := range r.Resources {
			text := resource.Description
			if text == "" {
				text = resource.Ref
			}
			item("See", fmt.Sprintf("[%s](%s)", text, resource.Ref))
		}
		if len(list) > 0 {
			b.WriteString("\n" + strings.Join(list, ""))
		}
	}
	return b.String()
}

// controls renders the controls of a rule, benchmark by benchmark in order of their names.
func controls(r Rule) []string {
	var out []string
	for _, edition := range slices.Sorted(maps.Keys(r.Controls)) {
		if numbers := r.Controls[edition]; len(numbers) > 0 {
			out = append(out, edition+" "+strings.Join(numbers, ", "))
		}
	}
	return out
}

func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text)
}

// anchor is the fragment a heading gets on common renderers: lower case, punctuation dropped.
func anchor(id string) string { return strings.ReplaceAll(strings.ToLower(id), "/", "") }

func code(text string) string {
	if text == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}
