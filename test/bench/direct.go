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
	"strings"
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

// siteCost is what site data with many digests costs the gate.
type siteCost struct {
	digests      int
	start        []time.Duration // process start to first decision
	idle, loaded float64         // MiB resident after the start, and after decisions
	creates      []time.Duration
	decisions    int // before the loaded size was taken
}

// manyDigests is how many a large site lists.
const manyDigests = 10_000

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

// directly measures the gate and the no-op plugin in turns.
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
	var own *target
	clients := map[kind]*http.Client{}
	for _, t := range targets {
		if t.kind == gate || t.kind == noop || t.kind == peer {
			d.hooks[t.kind], d.cpu[t.kind] = map[string][]time.Duration{}, map[string]time.Duration{}
			clients[t.kind] = keepAlive(t.plugin.socket)
		}
		if t.kind == gate {
			own = t
		}
	}
	for range s.rounds {
		order := rand.Perm(len(cases) * 2)
		for _, at := range order {
			c, k := cases[at/2], []kind{gate, noop}[at%2]
			took, answer, err := ask(ctx, clients[k], c.hook, c.body.any())
			if err != nil || !bytes.Contains(answer, []byte(admitted)) {
				return nil, refused(fmt.Sprintf("%s of %s", c.name, k), err, answer)
			}
			d.hooks[k][c.name] = append(d.hooks[k][c.name], took)
			if c.hook == requestHook { // an engine tells of the end
				if _, _, err := ask(ctx, clients[k], responseHook, c.body.any()); err != nil {
					return nil, err
				}
			}
		}
	}
	for _, c := range cases {
		for _, t := range targets {
			if d.cpu[t.kind] == nil || t.kind == peer && c.name != "create" {
				continue
			}
			var err error
			if d.cpu[t.kind][c.name], err = t.plugin.cpuOf(ctx, clients[t.kind], c, s.load*4); err != nil {
				return nil, err
			}
		}
	}
	bare := targets[0].engine.URL()
	var err error
	if d.hostile, err = overwhelm(ctx, own.plugin, bare); err != nil {
		return nil, fmt.Errorf("hostile bodies: %w", err)
	}
	for _, digests := range []int{10, manyDigests, 100_000} {
		cost, err := measureSite(ctx, own.plugin, bare, image, digests, create.bytes(), s)
		if err != nil {
			return nil, fmt.Errorf("%d digests: %w", digests, err)
		}
		d.sites = append(d.sites, cost)
	}
	if d.evidence, err = demandEvidence(ctx, own.plugin, bare, image); err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	if d.recording, err = recordingLoss(ctx, own.plugin, bare, create.bytes(), list.bytes(), s.load); err != nil {
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

// measureSite starts gates before an engine without plugin, so that no other gate has a say in their look-ups, with a role bound to so many digests, the image's among them.
func measureSite(ctx context.Context, p *plugin, engine, image string, digests int, create []byte, s settings) (siteCost, error) {
	cost := siteCost{digests: digests}
	repository, digest, _ := strings.Cut(image, "@")
	site := filepath.Join(filepath.Dir(p.log), fmt.Sprintf("site-%d.yaml", digests))
	if err := writeSite(site, siteText(repository, undemanding, append(others(digests-1), digest)...)); err != nil {
		return cost, err
	}
	for range 5 {
		begin := time.Now()
		q, err := p.other(ctx, "site", map[string]string{"--site": site, "--engine": engine})
		if err != nil {
			return cost, err
		}
		client := keepAlive(q.socket)
		if _, err := q.admits(ctx, client, create); err != nil {
			q.stop()
			return cost, err
		}
		cost.start = append(cost.start, time.Since(begin))
		time.Sleep(300 * time.Millisecond) // it gives back what loading took
		if cost.idle, err = q.memory("VmRSS"); err != nil {
			q.stop()
			return cost, err
		}
		if len(cost.start) == 5 {
			creates := s.load * 4
			for range creates {
				took, err := q.admits(ctx, client, create)
				if err != nil {
					q.stop()
					return cost, err
				}
				cost.creates = append(cost.creates, took)
			}
			if digests == manyDigests && s.decisions > creates {
				_, err := load(8, s.decisions-creates, func() error {
					_, err := q.admits(ctx, client, create)
					return err
				})
				if err != nil {
					q.stop()
					return cost, err
				}
				creates = s.decisions
			}
			cost.decisions = creates
			cost.loaded, err = q.memory("VmRSS")
		}
		q.stop()
		if err != nil {
			return cost, err
		}
	}
	return cost, nil
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
