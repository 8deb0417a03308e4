package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "man",
		Short:   "Print the manual page",
		Long:    "Man prints the manual page airlock(1) in roff, made from the same text as --help.",
		Example: "  airlock man > /usr/share/man/man1/airlock.1",
		Args:    arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := io.WriteString(cmd.OutOrStdout(), manual(cmd.Root()))
			return err
		},
	}
}

// manual renders the commands as one page: name, synopsis, description, then a section for each verb.
func manual(root *cobra.Command) string {
	var page strings.Builder
	fmt.Fprintf(&page, ".TH AIRLOCK 1\n.SH NAME\nairlock \\- %s\n.SH SYNOPSIS\n", roff(root.Short))
	verbs := []*cobra.Command{}
	for _, verb := range root.Commands() {
		if verb.IsAvailableCommand() && verb.Name() != "help" && verb.Name() != "completion" {
			verbs = append(verbs, verb)
			fmt.Fprintf(&page, ".B %s\n.br\n", roff(verb.UseLine()))
		}
	}
	fmt.Fprintf(&page, ".SH DESCRIPTION\n%s.SH EXAMPLES\n.nf\n%s.fi\n", lines(root.Long), lines(root.Example))
	for _, verb := range verbs {
		text := verb.Long
		if text == "" {
			text = verb.Short + "."
		}
		fmt.Fprintf(&page, ".SH AIRLOCK %s\n%s", strings.ToUpper(verb.Name()), lines(text))
		verb.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			value, usage := pflag.UnquoteUsage(flag)
			fmt.Fprintf(&page, ".TP\n.B %s\n%s", roff(strings.TrimSpace("--"+flag.Name+" "+value)), lines(usage))
			if flag.DefValue != "" && flag.DefValue != "false" && flag.DefValue != "[]" {
				fmt.Fprintf(&page, "(default %s)\n", roff(flag.DefValue))
			}
		})
		if verb.Example != "" {
			fmt.Fprintf(&page, ".PP\n.nf\n%s.fi\n", lines(verb.Example))
		}
	}
	return page.String()
}

// lines renders text; an empty line starts a paragraph.
func lines(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text + "\n") {
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			out.WriteString(".PP\n")
			continue
		}
		out.WriteString(roff(line) + "\n")
	}
	return strings.TrimSuffix(out.String(), ".PP\n")
}

// roff escapes what roff would read as a request or a special character.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}
