package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin"
	"github.com/airlock-gate/airlock/plugin/breakglass"
	"github.com/airlock-gate/airlock/plugin/control"
	"github.com/airlock-gate/airlock/plugin/decision"
)

const (
	defaultControl  = "/run/airlock/control.sock"
	defaultStateDir = "/var/lib/airlock"
	defaultOpening  = 15 * time.Minute

	socketSuffix = ".sock"
	keptName     = "breakglass.json"
)

// glazier is what breakglass is told on its command line.
type glazier struct {
	socket string
	lasts  time.Duration
	reason string
	ticket string
	keep   bool
	status bool
	shut   bool
	asJSON bool
}

func breakglassCommand() *cobra.Command {
	var g glazier
	command := &cobra.Command{
		Use:   "breakglass [OPERATION...]",
		Short: "Open operations for a time, as root on the host",
		Long: `Breakglass tells the running gate to admit operations that are denied to everybody, for a time and for a reason. It is
for root on the host alone, through the gate's control socket.

Only what the policies call openable can be opened: a denial names this command where it helps, and naming another
operation lists those that can. What cannot be understood, and what would end the gate, stays denied.

While something is open it is open to every caller. Each decision made meanwhile carries the id of the opening in its record,
and each one admitted by it the rule that was set aside, the reason and the ticket; opening, expiry and closing are recorded
as well. It ends by itself after --for, also when the clock is set back, and with the gate. With --persist it outlives a
restart of the gate, kept in the gate's --state-dir, but never one of the host.

Exit codes: 0 done; 1 the gate refused or could not be asked; 2 the command line is wrong.`,
		Example: `  airlock breakglass --for 15m --reason 'disk full' --ticket OPS-7 network.prune image.prune
  airlock breakglass --status
  airlock breakglass --close`,
		Args: arguments(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			given := func(name string) bool { return cmd.Flags().Changed(name) }
			opening := given("for") || given("reason") || given("ticket") || given("persist") || len(args) > 0
			switch {
			case g.status && g.shut, (g.status || g.shut) && opening:
				return usagef("--status and --close stand alone")
			case !g.status && !g.shut && len(args) == 0:
				return usagef("name an operation to open, as in airlock breakglass --for 15m --reason WHY network.prune")
			case !g.status && !g.shut && g.reason == "":
				return usagef("--reason: say why; it stands in the record")
			case g.lasts < time.Second || g.lasts%time.Second != 0:
				return usagef("--for: %v: want whole seconds", g.lasts)
			}
			return g.run(cmd.Context(), args, cmd.OutOrStdout())
		},
		ValidArgsFunction: func(_ *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
			var from origin
			snapshot, err := from.load()
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			left := slices.DeleteFunc(snapshot.Openable(), func(name string) bool { return slices.Contains(given, name) })
			return left, cobra.ShellCompDirectiveNoFileComp
		},
	}
	flags := command.Flags()
	flags.SortFlags = false
	flags.DurationVar(&g.lasts, "for", defaultOpening, "how long; the gate's --breakglass-max bounds it")
	flags.StringVar(&g.reason, "reason", "", "why (`text`, on one line); required to open")
	flags.StringVar(&g.ticket, "ticket", "", "where it is followed up (`text`)")
	flags.BoolVar(&g.keep, "persist", false, "outlive a restart of the gate")
	flags.BoolVar(&g.status, "status", false, "show what is open")
	flags.BoolVar(&g.shut, "close", false, "close what is open")
	flags.BoolVar(&g.asJSON, "json", false, "print JSON")
	flags.StringVar(&g.socket, "control", defaultControl, "control socket of the gate (`file`)")
	return command
}

