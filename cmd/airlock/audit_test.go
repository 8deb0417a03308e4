package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/airlock-gate/airlock/plugin/audit"
)

const auditSite = site + "roles:\n  worker: {images: [registry.internal/openclaw/worker]}\n"

// liveEngine is an engine with containers and networks. It asks a gate about every request when there is one.
type liveEngine struct {
	t       *testing.T
	gate    *host
	address string

	mu      sync.Mutex
	answers map[string]string // target without version prefix
	refused []string
}

func startEngine(t *testing.T, gate *host) *liveEngine {
	t.Helper()
	dir, err := os.MkdirTemp("", "airlock") // a short path: sockets have room for 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	listener, err := net.Listen("unix", filepath.Join(dir, "docker.sock"))
	if err != nil {
		t.Fatal(err)
	}
	e := &liveEngine{t: t, gate: gate, address: "unix://" + dir + "/docker.sock", answers: map[string]string{
		"/_ping": "", "/info": engineInfo, "/version": `{"Version":"29.3.1","ApiVersion":"1.54"}`,
		"/images/" + worker + "/json": imageInspect, "/volumes": `{"Volumes":null}`,
	}}
	e.networks()
	e.containers(1, true)
	server := &http.Server{Handler: e}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return e
}

// networks gives the engine its own networks, one for agents, and others of the given names without the option.
func (e *liveEngine) networks(weak ...string) {
	list := []string{`{"Id":"b1","Name":"bridge","Driver":"bridge","Scope":"local","IPAM":{"Driver":"default"}}`,
		`{"Id":"a1","Name":"agents","Driver":"bridge","Scope":"local","Internal":true,"IPAM":{"Driver":"default"},` +
			`"Options":{"com.docker.network.bridge.inhibit_ipv4":"true"}}`}
	for _, name := range weak {
		list = append(list, fmt.Sprintf(`{"Id":"f%x","Name":%q,"Driver":"bridge","Scope":"local","Internal":true,"IPAM":{"Driver":"default"}}`, name, name))
	}
	e.answer("/networks", "["+strings.Join(list, ",")+"]")
}

// containers gives the engine so many workers.
func (e *liveEngine) containers(count int, readOnly bool) {
	list := make([]string, count)
	const networks = `{"Networks":{"agents":{"NetworkID":"a1"}}}`
	for i := range list {
		id := fmt.Sprintf("%064x", 0xc0000+i)
		list[i] = fmt.Sprintf(`{"Id":%q,"Names":["/worker-%d"],"Image":%q,"State":"running","HostConfig":{"NetworkMode":"agents"},"NetworkSettings":%s}`,
			id, i, worker, networks)
		e.answer("/containers/"+id+"/json", fmt.Sprintf(`{"Id":%q,"Name":"/worker-%d","Image":"sha256:`+strings.Repeat("1", 64)+`","State":{"Running":true},"Config":{"Image":%q,"User":"1001:1001"},`+
			`"HostConfig":{"NetworkMode":"agents","ReadonlyRootfs":%t,"CapDrop":["ALL"],"SecurityOpt":["no-new-privileges"],"Memory":67108864,`+
			`"NanoCpus":500000000,"PidsLimit":64,"Dns":["127.0.0.1"]},"NetworkSettings":%s}`, id, i, worker, readOnly, networks))
	}
	e.answer("/containers/json?all=1", "["+strings.Join(list, ",")+"]")
}

func (e *liveEngine) answer(target, body string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answers[target] = body
}

var versionPrefix = regexp.MustCompile(`^/v1\.[0-9]+`)

func (e *liveEngine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Api-Version", "1.54")
	w.Header().Set("Content-Type", "application/json")
	if e.gate != nil {
		headers := map[string]string{}
		for name, values := range r.Header {
			headers[name] = values[len(values)-1]
		}
		if allow, message := e.gate.ask(r.Method, r.RequestURI, headers, nil); !allow {
			e.mu.Lock()
			e.refused = append(e.refused, r.Method+" "+r.RequestURI)
			e.mu.Unlock()
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, `{"message":%q}`, message)
			return
		}
	}
	e.mu.Lock()
	body, ok := e.answers[versionPrefix.ReplaceAllString(r.RequestURI, "")]
	e.mu.Unlock()
	if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.WriteHeader(http.StatusNotFound)
		body = `{"message":"no such object"}`
	}
	io.WriteString(w, body)
}

