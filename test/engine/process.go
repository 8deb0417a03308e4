package engine

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is a child whose output goes to a file and whose end is known.
type process struct {
	name string
	log  string
	cmd  *exec.Cmd
	done chan struct{}
}

// launch starts a program in a process group of its own.
func launch(name, log string, env []string, path string, args ...string) (*process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	defer out.Close()
	cmd := exec.Command(path, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &process{name: name, log: log, cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended is in its log and in ProcessState
		close(p.done)
	}()
	return p, nil
}

func (p *process) signal(s syscall.Signal) error {
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("send %s to %s: %w", s, p.name, err)
	}
	return nil
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// stop asks the process to end, and kills it when it does not within the grace.
func (p *process) stop(grace time.Duration) {
	_ = p.signal(syscall.SIGCONT) // a stopped process cannot act on SIGTERM
	_ = p.signal(syscall.SIGTERM)
	select {
	case <-p.done:
		return
	case <-time.After(grace):
	}
	_ = p.signal(syscall.SIGKILL)
	<-p.done
}

// tail returns the end of the process's output.
func (p *process) tail(limit int) string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	if len(text) > limit {
		text = text[len(text)-limit:]
	}
	return string(text)
}

// await polls until ready reports nil, the process ends, or the time is over.
func (p *process) await(what string, limit time.Duration, ready func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := ready()
		if err == nil {
			return nil
		}
		if p.ended() {
			return fmt.Errorf("%s ended (%s) before it was %s; its log:\n%s",
				p.name, p.cmd.ProcessState, what, p.tail(6000))
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s not %s within %s: %w; its log:\n%s", p.name, what, limit, err, p.tail(6000))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// owned finds the live processes started for a directory: its path stands in their command line.
func owned(dir string) []int {
	var found []int
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		line, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		if err == nil && bytes.Contains(line, []byte(dir+"/")) {
			found = append(found, pid)
		}
	}
	return found
}

// lifetime identifies a process beyond the reuse of its number: pid and start time of /proc/PID/stat.
func lifetime(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The name in parentheses may hold spaces; fields are counted after it. Start time is field 22.
	_, rest, found := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if !found || len(fields) < 20 {
		return ""
	}
	return fmt.Sprintf("%d %s", pid, fields[19])
}

// scope gathers clean-up steps and runs them once, in reverse order.
type scope struct {
	once  sync.Once
	steps []func()
}

func (s *scope) add(step func()) { s.steps = append(s.steps, step) }

func (s *scope) close() {
	s.once.Do(func() {
		for i := len(s.steps) - 1; i >= 0; i-- {
			s.steps[i]()
		}
	})
}
