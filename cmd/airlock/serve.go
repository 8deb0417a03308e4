package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin"
	"github.com/airlock-gate/airlock/plugin/decision"
	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/record"
)

const (
	logDrain    = 2 * time.Second
	metricsWait = 5 * time.Second
)

func serveCommand() *cobra.Command {
	var c config
	var file string
	serve := &cobra.Command{
		Use:   "serve",
		Short: "Answer the engine",
		Long: `Serve answers the engine on a plugin socket until SIGTERM or SIGINT. It takes over the socket that systemd passes,
or makes <plugin-dir>/<name>.sock itself. It does not start on bad configuration, site data or policies.

Settings come from flags, then from AIRLOCK_* environment variables (AIRLOCK_PLUGIN_DIR for --plugin-dir), then from the
YAML file named by --config, whose keys are the flags' names. A key that is no setting is refused.

Site data and policies are loaded again on SIGHUP and when their files change: compiled first, then put in force as a
whole. If they are bad, the last good ones stay in force and the log says so. Other settings need a restart.

The log goes to standard error, one line for each decision. In audit mode denials are recorded and admitted; a request
that could not be decided is refused in either mode.

The collector lets 10MiB of garbage gather, or 48MiB in a burst, unless the environment sets GOGC or GOMEMLIMIT.`,
		Example: `  airlock serve --site /etc/airlock/site.yaml
  airlock serve --config /etc/airlock/airlock.yaml --mode audit
  AIRLOCK_LOG_LEVEL=warn airlock serve --name airlock --engine unix:///run/docker.sock`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.complete(cmd.Flags(), file); err != nil {
				return err
			}
			return serve(cmd.Context(), &c, strangers(cmd.Flags()), cmd.ErrOrStderr())
		},
	}
	serve.Flags().SortFlags = false
	serve.Flags().StringVar(&file, "config", "", "configuration `file`")
	serve.Flags().AddFlagSet(c.settings())
	return serve
}

