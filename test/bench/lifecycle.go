package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

// lifecycle is what a plugin costs beside its calls.
type lifecycle struct {
	start  []time.Duration // process start to first decision
	idle   float64         // MiB resident after the start
	peak   float64         // MiB resident at most, after all load of the run
	steady []time.Duration // reads without reloads
	reload []time.Duration // reads while the gate reloads
	failed int             // requests that failed during reloads
}

// stage is one step of the gate's decisions on creates.
type stage struct {
	name string
	took []time.Duration
}

// lifecycles measures each plugin's memory, start and, for the gate, reads under reload.
func lifecycles(ctx context.Context, targets []*target, s settings) (map[kind]lifecycle, error) {
	found := map[kind]lifecycle{}
	for _, t := range targets {
		if t.plugin == nil {
			continue
		}
		var l lifecycle
		var err error
		if l.peak, err = t.plugin.memory("VmHWM"); err != nil {
			return nil, err
		}
		if t.kind == gate {
			if err := t.reloads(ctx, &l, s.reloads); err != nil {
				return nil, err
			}
		}
		for range 9 {
			took, idle, err := t.plugin.firstDecision(ctx)
			if err != nil {
				return nil, err
			}
			l.start, l.idle = append(l.start, took), idle
		}
		found[t.kind] = l
	}
	return found, nil
}

// firstDecision starts the plugin once more under another name and asks it directly.
func (p *plugin) firstDecision(ctx context.Context) (time.Duration, float64, error) {
	q := p.twin("start", nil)
	begin := time.Now()
	if err := q.start(ctx); err != nil {
		return 0, 0, err
	}
	defer q.stop()
	_, answer, err := ask(ctx, keepAlive(q.socket), requestHook, readOf().bytes())
	took := time.Since(begin)
	if err != nil || !bytes.Contains(answer, []byte(admitted)) {
		return 0, 0, refused("first decision of "+q.name, err, answer)
	}
	idle, err := q.memory("VmRSS")
	return took, idle, err
}

// reloads compares reads in steady state with reads while the gate reloads twice a second.
func (t *target) reloads(ctx context.Context, l *lifecycle, count int) error {
	list := call{name: "list", method: http.MethodGet, target: "/v1.41/containers/json", want: map[kind]int{gate: 200}}
	sample := func(until time.Duration) (d []time.Duration) {
		for end := time.Now().Add(until); time.Now().Before(end); {
			took, err := t.do(ctx, list)
			if err != nil {
				l.failed++
				continue
			}
			d = append(d, took)
		}
		return d
	}
	span := time.Duration(count) * 500 * time.Millisecond
	l.steady = sample(span)
	stop := make(chan struct{})
	done := make(chan error, 1)
	changes := 0
	go func() {
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				done <- nil
				return
			case <-tick.C:
				changes++
				if err := t.plugin.change(changes); err != nil {
					done <- err
					return
				}
				if err := t.plugin.cmd.Process.Signal(syscall.SIGHUP); err != nil {
					done <- err
					return
				}
			}
		}
	}()
	l.reload = sample(span)
	close(stop)
	if err := <-done; err != nil {
		return err
	}
	text, err := os.ReadFile(t.plugin.log)
	if err != nil {
		return err
	}
	if !bytes.Contains(text, []byte("reload")) {
		return fmt.Errorf("the gate did not say that it reloaded")
	}
	return nil
}

// change gives the gate other site data to reload.
func (p *plugin) change(n int) error {
	at := slices.Index(p.args, "--site") + 1
	text, err := os.ReadFile(p.args[at])
	if err != nil {
		return err
	}
	kept, _, _ := strings.Cut(string(text), "limits:")
	return os.WriteFile(p.args[at], []byte(fmt.Sprintf("%slimits: {stop_timeout: %d}\n", kept, 30+n%20)), 0o600)
}

// stages reads the times of each step of an operation from the gate's record.
func (p *plugin) stages(operation string) ([]stage, error) {
	file, err := os.Open(p.log)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	took := map[string][]time.Duration{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var line struct {
			Operation string
			Stages    map[string]float64 // milliseconds
		}
		if json.Unmarshal(lines.Bytes(), &line) != nil || line.Operation != operation {
			continue
		}
		for name, ms := range line.Stages {
			took[name] = append(took[name], time.Duration(ms*float64(time.Millisecond)))
		}
	}
	var found []stage
	for _, name := range slices.Sorted(maps.Keys(took)) {
		found = append(found, stage{name, took[name]})
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no stages of %s in the gate's record", operation)
	}
	return found, nil
}
