package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// patience bounds one docker command: one that waits for something that never comes fails its own test, and not the whole
// suite after an hour.
const patience = 5 * time.Minute

// Result is how a docker command ended.
type Result struct {
	Code   int
	Stdout string
	Stderr string
}

// Docker runs the docker command of the engine's own age against it. The error tells that it could not be run; a
// command that ran and failed is a Result.
func (e *Engine) Docker(ctx context.Context, args ...string) (Result, error) {
	path, err := program(e.Version, "docker")
	if err != nil {
		return Result{}, err
	}
	return Docker(ctx, path, e.URL(), e.Dir, args...)
}

// Docker runs a docker command against an address, with its configuration in a directory of the caller's.
func Docker(ctx context.Context, path, url, config string, args ...string) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, append([]string{"--config", config, "--host", url}, args...)...)
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + config, "DOCKER_CLI_HINTS=false"}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return Result{}, fmt.Errorf("run docker: %w", err)
	}
	if ctx.Err() != nil {
		return Result{}, fmt.Errorf("run docker %v: %w", args, ctx.Err())
	}
	return Result{Code: cmd.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String()}, nil
}

// DockerPath returns the docker command that belongs to an engine.
func DockerPath(v Version) (string, error) { return program(v, "docker") }
