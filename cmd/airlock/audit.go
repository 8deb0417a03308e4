package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/audit"
	"github.com/airlock-gate/airlock/plugin/chart"
	"github.com/airlock-gate/airlock/plugin/facts"
)

const (
	auditLookUp   = 30 * time.Second // one look-up: volume plugins that are gone cost the engine some 15 s each
	auditTime     = 5 * time.Minute
	progressEvery = 25 // objects
)

// auditing is what an audit is told.
type auditing struct {
	from     origin
	engine   string
	access   registryAccess
	timeout  time.Duration
	asJSON   bool
	schema   bool
	dot      string
	svg      string
	html     string
	progress io.Writer
}

func auditCommand() *cobra.Command {
	var a auditing
	command := &cobra.Command{
		Use:   "audit",
		Short: "Hold what runs on an engine against the rules, and draw who can reach what",
		Long: `Audit reads an engine and judges every container, running or not, as if it were started now, and every network and
volume as if it were made now, with the same policies and site data as serve. It finds what was made before the gate came, what the
engine starts by itself, and what was changed beside the gate. It only reads, and works with the gate in front of the
engine as well as without; it needs access to the engine's socket.

For each broken rule it prints the rule, the field, what it got and what it wants; airlock rules RULE tells how to mend
it. The engine's own networks bridge, host and none are judged when a container is in one. Secret files are looked at on
the host the audit runs on.

With --dot, --svg and --html it draws a map: containers in their networks, networks by class, exits, and violations in
red. SVG and HTML are one file each and refer to nothing outside.

Exit code 0: no violation. 1: violations. 2: the command line is wrong, or the audit, or any part of it, could not be
done.`,
		Example: `  airlock audit --site /etc/airlock/site.yaml
  airlock audit --site /etc/airlock/site.yaml --html map.html
  airlock audit --site /etc/airlock/site.yaml --json | jq '.objects[] | select(.violations != [])'
  airlock audit --schema > report.schema.json`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			a.progress = cmd.ErrOrStderr()
			if a.schema {
				_, err := cmd.OutOrStdout().Write(audit.Schema)
				return err
			}
			if a.timeout <= 0 {
				return usagef("timeout: %v: want a time above 0", a.timeout)
			}
			err := a.run(cmd.Context(), cmd.OutOrStdout())
			if err != nil && !errors.Is(err, errQuiet) {
				return &failure{err}
			}
			return err
		},
	}
	flags := command.Flags()
	flags.SortFlags = false
	flags.StringVar(&a.engine, "engine", defaultEngine, "`address` of the engine; unix sockets only")
	a.from.settings(flags)
	a.access.settings(flags)
	flags.BoolVar(&a.asJSON, "json", false, "print JSON, of the form --schema prints")
	flags.StringVar(&a.dot, "dot", "", "write the map as Graphviz DOT to `file`")
	flags.StringVar(&a.svg, "svg", "", "write the map as a picture to `file`")
	flags.StringVar(&a.html, "html", "", "write the map as a page, with every finding, to `file`")
	flags.DurationVar(&a.timeout, "timeout", auditTime, "time for the whole audit")
	flags.BoolVar(&a.schema, "schema", false, "print the JSON schema of the report and do nothing else")
	return command
}

// run audits, prints, and draws. Its error is errQuiet when there are violations.
func (a *auditing) run(ctx context.Context, out io.Writer) error {
	snapshot, err := a.from.load()
	if err != nil {
		return err
	}
	engine, err := facts.NewVisitor(facts.Options{Host: a.engine, Timeout: auditLookUp})
	if err != nil {
		return err
	}
	defer engine.Close()
	keeper, closeKeeper, _, err := a.access.keeper(nil, nil)
	if err != nil {
		return err
	}
	defer closeKeeper()
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	report, err := audit.Run(ctx, audit.Options{Source: engine, Policies: snapshot, Evidence: keeper, Progress: a.tell})
	if err != nil {
		return err
	}
	if a.asJSON {
		err = writeJSON(out, report)
	} else {
		err = printReport(out, report)
	}
	if err != nil {
		return fmt.Errorf("print report: %w", err)
	}
	if err := a.draw(report); err != nil {
		return err
	}
	switch {
	case report.Counts.Faults > 0:
		return fmt.Errorf("%s could not be judged", plural(report.Counts.Faults, "object"))
	case !report.Clean:
		return errQuiet
	}
	return nil
}

// tell says how far a longer audit has come.
func (a *auditing) tell(done, total int) {
	if total > progressEvery && (done%progressEvery == 0 || done == total) {
		fmt.Fprintf(a.progress, "airlock: %d of %d objects judged\n", done, total)
	}
}