func audited(t *testing.T, e *liveEngine, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, log bytes.Buffer
	siteFile := write(t, "site.yaml", auditSite)
	code = run(t.Context(), append([]string{"audit", "--engine", e.address, "--site", siteFile}, args...), nil, &out, &log)
	return code, out.String(), log.String()
}

func TestAudit(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*liveEngine)
		args   []string
		code   int
		stdout string // pattern of the whole
		stderr string // exact
	}{
		{"clean", func(*liveEngine) {}, nil, 0,
			`engine    29\.3\.1 \(API 1\.54\)\npolicies  [0-9a-f]{64}\n\nclean: 1 container \(1 running\), 1 network, 0 volumes\n`, ""},
		{"violations", func(e *liveEngine) {
			e.networks("weak")
			e.containers(2, false)
		}, nil, 1, `(?s)engine .*\n\ncontainer worker-0 \(000000000000\), running, role worker\n` +
			`  hardening/readonly-rootfs  \S.* \(high\)\n    field  HostConfig\.ReadonlyRootfs\n    got    false\n    want   true\n` +
			`\ncontainer worker-1 .*\nnetwork weak \(f7765616b\), of no class\n  airgap/network-options  .*\n    got    null\n    want   .*inhibit_ipv4=true.*` +
			`\n3 violations in 3 objects: 2 containers \(2 running\), 2 networks, 0 volumes\n`, ""},
		{"a volume with a directory of the host", func(e *liveEngine) {
			e.answer("/volumes", `{"Volumes":[{"Name":"etc","Driver":"local","Options":{"type":"none","o":"bind","device":"/etc"}}]}`)
		}, nil, 1, `(?s).*\nvolume etc\n  filesystem/volume-options .*\n    field  DriverOpts\n` +
			`    got    \{"kind":"other","options":\["device","o=bind","type=none"\],"size":0,"volume":"etc"\}\n    want   "no options, or .*\n  filesystem/volume-name .*` +
			`\n2 violations in 1 object: .*1 volume\n`, ""},
		{"removed meanwhile", func(e *liveEngine) {
			e.mu.Lock()
			defer e.mu.Unlock()
			delete(e.answers, fmt.Sprintf("/containers/%064x/json", 0xc0000))
		}, nil, 0, `(?s).*\nclean: 0 containers \(0 running\), 1 network, 0 volumes; 1 container removed meanwhile\n`, ""},
		{"not judged", func(e *liveEngine) { e.answer(fmt.Sprintf("/containers/%064x/json", 0xc0000), `{"Id":"\u001b[31m"}`) }, nil, 2,
			`(?s).*  not judged: read stored container: the engine answers with another one\n.*\nno violation in what was judged: .*; 1 object NOT JUDGED\n`,
			"airlock: 1 object could not be judged\n"},
		{"many", func(e *liveEngine) { e.containers(60, true) }, nil, 0, `(?s).*clean: 60 containers .*`,
			"airlock: 25 of 61 objects judged\nairlock: 50 of 61 objects judged\nairlock: 61 of 61 objects judged\n"},
		{"engine's lists fail", func(e *liveEngine) { e.answer("/networks", "<html>") }, nil, 2, ``,
			"airlock: read engine: read topology: decode list of networks: invalid character '<' looking for beginning of value\n"},
		{"no such engine", func(*liveEngine) {}, []string{"--engine", "tcp://127.0.0.1:2375"}, 2, ``,
			"airlock: read engine address \"tcp://127.0.0.1:2375\": want unix:///absolute/path\n"},
		{"no such site", func(*liveEngine) {}, []string{"--site", "/nowhere/site.yaml"}, 2, ``,
			"airlock: read site data: open /nowhere/site.yaml: no such file or directory\n"},
		{"map nowhere", func(*liveEngine) {}, []string{"--svg", "/nowhere/map.svg"}, 2, `(?s).*clean: .*`,
			"airlock: write map: open /nowhere/map.svg: no such file or directory\n"},
		{"no time", func(*liveEngine) {}, []string{"--timeout", "0s"}, 2, ``, "airlock: timeout: 0s: want a time above 0\nRun airlock --help for usage.\n"},
		{"too little time", func(*liveEngine) {}, []string{"--timeout", "1ns"}, 2, ``, `airlock: read engine: .*context deadline exceeded` + "\n"},
		{"surplus argument", func(*liveEngine) {}, []string{"now"}, 2, ``, `airlock: unknown command "now" for "airlock audit"` + "\nRun airlock --help for usage.\n"},
		{"schema", func(*liveEngine) {}, []string{"--schema"}, 0, `(?s)\{\n  "\$schema".*\}\n`, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := startEngine(t, nil)
			tc.change(e)
			code, stdout, stderr := audited(t, e, tc.args...)
			same := stderr == tc.stderr || strings.Contains(tc.stderr, ".*") && regexp.MustCompile(`\A`+tc.stderr+`\z`).MatchString(stderr)
			if code != tc.code || !same || !regexp.MustCompile(`\A`+tc.stdout+`\z`).MatchString(stdout) {
				t.Errorf("code %d, want %d\nstdout %s\nwant   %s\nstderr %s\nwant   %s", code, tc.code, stdout, tc.stdout, stderr, tc.stderr)
			}
		})
	}
}

