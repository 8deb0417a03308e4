package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// Exit codes of every verb.
const (
	exitOK    = 0
	exitError = 1 // it could not be done, or the answer is no
	exitUsage = 2 // the command line or the configuration is wrong; of an audit also: it could not be done
)

// usageError is a mistake in how the command was called or configured.
type usageError struct{ cause error }

func (e *usageError) Error() string { return e.cause.Error() }
func (e *usageError) Unwrap() error { return e.cause }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// failure is what kept a verb from an answer, where exit code 1 already is an answer.
type failure struct{ cause error }

func (e *failure) Error() string { return e.cause.Error() }
func (e *failure) Unwrap() error { return e.cause }

// errQuiet ends a verb with exit code 1 when its output has said everything.
var errQuiet = errors.New("said already")

// run runs one command line and returns its exit code. Nothing below it ends the process.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := command()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var usage *usageError
	var failed *failure
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errQuiet):
		return exitError
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "airlock: %v\nRun airlock --help for usage.\n", err)
		return exitUsage
	case errors.As(err, &failed):
		fmt.Fprintf(stderr, "airlock: %v\n", err)
		return exitUsage
	}
	fmt.Fprintf(stderr, "airlock: %v\n", err)
	return exitError
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:   "airlock",
		Short: "Admission gate for Docker hosts",
		Long: `Airlock is an authorization plugin for the Docker Engine. The engine asks it about every API request; it reads the
request as the engine will, looks up what the request refers to, evaluates Rego policies, and admits or denies with
every reason and its remedy.

Exit codes: 0 done; 1 it could not be done, or the answer is no; 2 the command line or the configuration is wrong, or an
audit could not be done.`,
		Example: `  airlock serve --site /etc/airlock/site.yaml     answer the engine
  airlock check --site /etc/airlock/site.yaml     load everything without serving
  airlock audit --site /etc/airlock/site.yaml     hold what runs against the rules
  airlock breakglass --status                     see what root has opened for a time
  airlock rules hardening/readonly-rootfs         explain one rule`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			hint := ""
			if near := c.SuggestionsFor(args[0]); len(near) > 0 {
				hint = "; did you mean " + strings.Join(near, " or ") + "?"
			}
			return usagef("unknown command %q%s", args[0], hint)
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	root.AddCommand(serveCommand(), checkCommand(), auditCommand(), verifyCommand(), breakglassCommand(), rulesCommand(),
		versionCommand(), manCommand())
	return root
}

// arguments wraps a check of positional arguments: a wrong number is a usage error.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return &usageError{err}
		}
		return nil
	}
}
