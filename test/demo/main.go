// Demo shows the gate in front of a real engine: a private engine and registry, a naive `docker run` denied with every
// reason, the mended command admitted and running. Then it stays, for one's own commands, until it is interrupted.
//
// It is what `make run` runs. Nothing of the host's own Docker is touched; ending it removes everything.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/airlock-gate/airlock/test/engine"
	"github.com/airlock-gate/airlock/test/producer"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(stderr)
	version := flags.String("engine", string(engine.Oldest), "engine to run: oldest or newest")
	program := flags.String("airlock", "bin/airlock", "the gate's program")
	once := flags.Bool("once", false, "end after the show")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if !slices.Contains(engine.Versions(), engine.Version(*version)) || flags.NArg() > 0 {
		fmt.Fprintln(stderr, "demo: want --engine oldest or --engine newest, and nothing else")
		return 2
	}
	if os.Geteuid() != 0 {
		fmt.Fprintln(stderr, "demo: a private engine needs root: sudo make run")
		return 1
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	s := stage{version: engine.Version(*version), program: *program, out: stdout}
	defer s.close()
	if err := s.show(ctx); err != nil {
		if ctx.Err() != nil {
			fmt.Fprintln(stdout, "\nInterrupted; everything is removed.")
			return 1
		}
		fmt.Fprintf(stderr, "demo: %v\n", err)
		return 1
	}
	if *once {
		return 0
	}
	s.invite()
	<-ctx.Done()
	fmt.Fprintln(stdout, "\nStopping; everything is removed.")
	return 0
}

// stage is the demonstration's scenery, from the registry to the guarded engine.
type stage struct {
	version engine.Version
	program string
	out     io.Writer

	docker  string
	image   string // signed and scanned
	strange string // of the same registry, and nobody has signed it
	engine  *engine.Engine
	cleanup []func()
}

func (s *stage) close() {
	for _, step := range slices.Backward(s.cleanup) {
		step()
	}
}

func (s *stage) show(ctx context.Context) error {
	if err := s.build(ctx); err != nil {
		return err
	}
	naive := []string{"run", "-d", s.image}
	confined := []string{"--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
		"--user", "1001:1001", "--memory", "64m", "--memory-swap", "64m", "--cpus", "0.5", "--pids-limit", "64",
		"--network", "none", "--tmpfs", "/tmp:size=16m,noexec,nosuid,nodev"}
	mended := slices.Concat([]string{"run", "-d", "--name", "agent-demo"}, confined, []string{s.image})
	unsigned := slices.Concat([]string{"run", "-d"}, confined, []string{s.strange})

	s.say("1. As people start containers. The gate denies it, with every reason and how to mend each.")
	r, err := s.command(ctx, naive...)
	if err != nil {
		return err
	}
	if r.Code == 0 {
		return fmt.Errorf("the naive command was admitted: %s", r.Stdout)
	}
	s.say("2. The same, mended. The gate admits it.")
	if r, err = s.command(ctx, mended...); err != nil {
		return err
	}
	if r.Code != 0 {
		return fmt.Errorf("the mended command was denied")
	}
	s.say("3. The same with an image that nobody has signed. It is in the registry, and that is not enough.")
	if r, err = s.command(ctx, unsigned...); err != nil {
		return err
	}
	if r.Code == 0 {
		return fmt.Errorf("the unsigned image was admitted: %s", r.Stdout)
	}
	s.say("4. The container of step 2 runs, and this is what it sees of itself: no capability, no new privileges, a seccomp filter, no network.")
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		path := filepath.Base(s.docker)
		r, err := s.engine.Docker(ctx, "logs", "agent-demo")
		if err != nil {
			return err
		}
		if r.Stdout != "" {
			fmt.Fprintf(s.out, "$ %s logs agent-demo\n%s", path, r.Stdout)
			break
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the container says nothing: %s", r.Stderr)
		}
	}
	if r, err = s.command(ctx, "ps", "--format", "{{.Names}}  {{.Status}}  {{.Image}}"); err != nil {
		return err
	}
	if r.Code != 0 || !strings.Contains(r.Stdout, "agent-demo") {
		return fmt.Errorf("the mended container does not run")
	}
	return nil
}

