package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"github.com/moby/moby/api/types/container"

	"github.com/airlock-gate/airlock/bundle"
	airlock "github.com/airlock-gate/airlock/plugin"
	"github.com/airlock-gate/airlock/plugin/decision"
	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/policies"
)

// inprocess is what decisions cost without sockets, in this process, the engine's answers remembered.
type inprocess struct {
	decode time.Duration // the engine's own decoding of the body of a create
	sizes  []policySize
}

// policySize is a number of rules and what decisions under them cost.
type policySize struct {
	rules                  int
	create                 time.Duration // from the engine's message to the decision
	evaluate, evaluateRead time.Duration // the policy's share of a create and of a read that is not remembered
}

// growth is how many times the rules of the larger policies: from 60 to 200.
const growth = 200. / 60

// inProcess measures decisions under the published rules, and under copies of them beside them.
func inProcess(ctx context.Context, image, engine string, s settings) (*inprocess, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as the gate sets it
	repository, _, _ := strings.Cut(image, "@")
	site, err := bundle.ParseSite("site", siteText(repository, undemanding))
	if err != nil {
		return nil, err
	}
	source, err := facts.New(facts.Options{Host: engine})
	if err != nil {
		return nil, err
	}
	defer source.Close()
	many, err := multiplied(policies.FS, growth)
	if err != nil {
		return nil, err
	}
	read := readOf()
	var gates []*decision.Gate
	found := &inprocess{}
	for _, files := range []fs.FS{policies.FS, many} {
		g, rules, err := gateOf(files, site, source)
		if err != nil {
			return nil, err
		}
		gates, found.sizes = append(gates, g), append(found.sizes, policySize{rules: rules})
	}
	var decode []time.Duration
	took := make([]struct{ create, evaluate, evaluateRead []time.Duration }, len(gates))
	for round := range max(s.rounds, 21) {
		create := varied(image, round)
		message := create.bytes()
		begin := time.Now()
		var request container.CreateRequest
		if err := json.Unmarshal(create.Body, &request); err != nil {
			return nil, err
		}
		decode = append(decode, time.Since(begin))
		for i, g := range gates {
			whole, policy, err := decide(ctx, g, bytes.Clone(message))
			if err != nil {
				return nil, err
			}
			took[i].create, took[i].evaluate = append(took[i].create, whole), append(took[i].evaluate, policy)
		}
	}
	for range max(s.rounds, 21) { // by themselves: a read after a create pays for what that has pushed out of the caches
		for i, g := range gates {
			_, policy, err := decide(ctx, g, read.bytes())
			if err != nil {
				return nil, err
			}
			took[i].evaluateRead = append(took[i].evaluateRead, policy)
		}
	}
	found.decode = at(decode, .5)
	for i := range found.sizes {
		f := &found.sizes[i]
		f.create, f.evaluate, f.evaluateRead = at(took[i].create, .5), at(took[i].evaluate, .5), at(took[i].evaluateRead, .5)
	}
	return found, nil
}

func gateOf(files fs.FS, site *bundle.Site, source decision.Facts) (*decision.Gate, int, error) {
	published, err := bundle.NewSource(func() (*bundle.Snapshot, error) {
		return bundle.Load(files, site, bundle.Options{MemoEntries: -1})
	})
	if err != nil {
		return nil, 0, err
	}
	g, err := decision.New(decision.Options{Policies: published, Facts: source})
	return g, len(published.Snapshot().Rules()), err
}

// decide returns how long a message of the engine took, and its policy step.
func decide(ctx context.Context, g *decision.Gate, message []byte) (whole, policy time.Duration, err error) {
	begin := time.Now()
	call, err := airlock.ReadCall(message)
	if err != nil {
		return 0, 0, err
	}
	out := g.Decide(ctx, call)
	whole = time.Since(begin)
	g.Ended(call.Method, call.Target)
	if out.Verdict != decision.Allow {
		return 0, 0, fmt.Errorf("decide %s: %s: %+v %+v", out.Operation, out.Verdict, out.Fault, out.Violations)
	}
	for _, s := range out.Stages {
		if s.Name == "policy" {
			policy = s.Took
		}
	}
	return whole, policy, nil
}

var rulePackage = regexp.MustCompile(`(?m)^package airlock\.rules\.(\w+)(?:\.(\w+)|\["([\w-]+)"\])$`)

// multiplied puts copies of the rules beside them under names of their own, until there are so many times as many.
func multiplied(files fs.FS, times float64) (fs.FS, error) {
	all := fstest.MapFS{}
	var rules []string // directories
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		all[name] = &fstest.MapFile{Data: data, Mode: 0o444}
		if dir := path.Dir(name); path.Dir(path.Dir(dir)) == "airlock/rules" && !slices.Contains(rules, dir) {
			rules = append(rules, dir)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("copy policies: %w", err)
	}
	for i := range int(float64(len(rules)) * (times - 1)) {
		dir, mark := rules[i%len(rules)], fmt.Sprintf("-copy-%d", i/len(rules))
		inside, err := fs.Glob(all, dir+"/*.rego")
		if err != nil {
			return nil, err
		}
		for _, name := range inside {
			if strings.HasSuffix(name, "_test.rego") {
				continue
			}
			text := rulePackage.ReplaceAll(all[name].Data, []byte(`package airlock.rules.$1["$2$3`+mark+`"]`))
			all[path.Join(dir+mark, path.Base(name))] = &fstest.MapFile{Data: text, Mode: 0o444}
		}
	}
	return all, nil
}
