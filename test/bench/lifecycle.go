package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

	reloaded []time.Duration // what a reload of a large site took
	restarts restartCost
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
		for range 9 {
			q := t.plugin.twin("start", nil)
			took, err := q.firstDecision(ctx, keepAlive(q.socket))
			if err == nil {
				l.idle, err = q.memory("VmRSS")
			}
			q.stop()
			if err != nil {
				return nil, err
			}
			l.start = append(l.start, took)
		}
		if t.kind == gate {
			if err := t.reloads(ctx, &l, s.reloads); err != nil {
				return nil, err
			}
		}
		found[t.kind] = l
	}
	return found, nil
}

// firstDecision starts the plugin, asks it directly for a decision that needs no facts, and returns how long both took.
func (p *plugin) firstDecision(ctx context.Context, client *http.Client) (time.Duration, error) {
	begin := time.Now()
	if err := p.start(ctx); err != nil {
		return 0, err
	}
	_, err := p.admits(ctx, client, readOf().bytes())
	return time.Since(begin), err
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
	file := t.plugin.args[slices.Index(t.plugin.args, "--site")+1]
	small, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := t.plugin.enlarge(ctx, file, small); err != nil {
		return err
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
	if l.reloaded, err = t.plugin.reloadTimes(); err != nil {
		return err
	}
	return writeSite(file, small)
}

// enlarge gives the gate the site data of a site with many digests, and waits until they are in force.
func (p *plugin) enlarge(ctx context.Context, file string, small []byte) error {
	before, _ := p.reloadTimes() // none so far is an error, and no matter
	small = bytes.TrimRight(small, "\n")
	repository := strings.Trim(string(small[bytes.LastIndexByte(small, '\n')+1:]), ` -"`)
	if err := writeSite(file, siteText(repository, undemanding, others(manyDigests)...)); err != nil {
		return err
	}
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		return err
	}
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if now, _ := p.reloadTimes(); len(now) > len(before) {
			return ctx.Err()
		}
	}
	return errors.New("the gate did not say that it reloaded")
}

// reloadTimes reads from the gate's record how long its reloads took that changed something.
func (p *plugin) reloadTimes() ([]time.Duration, error) {
	var took []time.Duration
	err := p.lines(func(line []byte) {
		var said struct {
			Message string
			Changed bool
			Took    float64 // milliseconds
		}
		if json.Unmarshal(line, &said) == nil && said.Message == "reloaded" && said.Changed {
			took = append(took, time.Duration(said.Took*float64(time.Millisecond)))
		}
	})
	if err == nil && len(took) == 0 {
		err = errors.New("the gate did not say that it reloaded")
	}
	return took, err
}

// lines reads the plugin's record.
func (p *plugin) lines(each func(line []byte)) error {
	file, err := os.Open(p.log)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		each(lines.Bytes())
	}
	return lines.Err()
}

// change gives the gate other site data to reload, by a few bytes at the end of the file: the client that measures must not
// have to write the whole of it.
func (p *plugin) change(n int) error {
	file, err := os.OpenFile(p.args[slices.Index(p.args, "--site")+1], os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	line := fmt.Sprintf("limits: {stop_timeout: %d}\n", 30+n%20)
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	last := make([]byte, min(end, int64(len(line))))
	if _, err := file.ReadAt(last, end-int64(len(last))); err != nil {
		return err
	}
	if bytes.HasPrefix(last, []byte("limits:")) {
		end -= int64(len(line))
	}
	_, err = file.WriteAt([]byte(line), end)
	return err
}

// stages reads the times of each step of an operation from the gate's record.
func (p *plugin) stages(operation string) ([]stage, error) {
	took := map[string][]time.Duration{}
	err := p.lines(func(text []byte) {
		var line struct {
			Operation string
			Stages    map[string]float64 // milliseconds
		}
		if json.Unmarshal(text, &line) != nil || line.Operation != operation {
			return
		}
		for name, ms := range line.Stages {
			took[name] = append(took[name], time.Duration(ms*float64(time.Millisecond)))
		}
	})
	if err != nil {
		return nil, err
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
