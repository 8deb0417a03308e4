package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/refusal"
)

func rulesCommand() *cobra.Command {
	var asJSON, asMarkdown bool
	var from origin
	rules := &cobra.Command{
		Use:   "rules [ID]",
		Short: "List the rules, or explain one",
		Long: `Rules lists every rule a request is held against: those of the policies, and those by which a request is not
understood (category api, decided before any policy). With an ID it prints that rule's page and the operations of the
Engine API the rule judges: airlock rules api/operation shows them all, with the treatment of each and the reason.`,
		Example: `  airlock rules
  airlock rules hardening/readonly-rootfs
  airlock rules --markdown > RULES.md`,
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if asJSON && asMarkdown {
				return usagef("--json and --markdown exclude each other")
			}
			snapshot, err := from.load()
			if err != nil {
				return err
			}
			list := allRules(snapshot)
			if len(args) == 1 {
				if list, err = pick(list, args[0]); err != nil {
					return err
				}
			}
			out := cmd.OutOrStdout()
			switch {
			case asJSON:
				return writeJSON(out, list)
			case asMarkdown:
				_, err := io.WriteString(out, bundle.Markdown(list))
				return err
			case len(args) == 1:
				operations, err := snapshot.Operations(cmd.Context())
				if err != nil && !errors.Is(err, bundle.ErrUntold) {
					return err
				}
				return printRule(out, list[0], operations)
			}
			return printRules(out, list)
		},
	}
	rules.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	rules.Flags().BoolVar(&asMarkdown, "markdown", false, "print a Markdown page")
	rules.Flags().StringVar(&from.policies, "policies", "", "policy bundle `directory` instead of the embedded one")
	return rules
}

// allRules joins the rules of the policies with those of the reader of requests, sorted by id.
func allRules(snapshot *bundle.Snapshot) []bundle.Rule {
	rules := snapshot.Rules()
	for _, row := range refusal.Explanations() {
		rules = append(rules, bundle.Rule{
			ID: string(row.Rule), Title: row.Title, Description: row.Description, Severity: row.Severity,
			Controls: map[string][]string{}, Fix: bundle.Fix{Docker: row.Docker, Compose: row.Compose},
			Resources: []bundle.Resource{}, Unwaivable: bundle.UnwaivableAPI,
		})
	}
	slices.SortFunc(rules, func(a, b bundle.Rule) int { return cmp.Compare(a.ID, b.ID) })
	return rules
}

func pick(rules []bundle.Rule, id string) ([]bundle.Rule, error) {
	var near []string
	for _, rule := range rules {
		if rule.ID == id {
			return []bundle.Rule{rule}, nil
		}
		if strings.Contains(rule.ID, id) {
			near = append(near, rule.ID)
		}
	}
	if len(near) > 0 {
		return nil, fmt.Errorf("no rule %q; did you mean %s?", id, strings.Join(near, " or "))
	}
	return nil, fmt.Errorf("no rule %q; airlock rules lists them", id)
}

func printRules(out io.Writer, rules []bundle.Rule) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "RULE\tSEVERITY\tTITLE")
	for _, rule := range rules {
		fmt.Fprintf(table, "%s\t%s\t%s\n", rule.ID, rule.Severity, rule.Title)
	}
	return table.Flush()
}

func printRule(out io.Writer, rule bundle.Rule, operations []bundle.Operation) error {
	var page strings.Builder
	fmt.Fprintf(&page, "%s (%s)\n%s.\n", rule.ID, rule.Severity, rule.Title)
	if rule.Description != "" {
		fmt.Fprintf(&page, "\n%s\n", strings.TrimSpace(rule.Description))
	}
	page.WriteByte('\n')
	table := tabwriter.NewWriter(&page, 0, 0, 2, ' ', 0)
	row := func(name, text string) {
		if text != "" {
			fmt.Fprintf(table, "%s\t%s\n", name, text)
		}
	}
	row("docker", rule.Fix.Docker)
	row("compose", rule.Fix.Compose)
	for _, edition := range slices.Sorted(maps.Keys(rule.Controls)) {
		row(edition, strings.Join(rule.Controls[edition], ", "))
	}
	if rule.Unwaivable != "" {
		row("exceptions", "none: "+rule.Unwaivable)
	}
	for _, resource := range rule.Resources {
		row("see", strings.TrimSpace(resource.Description+" "+resource.Ref))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	operations = slices.DeleteFunc(slices.Clone(operations), func(o bundle.Operation) bool {
		return !slices.Contains(o.Rules, rule.ID)
	})
	if len(operations) > 0 {
		page.WriteByte('\n')
		table := tabwriter.NewWriter(&page, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "OPERATION\tTREATMENT\tWHY")
		for _, o := range operations {
			fmt.Fprintf(table, "%s\t%s\t%s\n", o.Name, o.Treatment, o.Why)
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	_, err := io.WriteString(out, page.String())
	return err
}
