package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/airlock-gate/airlock/test/engine"
)

type kind string

// Kinds of target.
const (
	none kind = "none" // no plugin
	noop kind = "noop" // go-plugins-helpers, admitting everything
	gate kind = "airlock"
	peer kind = "opa-docker-authz"

	peerFile kind = "opa-docker-authz, policy file" // compiles its policy for each call

	blind kind = "draining" // no target: answers over its socket without reading what it is asked
)

// target is an engine with one plugin or none.
type target struct {
	kind   kind
	name   string
	engine *engine.Engine
	plugin *plugin // nil for none
	client *http.Client
}

// plugin is a plugin's process.
type plugin struct {
	name   string
	socket string
	args   []string
	log    string
	cmd    *exec.Cmd

	inherited *os.File // listening socket that outlives the process, nil when it makes its own
}

const plugins = "/run/docker/plugins"

// startTargets starts an engine per target; each holds the image and the large container before its plugin is on.
func startTargets(ctx context.Context, v engine.Version, image, host string, s settings) (targets []*target, stop func(), err error) {
	dir, err := os.MkdirTemp("", "airlock-bench-")
	if err != nil {
		return nil, nil, err
	}
	stop = func() {
		for _, t := range targets {
			t.engine.Stop()
			if t.plugin != nil {
				t.plugin.stop()
			}
		}
		_ = os.RemoveAll(dir)
	}
	defer func() {
		if err != nil {
			stop()
		}
	}()
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		return nil, stop, err
	}
	kinds := []kind{none, noop, gate}
	if s.peer != "" {
		kinds = append(kinds, peer, peerFile)
	}
	noopProgram := filepath.Join(dir, "noop")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", noopProgram, "./test/bench/noop").CombinedOutput(); err != nil {
		return nil, stop, fmt.Errorf("build the no-op plugin: %w: %s", err, out)
	}
	for _, k := range kinds {
		e, err := engine.Start(ctx, v, engine.Options{})
		if err != nil {
			return targets, stop, err
		}
		t := &target{kind: k, name: string(k), engine: e, client: keepAlive(e.Socket)}
		targets = append(targets, t)
		if err := t.fill(ctx, image); err != nil {
			return targets, stop, err
		}
		name := fmt.Sprintf("bench-%s-%d", strings.NewReplacer(",", "", " ", "-").Replace(string(k)), os.Getpid())
		socket := filepath.Join(plugins, name+".sock")
		p := &plugin{name: name, socket: socket, log: filepath.Join(dir, name+".log")}
		switch k {
		case none:
			continue
		case noop:
			p.args = []string{noopProgram, socket}
		case gate:
			site := filepath.Join(dir, "site.yaml")
			if err := writeSite(site, siteText(host+"/openclaw/worker", undemanding)); err != nil {
				return targets, stop, err
			}
			p.args = []string{s.airlock, "serve", "--name", name, "--engine", e.URL(), "--site", site, "--control=", "--state-dir=", "--evidence-dir="}
		case peer:
			configuration, err := peerConfiguration(dir, host)
			if err != nil {
				return targets, stop, err
			}
			p.args = []string{s.peer, "-plugin-name", name, "-config-file", configuration}
		case peerFile:
			policy, err := peerPolicyFile(dir, host)
			if err != nil {
				return targets, stop, err
			}
			p.args = []string{s.peer, "-plugin-name", name, "-policy-file", policy, "-quiet"}
		}
		t.plugin = p
		if err := p.start(ctx); err != nil {
			return targets, stop, err
		}
		e.Suspend()
		if err := e.Resume(ctx, name); err != nil {
			return targets, stop, err
		}
	}
	return targets, stop, nil
}

// fill pulls the image and makes the container whose inspection is large.
func (t *target) fill(ctx context.Context, image string) error {
	repository, digest, _ := strings.Cut(image, "@")
	status, answer, err := t.send(ctx, http.MethodPost, "/v1.41/images/create?fromImage="+repository+"&tag="+digest, nil)
	if err != nil || status != 200 || bytes.Contains(answer, []byte(`"error"`)) {
		return refused(fmt.Sprintf("pull %s: status %d", image, status), err, answer)
	}
	labels := map[string]string{}
	for i := range 100 {
		labels[fmt.Sprintf("com.example.filler-%03d", i)] = strings.Repeat("f", 470)
	}
	body := encode(map[string]any{"Image": image, "Labels": labels, "HostConfig": map[string]any{"NetworkMode": "none"}})
	status, answer, err = t.send(ctx, http.MethodPost, "/v1.41/containers/create?name=large", body)
	if err != nil || status != 201 {
		return refused(fmt.Sprintf("create the large container: status %d", status), err, answer)
	}
	return nil
}

func keepAlive(socket string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: 64,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", socket)
		},
	}}
}

// start runs the plugin and waits until its socket answers.
func (p *plugin) start(ctx context.Context) error {
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	p.cmd = exec.Command(p.args[0], p.args[1:]...)
	if p.inherited != nil { // as systemd passes it (sd_listen_fds): the process names itself
		p.cmd = exec.Command("sh", append([]string{"-c", `LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@"`}, p.args...)...)
		p.cmd.ExtraFiles = []*os.File{p.inherited}
	}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	for deadline := time.Now().Add(15 * time.Second); ; {
		var d net.Dialer
		c, err := d.DialContext(ctx, "unix", p.socket)
		if err == nil {
			return c.Close()
		}
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(p.log)
			return fmt.Errorf("start %s: %w: %s", p.name, err, text)
		}
		time.Sleep(time.Millisecond)
	}
}

func (p *plugin) stop() {
	p.end()
	_ = os.Remove(p.socket)
}

// end ends the process as a service manager does, and leaves the socket.
func (p *plugin) end() {
	if p.cmd == nil || p.cmd.Process == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan struct{})
	go func() { _ = p.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		_ = p.cmd.Process.Kill()
		<-done
	}
}

// cpu is the time the process has run, user and system, of all threads it ever had. The kernel's clock of a process counts
// to the nanosecond, /proc/PID/stat to the hundredth of a second.
func (p *plugin) cpu() (time.Duration, error) {
	var ran unix.Timespec
	clock := int32(^p.cmd.Process.Pid)<<3 | 2 // CPUCLOCK_SCHED of a process, clock_getcpuclockid(3)
	if err := unix.ClockGettime(clock, &ran); err != nil {
		return 0, fmt.Errorf("read CPU time of %s: %w", p.name, err)
	}
	return time.Duration(ran.Nano()), nil
}

// memory returns a line of /proc/PID/status in MiB: VmRSS now, VmHWM at its peak.
func (p *plugin) memory(line string) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for text := range strings.Lines(string(status)) {
		if rest, found := strings.CutPrefix(text, line+":"); found {
			kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			return kib / 1024, err
		}
	}
	return 0, fmt.Errorf("read memory of %s: no %s", p.name, line)
}