// draw writes the maps asked for.
func (a *auditing) draw(report *audit.Report) error {
	if a.dot == "" && a.svg == "" && a.html == "" {
		return nil
	}
	m, err := report.Map()
	if err != nil {
		return fmt.Errorf("draw map: %w", err)
	}
	for _, file := range []struct{ name, content string }{{a.dot, chart.DOT(m)}, {a.svg, chart.SVG(m)}, {a.html, chart.HTML(m)}} {
		if file.name == "" {
			continue
		}
		// Whoever may not ask the engine need not read where it can be left.
		if err := os.WriteFile(file.name, []byte(file.content), 0o600); err != nil {
			return fmt.Errorf("write map: %w", err)
		}
	}
	return nil
}

// printReport prints what was found, object by object, and a sum.
func printReport(out io.Writer, r *audit.Report) error {
	var page strings.Builder
	fmt.Fprintf(&page, "engine    %s (API %s)\npolicies  %s\n", printable(r.Engine.Version), printable(r.Engine.APIVersion), r.Policies)
	affected := 0
	for i := range r.Objects {
		o := &r.Objects[i]
		if len(o.Violations) > 0 {
			affected++
		}
		if len(o.Violations)+len(o.Waived) == 0 && o.Fault == "" {
			continue
		}
		fmt.Fprintf(&page, "\n%s\n", describeObject(o))
		if o.Fault != "" {
			fmt.Fprintf(&page, "  not judged: %s\n", printable(o.Fault))
		}
		for j := range o.Violations {
			printViolation(&page, &o.Violations[j])
		}
		for j := range o.Waived {
			printWaivedBlock(&page, &o.Waived[j])
		}
	}
	for _, exception := range r.Expired {
		fmt.Fprintf(&page, "expired: %s\n", exception)
	}
	c := &r.Counts
	verdict := "clean"
	switch {
	case c.Violations > 0:
		verdict = fmt.Sprintf("%s in %s", plural(c.Violations, "violation"), plural(affected, "object"))
	case c.Faults > 0:
		verdict = "no violation in what was judged"
	}
	fmt.Fprintf(&page, "\n%s: %s (%d running), %s, %s", verdict, plural(c.Containers, "container"), c.Running, plural(c.Networks, "network"),
		plural(c.Volumes, "volume"))
	for _, more := range []struct {
		n    int
		what string
	}{{c.Waived, "waived violation"}, {c.Faults, "object"}, {c.Gone, "container"}} {
		switch {
		case more.n == 0:
		case more.what == "object":
			fmt.Fprintf(&page, "; %s NOT JUDGED", plural(more.n, more.what))
		case more.what == "container":
			fmt.Fprintf(&page, "; %s removed meanwhile", plural(more.n, more.what))
		default:
			fmt.Fprintf(&page, "; %s", plural(more.n, more.what))
		}
	}
	page.WriteByte('\n')
	_, err := io.WriteString(out, page.String())
	return err
}

func describeObject(o *audit.Object) string {
	const shortID = 12
	text := o.Kind + " " + printable(o.Name)
	if o.Kind != audit.KindVolume {
		text += " (" + printable(o.ID[:min(shortID, len(o.ID))]) + ")"
	}
	switch o.Kind {
	case audit.KindContainer:
		state := "not running"
		if o.Running {
			state = "running"
		}
		text += ", " + state
		if o.Role != "" {
			text += ", role " + printable(o.Role)
		}
	case audit.KindNetwork:
		switch o.Class {
		case "":
		case "none":
			text += ", of no class"
		default:
			text += ", class " + printable(o.Class)
		}
	}
	return text
}

func printViolation(page *strings.Builder, v *bundle.Violation) {
	fmt.Fprintf(page, "  %s", printable(v.Rule))
	if v.Title != "" {
		fmt.Fprintf(page, "  %s", printable(v.Title))
	}
	if v.Severity != "" {
		fmt.Fprintf(page, " (%s)", printable(v.Severity))
	}
	page.WriteByte('\n')
	printFinding(page, v.Field, audit.Text(v.Got), audit.Text(v.Want))
	if v.Lapsed != nil {
		fmt.Fprintf(page, "    expired  %s\n", printable(v.Lapsed.String()))
	}
}

func printWaivedBlock(page *strings.Builder, w *bundle.Waived) {
	fmt.Fprintf(page, "  waived: %s\n", printable(w.Rule))
	printFinding(page, w.Field, audit.Text(w.Got), audit.Text(w.Want))
	for _, waiver := range w.Waivers {
		fmt.Fprintf(page, "    by     %s\n", printable(waiver.String()))
	}
}

func printFinding(page *strings.Builder, field, got, want string) {
	fmt.Fprintf(page, "    field  %s\n    got    %s\n    want   %s\n", printable(field), printable(got), printable(want))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