// build sets the scenery up: the gate is there before the engine, as on a host.
func (s *stage) build(ctx context.Context) error {
	s.say("Starting a private registry, the gate, and a private engine behind it (%s).", s.version)
	var err error
	if s.docker, err = engine.DockerPath(s.version); err != nil {
		return err
	}
	program, err := filepath.Abs(s.program)
	if err != nil {
		return err
	}
	registry, err := engine.StartRegistry(ctx)
	if err != nil {
		return err
	}
	s.cleanup = append(s.cleanup, registry.Stop)
	if s.image, err = engine.PushImage(ctx, registry.Host+"/openclaw/worker", engine.Image{}); err != nil {
		return err
	}
	if s.strange, err = engine.PushImage(ctx, registry.Host+"/openclaw/worker", engine.Image{Env: []string{"FROM=nobody"}}); err != nil {
		return err
	}
	trust, err := s.publish(ctx)
	if err != nil {
		return err
	}
	site := fmt.Sprintf("registries: [%q]\n%sroles:\n  worker: {images: [%q]}\n",
		registry.Host+"/openclaw", trust, registry.Host+"/openclaw/worker")
	// The engine's address is known before it runs, so it starts without the gate, empty, and the gate takes over
	// before anything can be asked of it.
	if s.engine, err = engine.Start(ctx, s.version, engine.Options{}); err != nil {
		return err
	}
	s.cleanup = append(s.cleanup, s.engine.Stop)
	s.engine.Suspend()
	gate, err := engine.StartGate(ctx, engine.GateOptions{
		Program: program, Name: "airlock-demo-" + filepath.Base(s.engine.Dir), Engine: s.engine.URL(), Site: site,
		Args: []string{"--evidence-dir", ""},
	})
	if err != nil {
		return err
	}
	s.cleanup = append(s.cleanup, gate.Stop)
	if err := s.engine.Resume(ctx, gate.Name); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "\nsite data of this host:\n%s", site)
	return nil
}

// publish signs the image, attests that a scan of it found nothing, and returns the site data that trusts both keys.
func (s *stage) publish(ctx context.Context) (string, error) {
	keys, err := os.MkdirTemp("", "airlock-demo-keys-")
	if err != nil {
		return "", err
	}
	s.cleanup = append(s.cleanup, func() { _ = os.RemoveAll(keys) })
	pipeline, err := producer.NewPipeline()
	if err != nil {
		return "", err
	}
	if err := pipeline.Publish(ctx, s.image); err != nil {
		return "", err
	}
	return pipeline.Site(keys)
}

// command runs docker and shows it as a terminal would.
func (s *stage) command(ctx context.Context, args ...string) (engine.Result, error) {
	shown := make([]string, 0, len(args))
	for _, a := range args {
		if strings.ContainsAny(a, " {}") {
			a = "'" + a + "'"
		}
		shown = append(shown, a)
	}
	fmt.Fprintf(s.out, "$ docker %s\n", strings.Join(shown, " "))
	r, err := s.engine.Docker(ctx, args...)
	if err != nil {
		return r, err
	}
	fmt.Fprint(s.out, r.Stdout, r.Stderr)
	if r.Code != 0 {
		fmt.Fprintf(s.out, "(exit status %d)\n", r.Code)
	}
	return r, nil
}

func (s *stage) invite() {
	s.say("Your turn, in another terminal:")
	command := s.docker + " -H " + s.engine.URL()
	fmt.Fprintf(s.out, "  %s ps\n  %s run -d --privileged %s\n  %s run -d --read-only %s\n\nCtrl-C ends the engine and removes everything.\n",
		command, command, s.image, command, s.image)
}

func (s *stage) say(format string, args ...any) {
	fmt.Fprintf(s.out, "\n== "+format+"\n\n", args...)
}
