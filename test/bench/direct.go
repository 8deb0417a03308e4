package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// direct is what plugins cost when they are asked over their sockets, without an engine in between.
type direct struct {
	hooks     map[kind]map[string][]time.Duration // by hook
	cpu       map[kind]map[string]time.Duration   // of a call, with four clients, by hook
	hostile   []hostileCost
	sites     []siteCost
	evidence  *evidenceCost
	inside    *inprocess
	recording map[string]float64 // per cent of the throughput, by call
}

// envelope is a call as the engine sends it.
type envelope struct {
	Method         string            `json:"RequestMethod"`
	Target         string            `json:"RequestUri"`
	Headers        map[string]string `json:"RequestHeaders,omitempty"`
	Body           []byte            `json:"RequestBody,omitempty"`
	ResponseStatus int               `json:"ResponseStatusCode,omitempty"`
	ResponseBody   []byte            `json:"ResponseBody,omitempty"`
}

const (
	requestHook  = "/AuthZPlugin.AuthZReq"
	responseHook = "/AuthZPlugin.AuthZRes"
	admitted     = `"Allow":true`
)

// readOf is a list of the containers.
func readOf() envelope { return envelope{Method: http.MethodGet, Target: "/v1.41/containers/json"} }

// createOf is a conforming create.
func createOf(image string) envelope { return varied(image, 0) }

// varied is one of many conforming creates.
func varied(image string, n int) envelope {
	return envelope{Method: http.MethodPost, Target: "/v1.41/containers/create", Body: encode(vary(conforming(image), n))}
}

func createsOf(image string) message {
	return several(func(n int) []byte { return varied(image, n).bytes() })
}

func (e envelope) bytes() []byte {
	if e.Body != nil {
		e.Headers = map[string]string{"Content-Type": "application/json"}
	}
	return encode(e)
}

// burst is how many calls go to a plugin one after the other when it is asked over its socket. A process that has waited
// for a millisecond is woken in twice the time that a call takes, by the machine and not by the plugin.
const burst = 20

// ask sends an envelope and returns how long the answer took.
func ask(ctx context.Context, client *http.Client, hook string, body []byte) (time.Duration, []byte, error) {
	begin := time.Now()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://plugin"+hook, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, fmt.Errorf("ask plugin: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return time.Since(begin), answer, err
}

// admits asks a plugin for a decision that must be an admission, and returns how long it took. It then tells the plugin
// that the engine is done, as an engine does: the gate keeps what is under way in mind, and takes no more than so much.
func (p *plugin) admits(ctx context.Context, client *http.Client, message []byte) (time.Duration, error) {
	took, answer, err := ask(ctx, client, requestHook, message)
	if err != nil || !bytes.Contains(answer, []byte(admitted)) {
		said, _ := os.ReadFile(p.log)
		return 0, fmt.Errorf("%w\n%s", refused(p.name, err, answer), said[max(0, len(said)-2<<10):])
	}
	if _, answer, err := ask(ctx, client, responseHook, message); err != nil || !bytes.Contains(answer, []byte(admitted)) {
		return 0, refused(p.name+" told of the end", err, answer)
	}
	return took, nil
}