func TestAuditJSONAndMaps(t *testing.T) {
	e := startEngine(t, nil)
	e.networks(`</text><script>alert("x")</script>`)
	dir := t.TempDir()
	code, stdout, stderr := audited(t, e, "--json", "--dot", dir+"/map.dot", "--svg", dir+"/map.svg", "--html", dir+"/map.html")
	if code != 1 || stderr != "" {
		t.Fatalf("code %d, stderr %s", code, stderr)
	}
	decoder := json.NewDecoder(strings.NewReader(stdout))
	decoder.DisallowUnknownFields()
	var report audit.Report
	if err := decoder.Decode(&report); err != nil {
		t.Fatal(err)
	}
	if report.Clean || report.Counts.Violations == 0 || len(report.Objects) != 3 || report.Objects[0].Role != "worker" {
		t.Errorf("report %+v", report)
	}
	for name, want := range map[string]string{"map.dot": "graph airgap {", "map.svg": "<?xml", "map.html": "<!DOCTYPE html>"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(text, []byte(want)) || !bytes.Contains(text, []byte("worker-0")) || name != "map.dot" && bytes.Contains(text, []byte("<script")) {
			t.Errorf("%s: %.200s", name, text)
		}
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", name, info.Mode(), err)
		}
	}
}

// TestAuditNeedsWordsToDraw: policies of somebody else's judge, but a map without classes would mislead.
func TestAuditNeedsWordsToDraw(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		".manifest": `{"roots": ["airlock"], "rego_version": 1}`,
		"rule.rego": "package airlock.rules.api.none\n\ndeny contains {} if input.version == 7\n",
		"main.rego": "package airlock.main\n\ndefault allow := false\n\nallow if input.operation in {\"container.start\", \"network.create\"}\n\nviolations := set()\n",
	} {
		write(t, filepath.Join(dir, name), content)
	}
	e := startEngine(t, nil)
	if code, stdout, stderr := audited(t, e, "--policies", dir); code != 0 || !strings.Contains(stdout, "clean") {
		t.Errorf("code %d, %s%s", code, stdout, stderr)
	}
	code, _, stderr := audited(t, e, "--policies", dir, "--svg", dir+"/map.svg")
	if want := "airlock: draw map: policies describe no topology\n"; code != 2 || stderr != want {
		t.Errorf("code %d, stderr %s", code, stderr)
	}
}

// TestAuditThroughTheGate: the look-ups of an audit are reads that a gate in front of the engine admits.
func TestAuditThroughTheGate(t *testing.T) {
	gate := startHost(t, "--site", write(t, "site.yaml", auditSite))
	e := startEngine(t, gate)
	if code, stdout, stderr := audited(t, e); code != 0 || len(e.refused) > 0 {
		t.Errorf("code %d, refused %q\n%s%s", code, e.refused, stdout, stderr)
	}
}