func (g *glazier) run(ctx context.Context, operations []string, out io.Writer) error {
	gate := control.Dial(g.socket)
	var state breakglass.State
	var err error
	switch {
	case g.status:
		state, err = gate.Breakglass(ctx)
	case g.shut:
		state, err = gate.Close(ctx)
	default:
		state, err = gate.Open(ctx, control.Opening{Operations: operations, Seconds: int64(g.lasts / time.Second), Reason: g.reason,
			Ticket: g.ticket, Persist: g.keep})
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w; only root may use the control socket", err)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w; is the gate running, and with this --control?", err)
	case err != nil:
		return err
	}
	if g.shut && state.Open {
		state.Open, state.Until = false, time.Now().UTC().Truncate(time.Second)
	}
	if g.asJSON {
		return writeJSON(out, state)
	}
	_, err = io.WriteString(out, describeOpening(state))
	return err
}

// describeOpening words a state for people.
func describeOpening(s breakglass.State) string {
	switch {
	case s.ID == "":
		return "closed\n"
	case !s.Open:
		return fmt.Sprintf("closed     %s\nid         %s\n", strings.Join(s.Operations, " "), s.ID)
	}
	text := fmt.Sprintf("open       %s\nuntil      %s (%v left)\nreason     %s\n", strings.Join(s.Operations, " "),
		s.Until.Format(time.RFC3339), time.Until(s.Until).Round(time.Second), printable(s.Reason))
	if s.Ticket != "" {
		text += fmt.Sprintf("ticket     %s\n", printable(s.Ticket))
	}
	if s.Persist {
		text += "persists   over a restart of the gate\n"
	}
	return text + fmt.Sprintf("id         %s\n", s.ID)
}

// newGlass makes the glass of a gate.
func newGlass(c *config, source *bundle.Source, log zerolog.Logger) (*breakglass.Glass, error) {
	file := ""
	if c.stateDir != "" {
		file = filepath.Join(c.stateDir, keptName)
	}
	return breakglass.New(breakglass.Options{
		ID: decision.NewID, Openable: func() []string { return source.Snapshot().Openable() }, Max: c.breakglassMax, File: file,
		Notify: func(e breakglass.Event) { recordOpening(log, e) },
	})
}

// recordOpening writes the line of an event. It does so at every log level: who reads the log must find out.
func recordOpening(log zerolog.Logger, e breakglass.Event) {
	line := log.Log().Str("level", zerolog.LevelWarnValue).Str("event", string(e.Kind))
	if e.State.ID != "" {
		line.Str("breakglass", e.State.ID).Strs("operations", e.State.Operations).Str("reason", e.State.Reason).
			Str("ticket", e.State.Ticket).Time("until", e.State.Until).Bool("persist", e.State.Persist)
	}
	if e.Cause != nil {
		line.Str("cause", e.Cause.Error())
	}
	line.Msg("breakglass")
}

// serveControl answers on the control socket. A gate without one decides as well as any other, so that a socket that
// cannot be had is said and does not stop it.
func serveControl(ctx context.Context, workers *sync.WaitGroup, c *config, glass *breakglass.Glass, log zerolog.Logger) error {
	if c.control == "" {
		return nil
	}
	server, err := control.New(control.Options{Glass: glass, Refused: func(uid uint32) {
		log.Warn().Uint32("uid", uid).Msg("control socket refused somebody who is not root")
	}})
	if err != nil {
		return err
	}
	listener, err := bindControl(c.control)
	if err != nil {
		log.Error().Err(err).Str("socket", c.control).Msg("no control socket: airlock breakglass cannot reach this gate")
		return nil
	}
	workers.Go(func() {
		if err := server.Serve(ctx, listener); err != nil {
			log.Error().Err(err).Msg("control socket ended")
		}
	})
	return nil
}

func bindControl(path string) (net.Listener, error) {
	name, isSocket := strings.CutSuffix(filepath.Base(path), socketSuffix)
	if !isSocket || !filepath.IsAbs(path) {
		return nil, fmt.Errorf("control socket %s: want an absolute path that ends in %s", path, socketSuffix)
	}
	return plugin.Bind(name, filepath.Dir(path))
}
