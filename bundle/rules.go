package bundle

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Rule describes one rule, from the METADATA of its package. The id is its place below policies/airlock/rules.
type Rule struct {
	ID          string              `json:"id"` // "hardening/readonly-rootfs"
	Title       string              `json:"title"`
	Description string              `json:"description"` // why: the threat
	Severity    string              `json:"severity"`    // "critical", "high", "medium", "low"
	Controls    map[string][]string `json:"controls"`    // edition of a benchmark to its control numbers
	Fix         Fix                 `json:"fix"`
	Resources   []Resource          `json:"resources"`
	Unwaivable  string              `json:"unwaivable"` // why no exception sets it aside; "" when one can
}

// UnwaivableAPI is why no exception sets a rule of category api aside.
const UnwaivableAPI = "what it finds was not understood, or is opened by callers and airlock breakglass"

// Resource is further reading.
type Resource struct {
	Ref         string `json:"ref"`
	Description string `json:"description"`
}

// severities, worst first.
var severities = []string{"critical", "high", "medium", "low"}

// severityRank puts what has no severity first: nobody has said that it is harmless.
func severityRank(severity string) int { return slices.Index(severities, severity) }

// rulesOf lists the rules and refuses those the router would not find: a rule that is there and never asked is worse
// than a rule that is missing.
func rulesOf(modules map[string]*ast.Module) ([]Rule, error) {
	rules := map[string]*Rule{}
	denies := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		module := modules[name]
		place, ok := ruleSegments(module.Package)
		if !ok {
			continue
		}
		if len(place) != 2 {
			return nil, fmt.Errorf("%s: package %s is out of the router's sight; want airlock.rules.<category>[\"<rule>\"]",
				name, strings.TrimPrefix(module.Package.Path.String(), "data."))
		}
		id := strings.Join(place, "/")
		if rules[id] == nil {
			rules[id] = &Rule{ID: id, Controls: map[string][]string{}, Resources: []Resource{}}
		}
		for _, r := range module.Rules {
			if r.Head.Ref()[0].String() != "deny" {
				continue
			}
			if r.Head.RuleKind() != ast.MultiValue || len(r.Head.Ref()) != 1 {
				return nil, fmt.Errorf("%s:%d: deny of %s is not a set; want `deny contains … if …`", name, r.Location.Row, id)
			}
			denies[id] = true
		}
	}
	list := make([]Rule, 0, len(rules))
	for id, rule := range rules {
		if !denies[id] {
			return nil, fmt.Errorf("rule %s reports nothing; want `deny contains … if …`", id)
		}
		list = append(list, *rule)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no rule below data.airlock.rules")
	}
	slices.SortFunc(list, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

// describe fills in what rules say about themselves.
func describe(rules []Rule, annotations *ast.AnnotationSet) error {
	for i := range rules {
		if err := rules[i].annotate(annotations); err != nil {
			return fmt.Errorf("metadata of rule %s: %w", rules[i].ID, err)
		}
	}
	return nil
}

// ruleSegments returns what follows data.airlock.rules in a package path.
func ruleSegments(pkg *ast.Package) ([]string, bool) {
	root := rulesRoot()
	if !pkg.Path.HasPrefix(root) {
		return nil, false
	}
	segments := []string{}
	for _, term := range pkg.Path[len(root):] {
		segment, ok := term.Value.(ast.String)
		if !ok {
			return nil, false
		}
		segments = append(segments, string(segment))
	}
	return segments, true
}

// annotate fills in what the METADATA of the rule's package says. METADATA may be absent, but not wrong.
func (r *Rule) annotate(annotations *ast.AnnotationSet) error {
	category, rule, _ := strings.Cut(r.ID, "/")
	path := rulesRoot().Append(ast.StringTerm(category)).Append(ast.StringTerm(rule))
	a := annotations.GetPackageScope(&ast.Package{Path: path})
	if a == nil {
		return nil
	}
	r.Title, r.Description = a.Title, strings.TrimSpace(a.Description)
	for _, resource := range a.RelatedResources {
		r.Resources = append(r.Resources, Resource{Ref: resource.Ref.String(), Description: resource.Description})
	}
	text, err := json.Marshal(a.Custom)
	if err != nil {
		return err
	}
	var custom struct {
		Severity string              `json:"severity"`
		Controls map[string][]string `json:"controls"`
		Fix      Fix                 `json:"fix"`
	}
	if err := json.Unmarshal(text, &custom); err != nil {
		return fmt.Errorf("custom: %w", err)
	}
	if custom.Severity != "" && !slices.Contains(severities, custom.Severity) {
		return fmt.Errorf("severity %q; want one of %s", custom.Severity, strings.Join(severities, ", "))
	}
	r.Severity, r.Fix = custom.Severity, custom.Fix
	if custom.Controls != nil {
		r.Controls = custom.Controls
	}
	return nil
}