// serve wires the gate and runs it until ctx or a signal ends it.
func serve(ctx context.Context, c *config, unknown []string, stderr io.Writer) (err error) {
	memory := newCollector()
	// Signals first: SIGHUP must not kill a gate that is still starting.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)

	log, sink := logger(c, stderr)
	defer func() {
		if err != nil {
			log.Error().Err(err).Msg("ended by an error")
		}
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), logDrain)
		defer cancel()
		err = errors.Join(err, sink.Close(drain))
	}()
	for _, name := range unknown {
		log.Warn().Str("variable", name).Msg("environment variable is no setting")
	}

	from := &origin{site: c.site, policies: c.policies}
	seen := from.fingerprint() // before loading: a change in between is then noticed
	source, err := bundle.NewSource(from.load)
	if err != nil {
		return err
	}
	seen = from.named(seen)
	engine, err := facts.New(facts.Options{Host: c.engine})
	if err != nil {
		return &usageError{err}
	}
	defer engine.Close()
	mode := decision.Mode(c.mode)
	glass, err := newGlass(c, source, log)
	if err != nil {
		return err
	}
	metrics := record.NewMetrics()
	keeper, closeKeeper, note, err := c.access.keeper(metrics.Evidence, func(err error) {
		log.Warn().Err(err).Msg("evidence is not kept")
	})
	if err != nil {
		return err
	}
	defer closeKeeper()
	if note != nil {
		log.Warn().Err(note).Msg("evidence is kept in memory only")
	}
	gate, err := decision.New(decision.Options{Policies: source, Facts: engine, Evidence: keeper, Mode: mode, Glass: glass})
	if err != nil {
		return err
	}
	metrics.Watch(sink)
	metrics.WatchGlass(func() bool { return glass.Breakglass() != nil })
	metrics.Activated(source.Snapshot().Revision(), mode)
	server, err := plugin.New(plugin.Options{
		Decider: gate, Recorder: record.New(log, metrics), Observer: aftermath{gate}, Log: log, Timeout: c.timeout,
	})
	if err != nil {
		return err
	}
	listener, err := plugin.Listen(c.name, c.pluginDir)
	if err != nil {
		return err
	}
	defer listener.Close()

	var workers sync.WaitGroup
	defer workers.Wait()
	ctx, end := context.WithCancel(ctx)
	defer end()
	if c.metrics != "" {
		if err := serveMetrics(ctx, &workers, c.metrics, metrics.Handler(), log); err != nil {
			return err
		}
	}
	glass.Restore()
	defer glass.End()
	if err := serveControl(ctx, &workers, c, glass, log); err != nil {
		return err
	}
	reload := &reloader{
		from: from, source: source, seen: seen, log: log, quiet: memory.pause,
		activated: func(revision string) { metrics.Activated(revision, mode) },
	}
	go reload.run(ctx, hangups) // not waited for: a reload under way when the gate ends is of no use, and may take long
	workers.Go(func() { watchEngine(ctx, engine, log) })
	workers.Go(func() {
		if err := plugin.Watchdog(ctx, func() bool { return alive(listener.Addr()) }); err != nil {
			log.Error().Err(err).Msg("watchdog")
		}
	})

	rules := source.Snapshot().Size()
	log.Info().Str("socket", listener.Addr().String()).Str("engine", c.engine).Str("mode", c.mode).Str("site", c.site).
		Str("revision", source.Snapshot().Revision()).Int("rules", rules).Str("version", buildVersion()).Msg("serving")
	if mode == decision.Audit {
		log.Warn().Msg("audit mode: denials are recorded and admitted")
	}
	if c.site == "" {
		log.Warn().Msg("no site data: no image is admitted")
	}
	warnExpired(log, source.Snapshot())
	notify(log, plugin.Ready)
	go memory.loaded(ctx, func() { source.Snapshot().Rules() }) // for the first denial
	workers.Go(func() {
		<-ctx.Done()
		notify(log, plugin.Stopping)
	})
	if err := server.Serve(ctx, listener); err != nil {
		return err
	}
	log.Info().Msg("stopped")
	return nil
}

// aftermath tells the gate when the engine is done with what it admitted.
type aftermath struct{ gate *decision.Gate }

func (a aftermath) Selects(method, target string) bool { return a.gate.Awaits(method, target) }

func (a aftermath) Observe(_ context.Context, done plugin.Response) {
	a.gate.Ended(done.Method, done.Target)
}

// notify tells the service manager something; a manager that cannot be told is no reason to stop.
func notify(log zerolog.Logger, tell func() error) {
	if err := tell(); err != nil {
		log.Warn().Err(err).Msg("service manager")
	}
}

// logger writes to stderr without ever waiting for it.
func logger(c *config, stderr io.Writer) (zerolog.Logger, *record.Sink) {
	if c.logFormat == "console" {
		stderr = record.LineByLine(zerolog.ConsoleWriter{
			Out: stderr, TimeFormat: time.DateTime, NoColor: os.Getenv("NO_COLOR") != "",
		})
	}
	sink := record.NewSink(stderr, 0)
	return zerolog.New(sink).Level(c.level()).With().Timestamp().Logger(), sink
}

// alive tells whether the gate still takes calls.
func alive(address net.Addr) bool {
	conn, err := net.DialTimeout(address.Network(), address.String(), time.Second)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

func serveMetrics(ctx context.Context, workers *sync.WaitGroup, address string, metrics http.Handler, log zerolog.Logger) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("serve metrics: %w", err)
	}
	routes := http.NewServeMux()
	routes.Handle("GET /metrics", metrics)
	server := &http.Server{
		Handler: routes, ReadHeaderTimeout: metricsWait, ReadTimeout: metricsWait, WriteTimeout: metricsWait,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	workers.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error().Err(err).Msg("metrics ended")
		}
	})
	workers.Go(func() {
		<-ctx.Done()
		_ = server.Close()
	})
	log.Info().Str("address", listener.Addr().String()).Msg("serving metrics")
	return nil
}
