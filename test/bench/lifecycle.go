package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
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
	q := &plugin{name: p.name + "-start", log: p.log}
	q.socket = filepath.Join(plugins, q.name+".sock")
	for _, a := range p.args {
		switch a {
		case p.name:
			a = q.name
		case p.socket:
			a = q.socket
		}
		q.args = append(q.args, a)
	}
	begin := time.Now()
	if err := q.start(ctx); err != nil {
		return 0, 0, err
	}
	defer q.stop()
	call, err := json.Marshal(map[string]any{"RequestMethod": "GET", "RequestUri": "/v1.41/containers/json"})
	if err != nil {
		return 0, 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://plugin/AuthZPlugin.AuthZReq", bytes.NewReader(call))
	if err != nil {
		return 0, 0, err
	}
	response, err := keepAlive(q.socket).Do(request)
	if err != nil {
		return 0, 0, err
	}
	answer, err := io.ReadAll(response.Body)
	took := time.Since(begin)
	_ = response.Body.Close()
	if err != nil || !bytes.Contains(answer, []byte(`"Allow":true`)) {
		return 0, 0, fmt.Errorf("first decision of %s: %w: %s", q.name, err, answer)
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
	go func() {
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				done <- nil
				return
			case <-tick.C:
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