// directly measures the gate, the no-op plugin and one that only drains in turns.
func directly(ctx context.Context, targets []*target, image string, s settings) (*direct, error) {
	d := &direct{hooks: map[kind]map[string][]time.Duration{}, cpu: map[kind]map[string]time.Duration{}}
	list, create := readOf(), createOf(image)
	answered := func(size int) []byte {
		e := list
		e.ResponseStatus, e.ResponseBody = 200, bytes.Repeat([]byte("x"), size)
		return e.bytes()
	}
	cases := []hookCase{
		{"read", requestHook, message{list.bytes()}}, {"create", requestHook, createsOf(image)},
		{"response of 4 KiB", responseHook, message{answered(4 << 10)}}, {"response of 64 KiB", responseHook, message{answered(64 << 10)}},
	}
	asked := map[kind]*plugin{}
	for _, t := range targets {
		if t.kind == gate || t.kind == noop || t.kind == peer {
			asked[t.kind] = t.plugin
		}
	}
	own := asked[gate]
	asked[blind] = asked[noop].twin("drain", nil)
	asked[blind].args = slices.Insert(asked[blind].args, 1, "--drain")
	if err := asked[blind].start(ctx); err != nil {
		return nil, err
	}
	defer asked[blind].stop()
	clients := map[kind]*http.Client{}
	for k, p := range asked {
		d.hooks[k], d.cpu[k] = map[string][]time.Duration{}, map[string]time.Duration{}
		clients[k] = keepAlive(p.socket)
	}
	turns := []kind{blind, noop, gate}
	for range max(s.rounds/burst, 1) {
		order := rand.Perm(len(cases) * len(turns))
		for _, at := range order {
			c, k := cases[at/len(turns)], turns[at%len(turns)]
			for n := range burst + 1 {
				took, answer, err := ask(ctx, clients[k], c.hook, c.body.any())
				if err != nil || !bytes.Contains(answer, []byte(admitted)) {
					return nil, refused(fmt.Sprintf("%s of %s", c.name, k), err, answer)
				}
				if n > 0 { // the first one wakes it up
					d.hooks[k][c.name] = append(d.hooks[k][c.name], took)
				}
			}
			if c.hook == requestHook { // an engine tells of the end
				for range burst + 1 {
					if _, _, err := ask(ctx, clients[k], responseHook, c.body.any()); err != nil {
						return nil, err
					}
				}
			}
		}
	}
	for _, c := range cases {
		for k, p := range asked {
			if k == peer && c.name != "create" {
				continue
			}
			var err error
			if d.cpu[k][c.name], err = p.cpuOf(ctx, clients[k], c, s.load*4); err != nil {
				return nil, err
			}
		}
	}
	bare := targets[0].engine.URL()
	var err error
	if d.hostile, err = overwhelm(ctx, own, bare); err != nil {
		return nil, fmt.Errorf("hostile bodies: %w", err)
	}
	if d.sites, err = measureSites(ctx, own, bare, image, createsOf(image), s); err != nil {
		return nil, fmt.Errorf("sites: %w", err)
	}
	if d.evidence, err = demandEvidence(ctx, own, bare, image); err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	if d.recording, err = recordingLoss(ctx, own, bare, create.bytes(), list.bytes(), s.load); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	if d.inside, err = inProcess(ctx, image, bare, s); err != nil {
		return nil, fmt.Errorf("in process: %w", err)
	}
	return d, nil
}

// hookCase is a message of the engine and the hook it is sent to.
type hookCase struct {
	name, hook string
	body       message
}

// cpuOf measures what CPU time of the plugin a call costs, with four clients. The gate takes no more than some thousands
// of creates whose end it has not been told of, so they come in portions, and it is told between these, unmeasured.
func (p *plugin) cpuOf(ctx context.Context, client *http.Client, c hookCase, calls int) (time.Duration, error) {
	const portion, clients = 1000, 4
	asking := func(hook string) func() error {
		return func() error {
			_, answer, err := ask(ctx, client, hook, c.body.any())
			if err != nil || !bytes.Contains(answer, []byte(admitted)) {
				return refused(c.name+" of "+p.name, err, answer)
			}
			return nil
		}
	}
	var total time.Duration
	for left := calls; left > 0; left -= portion {
		before, err := p.cpu()
		if err != nil {
			return 0, err
		}
		if _, err := load(clients, min(left, portion), asking(c.hook)); err != nil {
			return 0, err
		}
		after, err := p.cpu()
		if err != nil {
			return 0, err
		}
		total += after - before
		if c.hook == requestHook {
			if _, err := load(clients, min(left, portion), asking(responseHook)); err != nil {
				return 0, err
			}
		}
	}
	return total / time.Duration(calls), nil
}

// other starts the plugin once more under another name, with other values of flags if any.
func (p *plugin) other(ctx context.Context, purpose string, flags map[string]string) (*plugin, error) {
	q := p.twin(purpose, flags)
	return q, q.start(ctx)
}

func (p *plugin) twin(purpose string, flags map[string]string) *plugin {
	q := &plugin{name: p.name + "-" + purpose, log: p.log + "." + purpose}
	q.socket = filepath.Join(plugins, q.name+".sock")
	left := maps.Clone(flags)
	for i, a := range p.args {
		switch {
		case a == p.name:
			a = q.name
		case a == p.socket:
			a = q.socket
		case i > 0:
			if value, ok := flags[p.args[i-1]]; ok {
				a = value
				delete(left, p.args[i-1])
			}
		}
		q.args = append(q.args, a)
	}
	for name, value := range left {
		q.args = append(q.args, name+"="+value)
	}
	return q
}

// refused words an answer that was not the expected one.
func refused(what string, err error, answer []byte) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: unexpected answer: %.400s", what, answer)
}
